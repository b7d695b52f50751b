import type { ObjectRef } from '../../domain/object-ref.ts';
import type { ApiError, StatusCause } from './api-error.ts';

/** An answer of the server, as narrowed. */
export type StatusError = Extract<ApiError, { kind: 'status' }>;

/** Longest part of the server's own text that is passed on. */
const MAX_QUOTE_LENGTH = 400;
const MAX_CAUSES_SHOWN = 5;

/** `Invalid value: `, `Unsupported value: ` and the like (apimachinery, field.Error). */
const CAUSE_KIND = /^([A-Z][a-z]+(?: [a-z]+)?): /;
const GO_STRING = /^"(?:[^"\\]|\\.)*"/s;

/** The path in `failed to create typed patch object: .spec.replcas: field not declared in schema`. */
const TYPED_FIELD = /: (\.[A-Za-z0-9_.\-[\]=/"]{1,200}): ([a-z][a-z ]{0,60})/;

/** Whether no value of the object may be shown under any circumstances. */
export function isSecret(ref: Pick<ObjectRef, 'group' | 'kind'>): boolean {
  return ref.group === '' && ref.kind === 'Secret';
}

/** The causes of a 422 as `field: what is wrong`, without the values that the server quotes. */
export function causesText(error: StatusError, ref: ObjectRef): string {
  const { causes } = error.details;
  if (causes.length === 0) return quote(error, ref);
  const shown = causes.slice(0, MAX_CAUSES_SHOWN).map((cause) => causeText(cause, ref));
  const left = causes.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

function causeText(cause: StatusCause, ref: ObjectRef): string {
  const field = cause.field === '' ? 'object' : cause.field;
  return `${field}: ${isSecret(ref) ? cause.reason : withoutValue(cause.message)}`;
}

/** `Invalid value: "x": must be y` → `Invalid value: must be y`. */
export function withoutValue(message: string): string {
  const kind = CAUSE_KIND.exec(message);
  if (kind === null) return message.slice(0, MAX_QUOTE_LENGTH);
  const rest = message.slice(kind[0].length);
  const end = valueEnd(rest);
  const why = end < 0 ? '' : rest.slice(end).replace(/^: /, '');
  return why === '' ? (kind[1] ?? '') : `${kind[1] ?? ''}: ${why.slice(0, MAX_QUOTE_LENGTH)}`;
}

/** Where a Go value (`"x"`, `map[string]string{…}`, `-1`) ends; -1 when that can not be told. */
function valueEnd(text: string): number {
  if (text.startsWith('"')) return GO_STRING.exec(text)?.[0].length ?? -1;
  const brace = text.lastIndexOf('}: ');
  return brace < 0 ? text.indexOf(': ') : brace + 1;
}

/** The server's own text, shortened; never for a Secret, whose values it may quote. */
export function quote(error: StatusError, ref: ObjectRef): string {
  if (isSecret(ref)) return 'the server refused its content (text withheld: it may quote values)';
  return error.message.slice(0, MAX_QUOTE_LENGTH);
}

/** The field that a conversion stumbled over and why, never the value: `.spec.x: expected string`. */
export function typedText(error: StatusError, ref: ObjectRef): string {
  const match = TYPED_FIELD.exec(error.message);
  if (match !== null) return `${match[1] ?? ''}: ${(match[2] ?? '').trim()}`;
  const isBase64 = error.message.includes('illegal base64 data');
  return isBase64 ? 'a value is not base64' : quote(error, ref);
}
