import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import {
  ASSIGNS,
  bare,
  BESIDE,
  CONFIG_OR_DOCUMENT_PATH,
  CONFIG_PATH,
  elementOrAttribute,
  NAME_HEAD,
  NAME_TAIL,
  NOISY_PATHS,
  oneOf,
  OR_ELSE,
  quoted,
  SHOWN,
  TAKES,
  TOKEN_NAME,
  unless,
} from './assignment.ts';

const COMMON = {
  severity: 'high',
  fix: 'Revoke it where it was issued, issue a new one, and read it from a Secret.',
  reference: 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html',
  isGeneric: true,
} as const;

const KEYWORDS = ['key', 'secret', 'token', 'credential', 'hmac', 'auth'];

/** Rarity of what machines draw. */
const DRAWN = 0.55;

/** The same where the name says less. */
const CLEARLY_DRAWN = 0.75;

const NAME = NAME_HEAD + TOKEN_NAME + NAME_TAIL;

/** Keys of public things, places of secrets, names of kinds of tokens. */
const PUBLIC = unless(
  'match',
  String.raw`(?i)(?:public|encrypted|wrapped|token_?type|secret_?name|key_?name|token_?(?:url|uri|endpoint)|_file|_path)`,
  String.raw`(?i)(?:csrf|xsrf|cancellation|syntax|lexer|next|page|continuation|pagination)[_-]?token`,
);

/** Public keys of NATS, and hashes, which have rules of their own. */
const NOT_SECRET = unless('secret', '^[UAONCX][A-Z2-7]{55}$', String.raw`^\$2[abxy]\$`);

const NOT_THESE = [NOISY_PATHS, SHOWN, PUBLIC, NOT_SECRET];

/** The passcode in the address of a Zoom meeting: base64 of base64, or with its version; for all who come. */
const MEETING = unless('secret', '^[A-Za-z0-9]{30,34}09$', String.raw`^[A-Za-z0-9]{20,40}\.1$`);

/** Keys of maps, tables and caches. */
const NOT_KEYS = [
  ...NOT_THESE,
  unless(
    'match',
    String.raw`(?i)(?:cache|primary|foreign|partition|sort|index|map|object|host|lookup|row|idempotency|routing|dedup|finger)[_-]?key`,
  ),
];

/** Tokens and keys by the name of what they are assigned to. */
export const TOKEN_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'token-quoted',
    description: 'Token, key or secret assigned as a quoted text',
    regex: NAME + ASSIGNS + quoted(8, 512),
    keywords: KEYWORDS,
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-in-configuration',
    description: 'Token, key or secret in a configuration file',
    regex: NAME + String.raw`["']?[\t ]{0,20}[=:][\t ]{0,20}` + bare(8, 512),
    path: CONFIG_OR_DOCUMENT_PATH,
    keywords: KEYWORDS,
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-in-environment',
    description:
      'Token, key or secret as an environment variable, a build argument or a line of a shell',
    regex:
      NAME_HEAD +
      String.raw`(?:SECRET|TOKEN|KEY|CREDENTIALS?|AUTH)(?:_?(?:[0-9]{1,2}|PROD|DEV|TEST|STAGING|BASE64|DEFAULT|VALUE))?=["']?` +
      bare(8, 512),
    keywords: ['secret', 'token', 'key', 'credential', 'auth'],
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-in-xml',
    description: 'Token, key or secret as an element or attribute of XML',
    regex: NAME + elementOrAttribute(8, 512),
    keywords: KEYWORDS,
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-named-beside',
    description: 'Token, key or secret as the value of an entry that is named so',
    regex:
      String.raw`(?:[Nn]ame|[Kk]ey|NAME)["']?[\t ]{0,3}[:=][\t ]{0,3}["']?[\w.-]{0,40}(?:[Ss]ecret|SECRET|[Tt]oken|TOKEN|[Kk]ey|KEY)[\w.-]{0,12}["']?` +
      BESIDE +
      String.raw`([^\s"'\x60<>,{}]{8,512})`,
    keywords: ['secret', 'token', 'key'],
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'terraform-variable-default',
    description: 'Default of a variable of Terraform that is named as a secret',
    regex: String.raw`variable[\t ]{1,3}"[\w-]{0,60}(?:pass|token|secret|key)[\w-]{0,20}"[\t ]{0,3}\{[^{}]{0,300}?default[\t ]{0,20}=[\t ]{0,20}"([^"\s]{6,512})"`,
    keywords: ['variable'],
    rarity: 0.3,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-in-query',
    description: 'Token in the query of an address',
    regex: String.raw`(?i)[?&](?:[\w.-]{0,30}(?:token=|secret=|api_?key=|auth=|signature=|\bsig=|password=|passwd=|pwd=)|key=)([\w.~+/=%-]{8,512})`,
    keywords: [
      'token=',
      'secret=',
      'key=',
      'auth=',
      'signature=',
      'sig=',
      'password=',
      'passwd=',
      'pwd=',
    ],
    rarity: DRAWN,
    allowlists: [NOISY_PATHS, MEETING],
  }),
  rule({
    ...COMMON,
    id: 'token-in-header',
    description: 'Token in a header of a request',
    regex:
      String.raw`(?i)\b(?:x-[\w-]{0,30}(?:token|key|auth|secret)|private-token|api-?key|apikey|auth-token)` +
      String.raw`["']?[\t ]{0,3}(?:=>|[:=,])[\t ]{0,3}["']?([\w.~+/=|-]{8,512})`,
    keywords: ['token', 'key', 'auth', 'secret'],
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'token-in-call',
    description: 'Token as an argument, or as what is taken where nothing is set',
    regex: NAME + oneOf(OR_ELSE, TAKES) + quoted(12, 512),
    keywords: KEYWORDS,
    rarity: DRAWN,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'secret-file',
    description: 'Value alone on a line of a file that is named as a secret',
    regex: String.raw`(?m)^[\t ]{0,8}([^\s#=:{}<>"'\[\](),;]{16,512})[\t ]{0,8}\r?$`,
    path: String.raw`(?i)(?:^|[/.])(?:password|passwd|secret|token|api_?key|access_?key|client_?secret|credential|\w{0,20}token)s?$`,
    rarity: 0.6,
    allowlists: [NOISY_PATHS],
  }),
  rule({
    ...COMMON,
    id: 'key-in-configuration',
    description: 'Long random value of a name that ends in key, in a configuration file',
    regex:
      NAME_HEAD + String.raw`(?:[a-z0-9][_-]?[Kk]ey|KEY)[\t ]{0,5}[=:][\t ]{0,5}` + bare(20, 512),
    path: CONFIG_PATH,
    keywords: ['key'],
    rarity: CLEARLY_DRAWN,
    allowlists: NOT_KEYS,
  }),
  rule({
    ...COMMON,
    id: 'key-quoted',
    description: 'Long random value assigned to a name that ends in key',
    regex: NAME_HEAD + String.raw`(?:[a-z_-][Kk]ey|KEY)` + ASSIGNS + quoted(20, 512),
    keywords: ['key'],
    rarity: CLEARLY_DRAWN,
    allowlists: NOT_KEYS,
  }),
];
