import type { Scalar as ScalarNode } from 'yaml';
import { Refusal } from './refusal.ts';
import type { Scalar } from './scalar.ts';

const CORE_NULL = /^(?:|~|null|Null|NULL)$/;
const CORE_BOOL = /^(?:true|True|TRUE|false|False|FALSE)$/;
const CORE_DECIMAL = /^[-+]?[0-9]+$/;
const CORE_PREFIXED = /^(?:0o[0-7]+|0x[0-9a-fA-F]+)$/;
const CORE_FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/;

/** What a YAML 1.2 reader (core schema) makes of an unquoted scalar, as JSON would print it. */
function coreReading(text: string): string {
  if (CORE_NULL.test(text)) return 'null';
  if (CORE_BOOL.test(text)) return text.toLowerCase();
  if (CORE_DECIMAL.test(text) || CORE_PREFIXED.test(text) || CORE_FLOAT.test(text)) {
    return String(Number(text) + 0);
  }
  return JSON.stringify(text);
}

function ownReading(scalar: Scalar): string {
  switch (scalar.kind) {
    case 'null':
      return 'null';
    case 'string':
      return JSON.stringify(scalar.value);
    case 'bool':
    case 'int':
    case 'float':
      return String(scalar.value);
    case 'unusable':
      return '';
  }
}

/** Longest scalar that any of the patterns could tell apart; longer text is the same to all. */
const MAX_AMBIGUOUS_LENGTH = 400;

const NAMES = {
  null: 'null',
  bool: 'a boolean',
  int: 'a number',
  float: 'a number',
  string: 'a string',
  unusable: 'unusable',
} as const satisfies Record<Scalar['kind'], string>;

/**
 * Says how kubectl reads an unquoted scalar where another YAML reader differs (YAML 1.2 core, or
 * YAML 1.1 dates and base-60 numbers); `undefined` where all agree. The text holds no value.
 */
export function ambiguity(text: string, scalar: Scalar): string | undefined {
  if (text.length > MAX_AMBIGUOUS_LENGTH) return undefined;
  const read = `kubectl and gitward read ${NAMES[scalar.kind]}`;
  if (coreReading(text) !== ownReading(scalar)) {
    return `${read} where YAML 1.2 reads something else; quote it or write it plainly`;
  }
  if (scalar.kind === 'string' && (SEXAGESIMAL.test(text) || DATE.test(text))) {
    return `${read} where YAML 1.1 reads a number or a date; quote it`;
  }
  return undefined;
}

/** An escaped line break with an empty line after it: libyaml keeps the empty line, YAML 1.2 folds it. */
const ESCAPED_BREAK = /\\\r?\n[ \t]*\r?\n/;

/** In `{a:, b}` libyaml takes the colon for a part of the key. */
const COLON_BEFORE_FLOW = /[ \t\r\n]*:[,[\]{}]/y;

/** `|2` with a line of blanks: how many of them count is read differently. */
const COUNTED_BLANKS = /^[|>][-+]?[1-9][^\n]*(?:\n[^\n]*)*?\n[ \t]+\r?\n/;

const BLANKS = /\s*/y;

/** Refuses scalars whose extent or folding kubectl's parser (libyaml) sees differently. */
export function checkDialect(text: string, node: ScalarNode.Parsed): void {
  const [start, end] = node.range;
  const fault = dialectFault(text, node);
  if (fault !== undefined) {
    throw new Refusal('invalid', fault, node.type === 'PLAIN' ? end : start);
  }
}

function dialectFault(text: string, node: ScalarNode.Parsed): string | undefined {
  const [start, end] = node.range;
  switch (node.type) {
    case 'PLAIN':
      return plainFault(text, end);
    case 'QUOTE_SINGLE':
    case 'QUOTE_DOUBLE':
      return quotedFault(text.slice(start, end));
    default:
      return blockFault(text, start, end);
  }
}

function plainFault(text: string, end: number): string | undefined {
  COLON_BEFORE_FLOW.lastIndex = end;
  return COLON_BEFORE_FLOW.test(text)
    ? 'a colon without a space after it; put a space there, or quotes around the text'
    : undefined;
}

function quotedFault(quoted: string): string | undefined {
  if (!endsOnce(quoted)) return 'a quote that does not end where it should';
  const broken = quoted.startsWith('"') && ESCAPED_BREAK.test(quoted);
  return broken ? 'an empty line after an escaped line break' : undefined;
}

function blockFault(text: string, start: number, end: number): string | undefined {
  BLANKS.lastIndex = end;
  BLANKS.exec(text);
  return COUNTED_BLANKS.test(text.slice(start, BLANKS.lastIndex))
    ? 'a line of blanks in a block of counted indentation; leave the line empty'
    : undefined;
}

/** The library ends a quote at a line that is indented less, and then takes an escaped quote for its end. */
function endsOnce(quoted: string): boolean {
  const mark = quoted.charAt(0);
  const inside = quoted.slice(1, -1);
  const plain = mark === "'" ? inside.replaceAll("''", '') : inside.replace(/\\[^]/g, '');
  const closed = quoted.length > 1 && quoted.endsWith(mark) && !plain.includes(mark);
  return closed && (mark === "'" || !plain.includes('\\'));
}
