import type { Allowlist } from '../../rule.ts';

/** A word as names spell it: `key`, `Key`, `KEY`. */
export function cased(word: string): string {
  const first = word.slice(0, 1);
  return `(?:[${first.toUpperCase()}${first}]${word.slice(1)}|${word.toUpperCase()})`;
}

/** Words of one name, joined as names join them: `apiKey`, `API_KEY`, `api-key`. */
export function named(...words: readonly string[]): string {
  return words.map(cased).join('[_. -]?');
}

/** One of these. */
export function oneOf(...parts: readonly string[]): string {
  return `(?:${parts.join('|')})`;
}

/** Names of what people choose and remember. */
export const PASSWORD_NAME = oneOf(
  String.raw`[Pp]ass(?:[Ww](?:or)?d|[Pp]hrase|[Ww]ort|[Cc]ode)`,
  String.raw`PASS(?:W(?:OR)?D|PHRASE|CODE)`,
  String.raw`[Pp]wd|PWD|[Cc]ontrase(?:n|\xc3\xb1)a|[Mm]ot[_-]?de[_-]?passe`,
  String.raw`\bPass|[_a-z]Pass|\bpass|[_.-]pass|\bPASS|[_-]PASS`,
  String.raw`[_-]pw|[_-]PW|[_-]psw|[_-]PSW`,
);

/** What may stand between the name and the sign that assigns: `PASSWORD_PROD`, `password2`. */
export const NAME_TAIL =
  String.raw`(?:[_.-]?(?:[vV]?[0-9]{1,2}|[Vv]alue|VALUE|[Pp]rod|PROD|[Dd]ev|DEV|[Tt]est|TEST|` +
  String.raw`[Ss]taging|STAGING|[Pp]roduction|[Dd]efault|DEFAULT|[Pp]lain|[Cc]onfirm(?:ation)?|[Ss]tring))?`;

/** Names of what machines make. */
export const TOKEN_NAME = oneOf(
  ...[named('api', 'key'), named('api', 'token'), named('access', 'key'), named('auth', 'key')],
  ...[named('secret', 'key'), named('private', 'key'), named('encryption', 'key')],
  ...[named('signing', 'key'), named('master', 'key'), named('shared', 'key'), named('app', 'key')],
  ...[named('consumer', 'key'), named('account', 'key'), named('subscription', 'key')],
  ...[named('session', 'key'), named('service', 'key'), named('storage', 'key')],
  ...[named('license', 'key'), named('application', 'key'), named('deploy', 'key')],
  ...[cased('secret'), cased('token'), cased('credential'), cased('passkey'), cased('hmac')],
);

/** Type annotations and the sign that assigns or compares, on one line. */
export const ASSIGNS =
  String.raw`(?:\\{0,3}["'\x60])?\]?(?:[\t ]{0,2}:[\t ]{0,2}[A-Za-z]{2,20}[?!]?[\t ]{1,3})?` +
  String.raw`[\t ]{0,20}(?:=>|:=|\?=|!?={1,3}|:)[\t ]{0,20}`;

/** The rest of the name in front: walked over to the left, so that allowlists see it. */
export const NAME_HEAD = String.raw`[\w.-]{0,40}?`;

/** What stands between a name that is looked up and the value that is taken where it is not set. */
export const OR_ELSE = String.raw`(?:\\?["'\x60])?[\])]{0,2}[\t ]{0,3}(?:\|\||\?\?|\?:|\bor\b|,|:)[\t ]{0,3}`;

/** A call or a word of a configuration that takes the value as its argument. */
export const TAKES = String.raw`(?:[\t ](?:is[\t ])?[\t ]{0,3}|[\t ]?\([\t ]{0,3})`;

/** From the name of an entry to its value, on the same line or the next: lists of variables. */
export const BESIDE = String.raw`,?\s{1,40}(?:-[\t ])?["']?(?:[Vv]alue|VALUE)["']?[\t ]{0,3}[:=][\t ]{0,3}["']?`;

