import { NAME_WORDS } from './name-words.ts';

/** What a template, a shell or a format fills in later. */
const TEMPLATE =
  /\$\{|\{\{|\}\}|\$\(|#\{|<%|%>|\$\[|\[\[|%\([\w.]+\)|%[sdvqx@]|\{\d*\}|@@|__[A-Za-z]\w*__|\\\(/;

/** The whole value is the name of something that is filled in. */
const FILLED_IN =
  /^(?:\$[A-Za-z_][\w.:[\]>-]*|%[A-Za-z_]\w*%|@[A-Za-z_][\w.]*@|:[a-z_]+|<.*>?|\{[^{}]*\}?|\[.*\]?|\(.*\)?|\?+|[&*][a-z]\w*)$/;

/** Somebody blotted it out or has not filled it in. */
const BLOTTED =
  /\*{3}|x{5}|x{3}[-_. ]x{3}|\.{3}|\x85|\xe2\x80\xa6|-{5}|_{5}|#{3}|\?{3}|^(.)\1*$|^(?:x+[-_]?)+$/i;

/** Already encrypted, public, or the address of where the secret is. */
const ELSEWHERE =
  /^(?:ENC[[(]|\{cipher\}|vault:|arn:|ref\+|op:\/\/|sops:|ssm:|projects\/|secretref|!(?:vault|secret|ref|sub|env|include|join|getatt)\b|awskms|file:|env[:(.]|ssh-(?:rsa|dss|ed25519)|ecdsa-sha2|AQICAH|-{2,5}BEGIN CERT)/i;

/** The name of a header. */
const HEADER = /^[A-Z][a-z]{0,20}(?:-[A-Z][A-Za-z]{1,20}){1,6},?$/;

/** The name of a variable that holds a secret. */
const VARIABLE =
  /^[A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){0,8}_(?:PASSWORD|PASSWD|PASS|PWD|TOKEN|SECRET|KEY|CREDENTIALS?)(?:_[A-Z0-9]{1,12}){0,2}$/;

/** Calls, members, indexes, addresses, files, versions: code and places, not values. */
const CALL = /^[A-Za-z_$][\w.:>$-]*\(|^[A-Za-z_$][\w.>-]*\[|^new\s|^function\b|=>|^\w+::\w/;
const MEMBER =
  /^[A-Za-z_$][A-Za-z_$]{0,30}\d{0,2}(?:(?:\.|->|::|\?\.|!\.)[A-Za-z_$][A-Za-z_$]{0,40}\d{0,2})+[;,]?$/;
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|[A-Za-z]:\\|~\/)/;
const PATH = /^\.{0,2}(?:\/[\w.@-]{1,24}){2,}\/?$|^\.{0,2}\/[\w.@-]{1,15}\/?$/;
const FILE =
  /^[\w.-]{1,60}(?:\/[\w.-]{1,60}){0,9}\.(?:pem|key|json|ya?ml|txt|crt|cer|cert|p12|pfx|jks|conf|cfg|ini|env|sh|py|js|ts|go|rb|php|html?|css|png|svg|jpg|properties|xml|toml|md|log|csv|com|org|net|io|dev|local|example)$/i;
const EMAIL = /^[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,4}\.[a-z]{2,6}$/i;
const VERSION =
  /^[v^~>=<]*\d+(?:\.\d+)+(?:[-+.][\w.]+)?$|^\d{1,4}[-/:]\d{1,2}(?:[-/:]\d{1,4})?(?:T[\d:.Z+-]*)?$/;
const NUMBER = /^(?:0x)?[\da-f]{1,4}$|^-?\d{1,5}(?:\.\d+)?(?:ms|[smhdkbg])?$/i;

/** Marks a value as an example wherever it stands in it; long enough not to turn up by chance. */
const EXAMPLE =
  /example|placeholder|change[_-]?(?:me|it|this)\b|redacted|replace[_-]?|your[_-]|yourpass|dummy|insert[_-]|fill[_-]?(?:in|me)|to[_-]?be[_-]|fixme|masked|obfuscated|not[_-]?real|not[_-]a[_-]|sample|lorem|foo[_-]?bar|my[_-]?(?:pass|secret|token|pwd|super)|some[_-]?(?:pass|secret|token|value)|(?:pass(?:word|wd)?|secret|token)[_-]?(?:here|goes)|deadbeef|^abc[-_]?123|abcdefgh|01234567|12345678|qwerty/i;

/** The same, as a word of its own. */
const EXAMPLE_WORD = /(?:^|[^A-Za-z])(?:fake|f4ke|mock|stub|todo|tbd|demo|n\/a)(?:$|[^A-Za-z])/i;

/** More is not looked at for words that are joined without a sign. */
const LONGEST_NAME = 40;

/**
 * Is this no value but a reference, a template, a place, a number, an example, a blot, or made only of words
 * that name things? Such a text is never a secret, whatever the key says. Linear in the text.
 */
export function isNoValue(value: string): boolean {
  if (TEMPLATE.test(value) || FILLED_IN.test(value) || BLOTTED.test(value)) return true;
  if (ELSEWHERE.test(value) || EXAMPLE.test(value) || EXAMPLE_WORD.test(value)) return true;
  return isCode(value) || isPlace(value) || isName(value);
}

function isCode(value: string): boolean {
  if (HEADER.test(value) || VARIABLE.test(value)) return true;
  return CALL.test(value) || MEMBER.test(value) || VERSION.test(value) || NUMBER.test(value);
}

function isPlace(value: string): boolean {
  return ADDRESS.test(value) || PATH.test(value) || FILE.test(value) || EMAIL.test(value);
}

/** Made only of words that name things: `get_password`, `ClientSecret`, `rootpassword`, `test-user-1`. */
function isName(value: string): boolean {
  const words = value
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.every((word) => word.length < 2 || isWord(word));
}

function isWord(word: string): boolean {
  const bare = word.replace(/\d{1,2}$/, '');
  return NAME_WORDS.has(word) || NAME_WORDS.has(bare) || isJoined(bare);
}

/** Is it two names or three without a sign between them? At most 40² steps. */
function isJoined(word: string): boolean {
  if (word.length > LONGEST_NAME) return false;
  const reached = new Set([0]);
  for (let end = 2; end <= word.length; end += 1) {
    for (const start of reached) {
      if (end - start < 2 || !NAME_WORDS.has(word.slice(start, end))) continue;
      reached.add(end);
      break;
    }
  }
  return reached.has(word.length);
}
