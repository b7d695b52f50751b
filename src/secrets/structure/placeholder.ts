import { rarityOf } from '../rarity.ts';
import type { SecretKind } from './names.ts';

/** Most of a value that is looked at to tell a placeholder. */
const MAX_PLACEHOLDER_LENGTH = 512;

const PLACEHOLDERS: readonly RegExp[] = [
  /^\$\{[^{}]*\}$/,
  /^\$[A-Za-z_]+$/,
  /^\$\([^()]*\)$/,
  /^\$\{\{[^{}]*\}\}$/,
  /^\$[A-Z_][A-Z0-9_]*$/,
  /^<[^<>]*>$/,
  /^%[A-Za-z_]+%$/,
  /^\(\([^()]*\)\)$/,
  /^(?:REPLACE|CHANGE|FILL|INSERT)[_-]?(?:ME|THIS|IN|WITH)?(?:_[A-Z_]+)?$/,
  /^\*\*[A-Z]+\*\*$/,
  /^(?:TODO|TBD|REDACTED|REMOVED|\[REDACTED\]|\*{3,}|x{4,}|X{4,}|\.{3,})$/,
  /^(?:null|~|nil|None|none|undefined)$/,
];

/** References that a plug-in replaces before the value is used. */
const REFERENCES: readonly RegExp[] = [
  /^(?:ref\+[a-z0-9]+:\/\/|vault:[\w.-]*[/#]|op:\/\/|secretref|awssm:|gcpsm:|azurekv:|file:\/\/|env:|secret:\/\/|sm:\/\/)/i,
  /^<path:[^<>]*>$/,
  /^arn:aws[a-z-]*:(?:secretsmanager|ssm|kms):/,
  /^projects\/[^/]+\/secrets\//,
];

/** Signs around the name of what is filled in; a name is words. */
const BRACKETED = /^(?:<([^<>]*)>|\(\(([^()]*)\)\)|%([A-Za-z_]+)%|\$\(([^()]*)\))$/;

/** So unlike words is no name. */
const DRAWN = 0.8;

/**
 * Tells a value that stands for a secret and is none: `${DB_PASSWORD}`, `{{ .Values.token }}`,
 * `<password>`, `REPLACE_ME`. `changeme` is none: it works until somebody changes it.
 */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  if (text === '') return true;
  if (text.length > MAX_PLACEHOLDER_LENGTH) return false;
  if (literalDefault(text) !== undefined) return false;
  const inner = BRACKETED.exec(text)
    ?.slice(1)
    .find((one) => one !== undefined);
  if (inner !== undefined && /^\S{10,}$/.test(inner) && rarityOf(inner) >= DRAWN) return false;
  return isTemplate(text) || [...PLACEHOLDERS, ...REFERENCES].some((form) => form.test(text));
}

/** Text in braces of a template, with at most a prefix beside it; a literal default in it is one. */
function isTemplate(text: string): boolean {
  const open = text.indexOf('{{');
  if (open === -1 || !text.includes('}}', open)) return false;
  if (templateDefault(text) !== undefined) return false;
  const outside = text.replace(/\{\{[^{}]*\}\}/g, '').replace(/[^A-Za-z0-9]/g, '');
  return outside.length < 6;
}

const TEMPLATE_DEFAULT = /\bdefault\s+["'`]([^"'`{}]{6,})["'`]/;
/** A template that says nothing but a literal, whatever functions it goes through. */
const TEMPLATE_LITERAL =
  /(?:\{\{-?\s*|\(\s*|\bprintf\s+"%[sqv]"\s+|\b(?:b64enc|quote|squote|trim)\s+)["`]([^"`{}]{6,})["`]\s*(?:\||-?\}\}|\))/;

/** The literal that a template takes where nobody gives a value: `{{ .Values.x | default "abc" }}`. */
function templateDefault(text: string): string | undefined {
  const head = text.slice(0, MAX_PLACEHOLDER_LENGTH);
  return (TEMPLATE_DEFAULT.exec(head) ?? TEMPLATE_LITERAL.exec(head))?.[1];
}

/** `${x:-abc}` and `${x:=abc}`: what `envsubst` takes where nobody gives a value. */
const SHELL_DEFAULT = /^\$\{[A-Za-z_][A-Za-z0-9_.]*:?[-=]([^{}$]{6,})\}$/;

/** What stands there where nobody fills it in. */
function meant(text: string): string {
  return literalDefault(text) ?? text;
}

/** The literal in what is else a placeholder. */
function literalDefault(text: string): string | undefined {
  return SHELL_DEFAULT.exec(text)?.[1];
}

const DUMMIES =
  /^(?:your.*|(?:my|the|some|test|dummy|fake|sample|example|default|replace|change|enter|insert|put)[-_ ].*|my(?:password|secret|token)|password\d{0,3}|passwd|secret|token|changeme|change-?it|admin|root|user|guest|postgres|mysql|redis|none|empty|optional|required|string|unset|disabled|foo|bar|baz|foobar|abc\d*|test\d*|value|x+|\*+|\.+|-+)$/i;

const FLAGS = /^(?:true|false|yes|no|on|off|enabled|disabled|always|never|\d{1,5}|\d+[smhd])$/i;
const PATH = /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)[\w@.\-/\\ ]*$/;
const WORDS = /^[a-z]+(?:[-._/][a-z]+)*$|^[A-Z]+(?:_[A-Z]+)+$/;
const NAME_OF_OBJECT = /^[a-z0-9]+(?:[-.][a-z0-9]+)+$/;

/** Shortest value that is told where only its key says that it is a secret. */
const MIN_NAMED_LENGTH = 5;

/**
 * Tells a value that is no secret though its key says so, in places where keys only hint: a flag, a
 * path, a dummy, the name of something.
 */
export function isHarmless(value: string, kind: SecretKind): boolean {
  const text = meant(value.trim());
  if (text.length < MIN_NAMED_LENGTH || text.length > 16_384) return true;
  if (isPlaceholder(text) || FLAGS.test(text) || PATH.test(text)) return true;
  if (text.length < 64 && DUMMIES.test(text)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\/[^@]*$/i.test(text)) return true;
  if (/\s/.test(text) && !text.includes('-----BEGIN') && kind !== 'password') return true;
  if (kind === 'password') return /^\w+(?: \w+){2,}$/.test(text);
  return WORDS.test(text) || (NAME_OF_OBJECT.test(text) && !/\d.*\d.*\d/.test(text));
}
