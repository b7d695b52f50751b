import type { PlacedText } from '../../../document/placed.ts';
import { withoutLineEnds } from '../../../document/placed.ts';
import type { Ledger } from './nodes.ts';

/** Offset of the next line end, or of the end of the text. */
export function lineEndAt(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Skips blanks, tabs and a carriage return. */
export function skipBlanks(text: string, at: number): number {
  let next = at;
  for (let code = text.charCodeAt(next); code === 32 || code === 9 || code === 13;) {
    next += 1;
    code = text.charCodeAt(next);
  }
  return next;
}

/** Is this the end of what a line says: its end, or a comment? */
export function isOver(text: string, at: number, lineEnd: number): boolean {
  return at >= lineEnd || text[at] === '#';
}

/** Where a quote that opens at `start` closes (past the mark), or -1. */
export function quoteEnd(text: string, start: number): number {
  const mark = text.charAt(start);
  let end = start;
  for (;;) {
    end = text.indexOf(mark, end + 1);
    if (end === -1) return -1;
    if (mark === "'") {
      if (text[end + 1] !== "'") return end + 1;
      end += 1;
      continue;
    }
    let escapes = 0;
    while (end - 1 - escapes > start && text[end - 1 - escapes] === '\\') escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
}

/** What stands between quotes, folded and without escapes. */
export function unquote(quoted: string): string {
  const inside = quoted.slice(1, -1);
  if (quoted.startsWith("'")) return fold(inside.replaceAll("''", "'"));
  if (!inside.includes('\\')) return fold(inside);
  const joined = inside.replace(/\\\r?\n/g, '\\\n');
  return fold(joined, '\\').replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g,
    escaped,
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
};

/** One character a byte, as everything here. */
function escaped(_whole: string, code: string): string {
  if (code.length === 1) return ESCAPES[code] ?? code;
  const point = Number.parseInt(code.slice(1), 16);
  const isHalf = point >= 0xd800 && point <= 0xdfff;
  if (point > 0x10ffff || isHalf) return '?';
  return Buffer.from(String.fromCodePoint(point), 'utf8').toString('latin1');
}

/** Line ends inside quotes and plain text: one is a blank, more are one less. `glue` at an end joins. */
export function fold(text: string, glue = ''): string {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n');
  const parts: string[] = [];
  let breaks = 0;
  let isGlued = true;
  for (const [number, line] of lines.entries()) {
    const isLast = number === lines.length - 1;
    const from = number === 0 ? 0 : skipBlanks(line, 0);
    const content = isLast ? line.slice(from) : trimmedEnd(line.slice(from));
    if (content === '' && number > 0 && !isLast) {
      breaks += 1;
      continue;
    }
    if (breaks > 0) parts.push('\n'.repeat(breaks));
    else if (!isGlued) parts.push(' ');
    breaks = 0;
    isGlued = glue !== '' && !isLast && content.endsWith(glue);
    parts.push(isGlued ? content.slice(0, -1) : content);
  }
  return parts.join('');
}

function trimmedEnd(text: string): string {
  let end = text.length;
  for (let code = text.charCodeAt(end - 1); code === 32 || code === 9 || code === 13;) {
    end -= 1;
    code = text.charCodeAt(end - 1);
  }
  return text.slice(0, end);
}

const HEADER = /^[|>](?:[+-]?[1-9]?|[1-9][+-]?)[ \t]*\r?(?:#.*)?$/;

/** Is the rest of this line the head of a block scalar? */
export function isBlockHeader(text: string, at: number, lineEnd: number): boolean {
  const mark = text[at];
  if (mark !== '|' && mark !== '>') return false;
  return HEADER.test(text.slice(at, Math.min(lineEnd, at + 200)));
}

/** Reads a block scalar whose head stands at `at`, in a container of indentation `outer`. */
export function readBlock(
  text: string,
  at: number,
  outer: number,
): Readonly<{ node: PlacedText; next: number }> {
  const headEnd = lineEndAt(text, at);
  const counted = /[1-9]/.exec(text.slice(at, at + 3))?.[0];
  let indent = counted === undefined ? -1 : Math.max(outer, 0) + Number(counted);
  const lines: string[] = [];
  let next = headEnd + 1;
  let end = headEnd;
  while (next < text.length) {
    const lineEnd = lineEndAt(text, next);
    const content = indentAt(text, next, lineEnd);
    const isBlank = skipBlanks(text, content) >= lineEnd;
    const width = content - next;
    if (!isBlank) {
      if (indent === -1 && width > outer) indent = width;
      if (indent === -1 || width < indent || isSeparator(text, next)) break;
    }
    const from = Math.min(indent === -1 ? lineEnd : next + indent, lineEnd);
    lines.push(trimmedReturn(text.slice(from, lineEnd)));
    if (!isBlank) end = lineEnd;
    next = lineEnd + 1;
  }
  const body = text[at] === '>' ? foldBlock(lines) : lines.join('\n');
  const value = withoutLineEnds(body);
  return { node: { kind: 'text', value, style: 'block', start: at, end }, next };
}

function foldBlock(lines: readonly string[]): string {
  const parts: string[] = [];
  let breaks = 0;
  let isKept = false;
  for (const line of lines) {
    if (line === '') {
      breaks += 1;
      continue;
    }
    // Lines that are indented more keep their ends, and those before them too.
    const isDeep = line.startsWith(' ') || line.startsWith('\t');
    const isFirst = parts.length === 0;
    if (!isFirst && (isKept || isDeep)) breaks += 1;
    parts.push(breaks > 0 ? '\n'.repeat(breaks) : isFirst ? '' : ' ', line);
    [breaks, isKept] = [0, isDeep];
  }
  return parts.join('');
}

function trimmedReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Offset of the first character of a line that is no blank. */
export function indentAt(text: string, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && text.charCodeAt(at) === 32) at += 1;
  return at;
}

/** Does a line that begins here end the document? */
export function isSeparator(text: string, at: number): boolean {
  return text.startsWith('---', at) || text.startsWith('...', at);
}

/** What ends a line before its end. */
const COMMENT = /[ \t]#/;

/**
 * Where the key of a line that begins at `at` ends: the offset of its colon, or -1. Byte by byte: V8's
 * `indexOf` on a slice of a long text can take as long as the text, for every colon of a line.
 */
export function colonAt(text: string, at: number, lineEnd: number): number {
  let isTemplate = false;
  for (let next = at; next < lineEnd; next++) {
    const code = text.charCodeAt(next);
    if (code === HASH && next > at && isBlankCode(text.charCodeAt(next - 1))) return -1;
    if (isTemplate) {
      if (code === CLOSING && text.charCodeAt(next - 1) === CLOSING) isTemplate = false;
    } else if (code === OPENING && text.charCodeAt(next + 1) === OPENING) {
      isTemplate = true;
      next += 1;
    } else if (code === COLON) {
      const after = text.charCodeAt(next + 1);
      if (next + 1 >= lineEnd || isBlankCode(after) || after === RETURN) return next;
    }
  }
  return -1;
}

const [HASH, COLON, OPENING, CLOSING, RETURN] = [35, 58, 123, 125, 13];

function isBlankCode(code: number): boolean {
  return code === 32 || code === 9;
}

/** A plain scalar on one line, without the comment after it: its end. */
export function plainEnd(text: string, at: number, lineEnd: number): number {
  const line = text.slice(at, lineEnd);
  const mark = line.search(COMMENT);
  return at + trimmedEnd(mark === -1 ? line : line.slice(0, mark)).length;
}

/** Reads a quoted scalar; without an end it is the rest of the line, and nobody is sure of it. */
export function readQuoted(text: string, at: number, ledger: Ledger): PlacedText {
  const closed = quoteEnd(text, at);
  if (closed !== -1) {
    const value = unquote(text.slice(at, closed));
    return { kind: 'text', value, style: 'quoted', start: at, end: closed };
  }
  ledger.isSure = false;
  const end = lineEndAt(text, at);
  return { kind: 'text', value: text.slice(at + 1, end), style: 'quoted', start: at, end };
}
