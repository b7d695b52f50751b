import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { bare, NOISY_PATHS } from './assignment.ts';

const COMMON = {
  severity: 'high',
  fix: 'Change it, and pass it in a file or through the environment: arguments are seen by everybody.',
  isGeneric: true,
  allowlists: [NOISY_PATHS],
} as const;

const MADE_UP = 0.1;
const DRAWN = 0.45;

/** One argument, in quotes or bare. */
const ARGUMENT = String.raw`(?:["'][\t ]{0,3},[\t ]{0,3})?\\?["']?` + bare(4, 200);

/** What stands in front of a password in statements about users. */
const BY = String.raw`identified[\t ]{1,3}(?:with[\t ]{1,3}["'\w]{1,40}[\t ]{1,3})?by[\t ]{1,3}(?:password[\t ]{1,3})?`;

/** Secrets as arguments of programs, and in statements for databases and devices. */
export const COMMAND_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'password-flag',
    description: 'Password as an argument of a program',
    reference: 'https://cwe.mitre.org/data/definitions/214.html',
    regex:
      String.raw`(?i)(?:--[a-z._-]{0,30}(?:password|passwd|passphrase|pwd)|[\s"'\x60,(\[]-(?:password|passin|passout|storepass|keypass))(?:[\t =]{1,3}\\?["']?|["'][\t ]{0,3},[\t ]{0,3}["'])(?:pass:)?` +
      bare(4, 200),
    keywords: ['pass', 'pwd'],
    rarity: 0.2,
  }),
  rule({
    ...COMMON,
    id: 'token-flag',
    description: 'Token or secret as an argument of a program',
    reference: 'https://cwe.mitre.org/data/definitions/214.html',
    regex:
      String.raw`(?i)(?:--[a-z._-]{0,30}(?:token|secret|api-?key|secret-?key|access-?key|auth-?key|client-?secret|secret-?id)|[\s"'\x60,(\[]-(?:repo)?(?:token|secret|api-?key|secret-?key|access-?key|auth-?key|client-?secret|secret-?id))(?:[\t =]{1,3}\\?["']?|["'][\t ]{0,3},[\t ]{0,3}["'])` +
      bare(8, 500),
    keywords: ['token', 'secret', 'key'],
    rarity: DRAWN,
  }),
  rule({
    ...COMMON,
    id: 'sshpass-password',
    description: 'Password as an argument of sshpass',
    reference: 'https://manpages.debian.org/bookworm/sshpass/sshpass.1.en.html',
    regex: String.raw`sshpass[\t ]{1,3}-p[\t ]{0,2}` + ARGUMENT,
    keywords: ['sshpass'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'database-client-password',
    description: 'Password as an argument of a client of a database',
    reference: 'https://dev.mysql.com/doc/refman/8.0/en/password-security-user.html',
    regex:
      String.raw`\b(?:(?:mysql(?:dump|admin|import|show|sh|check)?|mariadb(?:-dump|-admin)?)[\t ](?:[^\n|;]{0,200}?[\t ])?-p|mongo(?:sh|dump|restore|export|import)?[\t ](?:[^\n|;]{0,200}?[\t ])?-p[\t ])["']?` +
      bare(4, 100),
    keywords: ['mysql', 'mariadb', 'mongo'],
    rarity: 0.15,
  }),
  rule({
    ...COMMON,
    id: 'short-password-flag',
    description: 'Password as a short argument of a client (docker, redis, LDAP, Windows, FTP)',
    reference: 'https://docs.docker.com/reference/cli/docker/login/',
    regex:
      String.raw`\b(?:(?:docker|podman|buildah|skopeo|helm[\t ]registry|oc|az|nerdctl|oras|crane)[\t ]login[\t ](?:[^\n|;]{0,200}?[\t ])?-p|redis-cli[\t ](?:[^\n|;]{0,200}?[\t ])?-a|ldap(?:search|add|modify|delete|passwd|whoami)[\t ](?:[^\n|;]{0,200}?[\t ])?-w|sqlcmd[\t ](?:[^\n|;]{0,200}?[\t ])?-P|lftp[\t ][^\n|;]{0,100}-u[\t ]{1,2}[\w.-]{1,40},)[\t ]{0,2}["']?` +
      bare(4, 100),
    keywords: ['login', 'redis-cli', 'ldap', 'sqlcmd', 'lftp'],
    rarity: 0.15,
  }),
  rule({
    ...COMMON,
    id: 'windows-command-password',
    description: 'Password as an argument of a command of Windows (PsExec, net use, cmdkey)',
    reference: 'https://learn.microsoft.com/sysinternals/downloads/psexec',
    regex:
      String.raw`(?i)(?:psexec(?:64)?(?:\.exe)?[\t ][^\n]{0,200}?[\t ]-p|net[\t ]use[\t ][^\n]{0,200}?/user:\S{1,80}|cmdkey[\t ][^\n]{0,200}?/pass:)[\t ]{0,2}"?` +
      bare(4, 100),
    keywords: ['psexec', 'net use', 'cmdkey'],
    rarity: 0.15,
  }),
  rule({
    ...COMMON,
    id: 'powershell-secure-string',
    description: 'Password that a script of PowerShell makes a secure string of',
    reference:
      'https://learn.microsoft.com/powershell/module/microsoft.powershell.security/convertto-securestring',
    regex: String.raw`(?i)convertto-securestring[\t ]{1,3}(?:-asplaintext[\t ]{1,3}|-force[\t ]{1,3}|-string[\t ]{1,3}){0,3}["']?([^\s"'$()]{4,128})`,
    keywords: ['convertto-securestring'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'htpasswd-command',
    description: 'Password as an argument of htpasswd',
    reference: 'https://httpd.apache.org/docs/2.4/programs/htpasswd.html',
    regex:
      String.raw`htpasswd[\t ]{1,3}(?:-[A-Za-z]{1,10}[\t ]{1,3}){0,3}-[A-Za-z]{0,8}b[A-Za-z]{0,8}[\t ]{1,3}(?:[\w./-]{1,80}[\t ]{1,3}){1,2}["']?` +
      bare(4, 100),
    keywords: ['htpasswd'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'chpasswd-input',
    description: 'Password that is piped to chpasswd or passwd',
    reference: 'https://manpages.debian.org/bookworm/passwd/chpasswd.8.en.html',
    regex: String.raw`echo[\t ]{1,3}(?:-[ne]{1,2}[\t ]{1,3})?["']?[\w.-]{1,40}:([^\s"'$]{4,100})["']?[\t ]{0,3}\|[\t ]{0,3}(?:sudo[\t ])?chpasswd`,
    keywords: ['chpasswd'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'sql-password',
    description: 'Password in a statement of SQL',
    reference: 'https://www.postgresql.org/docs/current/sql-createrole.html',
    regex:
      String.raw`(?i)(?:${BY}\\{0,2}["'\x60]([^\s"'\x60\\]{4,100})["'\x60\\]|(?:user|role|grant)[\t ][^\n;]{1,120}?[\t ]${BY}` +
      bare(4, 100) +
      ')',
    keywords: ['identified'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'sql-role-password',
    description: 'Password of a role in a statement of SQL',
    reference: 'https://www.postgresql.org/docs/current/sql-createrole.html',
    regex: String.raw`(?i)(?:create|alter)[\t ]{1,3}(?:role|user|login)\b[^\n;]{1,150}?[\t ]password[\t ]{0,3}=?[\t ]{0,3}n?\\?'([^'\s\\]{4,100})\\?'`,
    keywords: ['password'],
    rarity: MADE_UP,
  }),
  rule({
    ...COMMON,
    id: 'sql-set-password',
    description: 'Password in SET PASSWORD or a call of PASSWORD()',
    reference: 'https://dev.mysql.com/doc/refman/8.0/en/set-password.html',
    regex: String.raw`(?i)password[\t ]{0,3}(?:for[\t ][^\n;=]{1,100}=[\t ]{0,3}(?:password)?)?\([\t ]{0,3}\\?["']([^"'\s\\]{5,100})\\?["']\)`,
    keywords: ['password'],
    rarity: 0.2,
  }),
  rule({
    ...COMMON,
    id: 'network-device-password',
    description: 'Password or community in the configuration of a network device',
    reference:
      'https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html',
    regex: String.raw`(?i)(?:(?:enable[\t ]|username[\t ]\S{1,40}[\t ](?:privilege[\t ]\d{1,2}[\t ])?)(?:secret|password)[\t ][0579][\t ]|snmp-server[\t ]community[\t ]|encrypted-password[\t ]|(?:tacacs|radius)-server[\t ](?:host[\t ]\S{1,60}[\t ])?key[\t ](?:7[\t ])?)"?([^\s";]{5,120})`,
    keywords: ['secret', 'password', 'community', '-server'],
    rarity: 0.3,
  }),
];
