import type { Node } from './ast.ts';
import type { Range } from './charset.ts';
import { classNode, foldCase, invert } from './codepoints.ts';
import { escapedPoint, perlClass, posixClass } from './escape.ts';
import { refuse } from './fault.ts';
import { takePoint } from './reader.ts';
import type { Reader } from './reader.ts';

/** Classes that were met, by `fold` and their text: rules are made of the same few. */
const known = new Map<string, Node>();

/** Most of them that are kept. */
const MAX_KNOWN = 2_000;

/** A class without a bracket in it, whatever its escapes are: it ends where this ends. */
const PLAIN = /\[\^?(?:[^\][\\\n]|\\[^\n]){1,200}\]/y;

/** The class in brackets that begins here, taken. */
export function bracketClass(reader: Reader): Node {
  const { source, at, flags } = reader;
  PLAIN.lastIndex = at;
  const [text] = PLAIN.exec(source) ?? [];
  if (text === undefined) return readClass(reader);
  const key = flags.fold ? `i${text}` : text;
  const found = known.get(key);
  if (found !== undefined) {
    reader.at += text.length;
    return found;
  }
  const node = readClass(reader);
  if (known.size < MAX_KNOWN && reader.at === at + text.length) known.set(key, node);
  return node;
}

function readClass(reader: Reader): Node {
  const start = reader.at;
  const { source } = reader;
  reader.at += 1;
  const isNegated = source[reader.at] === '^';
  if (isNegated) reader.at += 1;
  const ranges: Range[] = [];
  const first = reader.at;
  while (source[reader.at] !== ']' || reader.at === first) {
    if (reader.at >= source.length) return refuse(start, 'a class that never ends', '[');
    ranges.push(...classItem(reader));
  }
  reader.at += 1;
  return classNode(isNegated ? invert(ranges) : ranges);
}

function classItem(reader: Reader): readonly Range[] {
  const named = posixClass(reader) ?? perlClass(reader);
  if (named !== undefined) return named;
  const { at, source } = reader;
  const first = classPoint(reader);
  let last = first;
  const next = source[reader.at + 1];
  if (source[reader.at] === '-' && next !== ']' && next !== undefined) {
    reader.at += 1;
    last = classPoint(reader);
    if (last < first) return refuse(at, 'a range that runs backwards', source.slice(at, reader.at));
  }
  const range: Range = [first, last];
  return reader.flags.fold ? foldCase([range]) : [range];
}

function classPoint(reader: Reader): number {
  return reader.source[reader.at] === '\\' ? escapedPoint(reader) : takePoint(reader);
}
