/** How sure a name makes that its value is a secret: of what kind it is said to be. */
export type SecretKind = 'password' | 'token' | 'key' | 'secret';

/** Longest name that is looked at; what is longer is no name. */
const MAX_NAME_LENGTH = 128;

const PASSWORDS = new Set(['password', 'passwd', 'passphrase', 'pwd', 'pass', 'passcode', 'pw']);

const TOKENS = new Set(['token', 'pat', 'bearer', 'jwt', 'otp']);

/** Words that make a secret of `key` when they stand before it. */
const KEY_OWNERS = new Set([
  ...['api', 'app', 'access', 'account', 'admin', 'auth', 'client', 'consumer', 'encryption'],
  ...['hmac', 'license', 'licence', 'master', 'private', 'secret', 'session', 'shared', 'sign'],
  ...['signing', 'ssh', 'storage', 'rsa', 'host', 'deploy', 'cookie', 'crypt', 'aes', 'data'],
]);

/** Words that make a secret of `secret` when they stand before it; `tlsSecret` is a name. */
const SECRET_OWNERS = new Set([
  ...['access', 'api', 'app', 'application', 'auth', 'client', 'consumer', 'cookie', 'oauth'],
  ...['crypto', 'encryption', 'hmac', 'internal', 'jwt', 'master', 'oauth2', 'oidc', 'rpc'],
  ...['secret', 'session', 'shared', 'signing', 'signature', 'user', 'webhook', 'hook', 'token'],
]);

/** Words before it that say it is no secret, or only where one is. */
const NEGATIONS = new Set([
  ...['existing', 'use', 'using', 'no', 'has', 'is', 'create', 'enable', 'enabled', 'disable'],
  ...['require', 'required', 'allow', 'allowed', 'generate', 'public', 'max', 'min', 'automount'],
  ...['reset', 'rotate', 'forgot', 'next', 'page', 'continuation', 'pull', 'ref', 'show', 'hide'],
  ...['change', 'with', 'without', 'skip', 'expire', 'expired', 'mount', 'projected', 'design'],
]);

/**
 * Tells from a name what secret its value is, or `undefined`. The last word decides: `dbPassword` and
 * `API_TOKEN` are secrets; `passwordPolicy`, `secretName` and `tokenUrl` are about one.
 */
export function secretKindOf(name: string): SecretKind | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const words = wordsOf(name);
  // `PASSWORD_1`, `token2`: a number at the end says nothing.
  while (words.length > 1 && /^\d+$/.test(words.at(-1) ?? '')) words.pop();
  if (words.some((word) => NEGATIONS.has(word))) return undefined;
  const [before, last = ''] = [words.at(-2), words.at(-1)];
  if (before !== undefined && before !== last) {
    const joined = wordKind(`${before}${last}`, words.at(-3), name);
    if (joined !== undefined) return joined;
  }
  return wordKind(last, before, name);
}

function wordKind(last: string, before: string | undefined, name: string): SecretKind | undefined {
  if (PASSWORDS.has(last) || last.endsWith('password') || last.endsWith('passwd')) {
    return 'password';
  }
  if (TOKENS.has(last) || /^(?:access|auth|refresh|api|bot|id|bearer)token$/.test(last)) {
    return 'token';
  }
  if (last === 'key') return before !== undefined && KEY_OWNERS.has(before) ? 'key' : undefined;
  if (/^(?:api|access|private|secret|master|encryption|signing)key$/.test(last)) return 'key';
  if (/^(?:client|app|api)secret$/.test(last)) return 'secret';
  if (last !== 'secret') return undefined;
  // In the environment a `…_SECRET` is one; in YAML it may be the name of a Secret.
  const isEnvironment = /^[A-Z][A-Z0-9_]*$/.test(name);
  return isEnvironment || (before !== undefined && SECRET_OWNERS.has(before))
    ? 'secret'
    : undefined;
}

/** The words of a name in any habit of writing: `dbPassword`, `DB_PASSWORD`, `db.password`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .flatMap((word) => (word === '' ? [] : [word.toLowerCase()]));
}