/** A value in quotes, also escaped ones; between `least` and `most` characters, no spaces. */
export function quoted(least: number, most: number): string {
  const value = String.raw`([^"'\x60\s\\]{${least},${most}})`;
  return String.raw`(?:[bru@]|\[\]byte\(|(?:Some|Just|Ok|Optional\.of|SecretStr|SecretString|String|Buffer\.from|bytes)\()?\\{0,3}["'\x60]${value}\\{0,3}["'\x60]`;
}

/** A value to the end of the word, as configuration and shells write it. */
export function bare(least: number, most: number): string {
  return String.raw`([^\s"'\x60,;<>(){}\[\]\\$%#&|][^\s"'\x60,;<>(){}\[\]\\]{${least - 1},${most - 1}})(?:["'\x60,;<\\)}\]\s]|$)`;
}

/** A value as the text of an element, of a property list too, or as the attribute behind a name. */
export function elementOrAttribute(least: number, most: number): string {
  const value = String.raw`([^\s<>"']{${least},${most}})`;
  const attributes = String.raw`(?:[\t ]{1,3}[\w:.-]{1,40}=["'][^"'<>\n]{0,60}["']){0,3}`;
  const element = String.raw`(?:${attributes}>|</key>\s{0,40}<string>)${value}</`;
  return oneOf(element, String.raw`["'][\t ]{1,4}value[\t ]?=[\t ]?["']${value}["']`);
}

/** Files whose values need no quotes. */
export const CONFIG_PATH =
  String.raw`(?i)\.(?:ya?ml|properties|env|ini|cfg|cnf|conf|config|toml|rsp|tfvars|secrets?|credentials?|` +
  String.raw`creds?|ext|list|template|tmpl|j2|sample|dist|local|dev|prod|production|development|oracle|txt|cred)$|` +
  String.raw`(?:^|/)\.?(?:env|envrc|credentials?|secrets?|passwords?|passwd|config|netrc|pgpass|pypirc|npmrc|s3cfg|my\.cnf)(?:\.[\w-]{1,20})?$|` +
  String.raw`(?:^|/)\.?[^./]{1,60}$`;

/** The same and documents, which show configuration. */
export const CONFIG_OR_DOCUMENT_PATH = String.raw`${CONFIG_PATH}|(?i)\.(?:md|mdx|rst|adoc|asciidoc|textile)$`;

/** Machine-made files whose digests and names look like secrets. */
export const NOISY_PATHS: Allowlist = {
  condition: 'OR',
  paths: [
    String.raw`(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|go\.mod|` +
      String.raw`Cargo\.lock|poetry\.lock|Pipfile\.lock|composer\.lock|Gemfile\.lock|flake\.lock|` +
      String.raw`gradle\.lockfile|\.terraform\.lock\.hcl|mvnw|gradlew)$`,
    String.raw`(?i)\.(?:map|svg|css|scss|less|po|pot|mo|xlf|resx|lock|sum|min\.js|bundle\.js|snap|strings|ftl|arb)$`,
    String.raw`(?i)(?:^|/)(?:node_modules|bower_components|site-packages)/`,
    // Texts for people; a file of settings among them is one all the same.
    String.raw`(?i)(?:^|/)(?:locales?|i18n|translations?|l10n|lang)/(?:[^/]{1,100}/){0,8}[^/]{1,100}\.(?:json5?|ya?ml|php|[jt]sx?|properties|xml|rb|py|dart|md|html?|txt|csv)$`,
  ],
  regexes: [],
  target: 'secret',
  stopwords: [],
  commits: [],
  rules: [],
};

/** Names that say of their value that it is for show or public. */
export const SHOWN = unless(
  'match',
  String.raw`(?i)^[\w.-]{0,40}(?:mock|fake|dummy|example|sample|placeholder|public|pub_|bogus)`,
);

/** Nothing where the lines, the match or the secret look like one of these. */
export function unless(target: Allowlist['target'], ...regexes: readonly string[]): Allowlist {
  return { ...NOISY_PATHS, paths: [], target, regexes };
}
