import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import {
  ASSIGNS,
  bare,
  BESIDE,
  CONFIG_PATH,
  elementOrAttribute,
  NAME_HEAD,
  NAME_TAIL,
  NOISY_PATHS,
  oneOf,
  OR_ELSE,
  PASSWORD_NAME,
  quoted,
  SHOWN,
  TAKES,
  unless,
} from './assignment.ts';

const COMMON = {
  severity: 'high',
  fix: 'Change the password where it is used, and read it from a Secret or the environment.',
  reference: 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html',
  isGeneric: true,
} as const;

const KEYWORDS = ['pass', 'pwd', 'pw', 'psw', 'contrase'];

/** Rarity from which a value is a password people use and no word about passwords. */
const MADE_UP = 0.1;

/** The same where less says that a value follows. */
const CLEARLY_MADE_UP = 0.2;

/** In code, where examples stand: more than a word about passwords with digits behind it. */
const IN_CODE = 0.13;

const NAME = NAME_HEAD + PASSWORD_NAME + NAME_TAIL;

/** Messages, labels and widgets speak about passwords: what follows is no value. */
const TALK = unless(
  'line',
  String.raw`(?i)(?:label|placeholder|title|message|error|tooltip|hint|help|description|i18n|translate)["']?[\t ]{0,3}[:=]`,
  String.raw`(?i)<(?:input|label|button|a|h[1-6]|td|th|option)\b`,
);

/** Hashes have rules of their own. */
const HASHED = unless(
  'secret',
  String.raw`^(?:\{[A-Z0-9]{2,10}\})?\$(?:[0-9a-z]{1,2}|apr1|argon2\w{0,2}|pbkdf2[\w-]{0,12}|md5|scram[\w-]{0,12})\$`,
);

const NOT_THESE = [NOISY_PATHS, SHOWN, HASHED, unless('line', 'NOPASSWD')];

/** Passwords by the name of what they are assigned to. */
export const PASSWORD_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'password-quoted',
    description: 'Password assigned as a quoted text',
    regex: NAME + ASSIGNS + quoted(4, 128),
    keywords: KEYWORDS,
    rarity: IN_CODE,
    allowlists: [...NOT_THESE, TALK],
  }),
  rule({
    ...COMMON,
    id: 'password-in-configuration',
    description: 'Password in a configuration file',
    regex: NAME + String.raw`["']?[\t ]{0,20}[=:][\t ]{0,20}["']?` + bare(4, 128),
    path: CONFIG_PATH,
    keywords: KEYWORDS,
    rarity: MADE_UP,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'password-in-environment',
    description: 'Password as an environment variable, a build argument or a line of a shell',
    regex:
      String.raw`(?:PASS(?:W(?:OR)?D|PHRASE)?|PWD|_PW)(?:_?(?:[0-9]{1,2}|PROD|DEV|TEST|STAGING|BASE64|DEFAULT|VALUE))?=["']?` +
      bare(4, 128),
    keywords: ['pass', 'pwd', '_pw'],
    rarity: MADE_UP,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'password-in-call',
    description: 'Password as an argument, or as what is taken where nothing is set',
    regex: NAME + oneOf(OR_ELSE, TAKES) + quoted(5, 128),
    keywords: KEYWORDS,
    rarity: CLEARLY_MADE_UP,
    // "pass" before a word in quotes is a verb.
    allowlists: [...NOT_THESE, TALK, unless('match', '^(?i)pass[ \\t]')],
  }),
  rule({
    ...COMMON,
    id: 'password-in-xml',
    description: 'Password as an element or attribute of XML',
    regex: NAME + elementOrAttribute(4, 128),
    keywords: KEYWORDS,
    rarity: MADE_UP,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'password-in-credentials-call',
    description: 'User and password as the arguments of a call that makes credentials of them',
    regex: String.raw`(?i)(?:networkcredential|pscredential|basic_?auth|passwordcredentials?|passwordauthentication(?:token)?|directoryentry|getconnection|\bauth=|\blogin)\(\s{0,20}(?:["'][^"'\n]{0,200}["'],\s{0,20})?["'][^"'\s]{1,100}["'],\s{0,20}[bru@]?["']([^"'\s]{4,128})["']\s{0,20}[),]`,
    keywords: ['credential', 'auth', 'directoryentry', 'getconnection', 'login'],
    rarity: CLEARLY_MADE_UP,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'password-named-beside',
    description: 'Password as the value of an entry that is named so',
    regex:
      String.raw`(?:[Nn]ame|[Kk]ey|NAME)["']?[\t ]{0,3}[:=][\t ]{0,3}["']?[\w.-]{0,40}(?:[Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Pp]wd|PWD|_PASS|_pass|PASSPHRASE|[Pp]assphrase)[\w.-]{0,12}["']?` +
      BESIDE +
      String.raw`([^\s"'\x60<>,{}]{4,128})`,
    keywords: ['pass', 'pwd'],
    rarity: MADE_UP,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'password-in-connection-string',
    description: 'Password in a connection string',
    regex: String.raw`(?i)(?:;|&|\?|["'][\t ]{0,2}|[\t ])(?:password|pwd|passwd)[\t ]{0,2}=[\t ]{0,2}([^\s;&"'<>$%{}(),]{4,128})(?:[;&]|["'])`,
    keywords: ['password', 'pwd', 'passwd'],
    rarity: MADE_UP,
    allowlists: NOT_THESE,
  }),
];
