import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { NOISY_PATHS, unless } from './assignment.ts';

const FIX = 'Change the credential, and keep it out of the address: read it from a Secret.';

/** Hosts that nobody can have (RFC 2606). */
const RESERVED = String.raw`(?i)@(?:[\w.-]{1,60}\.)?(?:example(?:\.(?:com|org|net))?|invalid|test)$`;

/** Credentials inside addresses and headers. */
export const ADDRESS_RULES: readonly LeakRule[] = [
  rule({
    id: 'url-credentials',
    description: 'User and password in an address',
    severity: 'high',
    fix: FIX,
    reference: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1',
    regex: String.raw`://[^\s:/"'<>\x60\[\]{}()|,;]{0,100}:([^\s/"'<>\x60|]{3,200})@[A-Za-z0-9\[{%$_.-][\w.-]{0,80}`,
    keywords: ['://'],
    rarity: 0.1,
    isGeneric: true,
    allowlists: [NOISY_PATHS, unless('match', '^://mailto:', RESERVED)],
  }),
  rule({
    id: 'database-address-credentials',
    description: 'User and password in the address of a database, as drivers of Go write it',
    severity: 'high',
    fix: FIX,
    reference: 'https://github.com/go-sql-driver/mysql#dsn-data-source-name',
    regex: String.raw`["'\x60=\s][\w.-]{1,40}:([^\s:/@"'<>\x60|]{3,100})@(?:tcp|unix|udp)\(`,
    keywords: ['@tcp(', '@unix(', '@udp('],
    rarity: 0.1,
    isGeneric: true,
  }),
  rule({
    id: 'jdbc-credentials',
    description: 'User and password in the address of a database, as Oracle writes it',
    severity: 'high',
    fix: FIX,
    reference:
      'https://docs.oracle.com/en/database/oracle/oracle-database/19/jjdbc/data-sources-and-URLs.html',
    regex: String.raw`jdbc:oracle:[a-z]{1,10}:[\w.-]{1,40}/([^\s/@"'<>]{3,100})@`,
    keywords: ['jdbc:oracle'],
    rarity: 0.1,
    isGeneric: true,
  }),
  rule({
    id: 'basic-authorization',
    description: 'User and password of an Authorization header (Basic)',
    severity: 'high',
    fix: 'Change the password, and build the header from a Secret at run time.',
    reference: 'https://www.rfc-editor.org/rfc/rfc7617',
    regex: String.raw`(?i)basic[\t ]{1,3}([A-Za-z0-9+/_-]{8,400}={0,2})(?:[^A-Za-z0-9+/=_.-]|$)`,
    keywords: ['basic '],
    rarity: 0.5,
    isGeneric: true,
    allowlists: [NOISY_PATHS],
  }),
  rule({
    id: 'bearer-authorization',
    description: 'Token of an Authorization header (Bearer and its like)',
    severity: 'high',
    fix: 'Revoke the token, and build the header from a Secret at run time.',
    reference: 'https://www.rfc-editor.org/rfc/rfc6750',
    regex: String.raw`(?i)(?:bearer|authorization["']?[\t ]{0,3}[:=,][\t ]{0,3}["']?(?:token|apikey|digest))[\t ]{1,3}([\w.~+/-]{12,1000}={0,2})`,
    keywords: ['bearer', 'authorization'],
    rarity: 0.5,
    isGeneric: true,
    allowlists: [NOISY_PATHS],
  }),
  rule({
    id: 'authorization-header',
    description: 'Authorization header with a bare value',
    severity: 'high',
    fix: 'Revoke the token, and build the header from a Secret at run time.',
    reference: 'https://www.rfc-editor.org/rfc/rfc9110#name-authorization',
    regex: String.raw`(?i)authorization["']?[\t ]{0,3}(?:=>|[:=,])[\t ]{0,3}["']?([\w.~+/=-]{16,1000})(?:["'\s\\]|$)`,
    keywords: ['authorization'],
    rarity: 0.5,
    isGeneric: true,
    allowlists: [NOISY_PATHS],
  }),
  rule({
    id: 'curl-user',
    description: 'User and password as arguments of curl',
    severity: 'high',
    fix: 'Change the password, and let curl read it from a netrc file.',
    reference: 'https://curl.se/docs/manpage.html#-u',
    regex: String.raw`curl[\t ](?:[^\n|;]{0,300}[\t ])?(?:-u|--user|--proxy-user|-U)[\t =]{0,3}["']?[^\s:"'$]{1,60}:["']?([^\s"'$]{3,100})`,
    keywords: ['curl'],
    rarity: 0.1,
    isGeneric: true,
  }),
];
