import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { judgePrimitive } from './primitives.ts';

/** One element: its identifier octet, all its bytes, its contents, and what those are made of if constructed. */
export type Der = Readonly<{
  tag: number;
  raw: Uint8Array;
  body: Uint8Array;
  children: readonly Der[];
}>;

/** Identifier octets read here (X.690 §8.1.2, RFC 5280 appendix A). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[0]` and so on, constructed. */
  context0: 0xa0,
  context1: 0xa1,
  context2: 0xa2,
  context3: 0xa3,
} as const;

/** Deepest nesting and most elements read: a CMS of 16 certificates has a tenth of it. */
const MAX_DEPTH = 24;
const MAX_ELEMENTS = 16_384;

/** Longest input, in octets. */
export const MAX_DER_BYTES = 65_536;

type Walk = {
  readonly bytes: Uint8Array;
  /** Elements less deep than this may have the indefinite length. */
  readonly frame: number;
  left: number;
};

type Span = Readonly<{ at: number; end: number; depth: number }>;

/**
 * Reads exactly one element that fills all the bytes, by DER (X.690 §10): shortest definite lengths,
 * primitive strings, canonical numbers and times. `frame` opens so many outer levels to the indefinite
 * length, which gpgsm writes around what it signs; nothing signed may stand there.
 */
export function parseDer(bytes: Uint8Array, frame = 0): Result<Der, string> {
  if (bytes.length > MAX_DER_BYTES) return stopped(`it is longer than ${MAX_DER_BYTES} octets`);
  const walk = { bytes, frame, left: MAX_ELEMENTS };
  const read = readElement(walk, { at: 0, end: bytes.length, depth: 0 });
  if (read.ok && read.value.raw.length !== bytes.length) {
    return stopped('bytes follow its only element');
  }
  return read;
}

/** Writes one element of definite length. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Uint8Array.of(tag, body.length), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Uint8Array.of(tag, 0x80 | length.length), length, body]);
}

/** The elements as a tuple when they have exactly these identifier octets, in order. */
export function shaped<const T extends readonly number[]>(
  elements: readonly Der[],
  ...tags: T
): { readonly [K in keyof T]: Der } | undefined {
  const fits = elements.length === tags.length && elements.every(({ tag }, at) => tag === tags[at]);
  return fits ? (elements as unknown as { readonly [K in keyof T]: Der }) : undefined; // As many as tags.
}

/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function readElement(walk: Walk, { at, end, depth }: Span): Result<Der, string> {
  walk.left -= 1;
  if (depth > MAX_DEPTH || walk.left < 0) return stopped('it nests too deep or has too many parts');
  const tag = walk.bytes[at] ?? 0;
  const constructed = (tag & 0x20) !== 0;
  const length = readLength(walk.bytes, at + 1, end);
  if (tag === 0 || (tag & 0x1f) === 0x1f)
    return stopped('it is cut off or has a tag of many octets');
  if (!length.ok) return length;
  const { start, stop } = length.value;
  if (stop === undefined) {
    if (!constructed || depth >= walk.frame) return stopped('it has an indefinite length');
    return readOpen(walk, tag, { at, start, end, depth });
  }
  const [raw, body] = [walk.bytes.subarray(at, stop), walk.bytes.subarray(start, stop)];
  if (!constructed) return readPrimitive({ tag, raw, body, children: [] });
  // A string in pieces is where readers come to differ; universal constructed is a sequence or a set.
  if (tag < 0x40 && tag !== TAG.sequence && tag !== TAG.set) {
    return stopped('it has a string in pieces');
  }
  const children = readChildren(walk, { at: start, end: stop, depth: depth + 1 });
  return children.ok ? ok({ tag, raw, body, children: children.value }) : children;
}

function readPrimitive(node: Der): Result<Der, string> {
  const wrong = judgePrimitive(node.tag, node.body);
  return wrong === undefined ? ok(node) : stopped(wrong);
}

function readChildren(walk: Walk, { at, end, depth }: Span): Result<readonly Der[], string> {
  const children: Der[] = [];
  for (let next = at; next < end;) {
    const child = readElement(walk, { at: next, end, depth });
    if (!child.ok) return child;
    children.push(child.value);
    next += child.value.raw.length;
  }
  return ok(children);
}

/** Reads up to the two zero octets that end an element of indefinite length. */
function readOpen(walk: Walk, tag: number, span: Span & { start: number }): Result<Der, string> {
  const { bytes } = walk;
  const children: Der[] = [];
  let next = span.start;
  while (bytes[next] !== 0 || next + 1 >= span.end) {
    const child = readElement(walk, { at: next, end: span.end, depth: span.depth + 1 });
    if (!child.ok) return child;
    children.push(child.value);
    next += child.value.raw.length;
  }
  if (bytes[next + 1] !== 0) return stopped('it is cut off or has a tag of many octets');
  const [raw, body] = [bytes.subarray(span.at, next + 2), bytes.subarray(span.start, next)];
  return ok({ tag, raw, body, children });
}

/** Where the contents start and stop; without a stop for the indefinite length. */
function readLength(
  bytes: Uint8Array,
  at: number,
  end: number,
): Result<Readonly<{ start: number; stop?: number }>, string> {
  const first = at < end ? bytes[at] : undefined;
  if (first === undefined) return stopped('it is cut off');
  if (first === 0x80) return ok({ start: at + 1 });
  const octets = first < 0x80 ? 0 : first & 0x7f;
  // Longer than MAX_DER_BYTES needs more than three octets, and a longer form than needed is not DER.
  if (octets > 3) return stopped('a length is out of bounds');
  let length = octets === 0 ? first : 0;
  for (let index = 1; index <= octets; index += 1) length = length * 256 + (bytes[at + index] ?? 0);
  const shortest = octets === 0 || length >= (octets === 1 ? 0x80 : 256 ** (octets - 1));
  const start = at + 1 + octets;
  if (!shortest) return stopped('a length is not in its shortest form');
  return start + length > end ? stopped('it is cut off') : ok({ start, stop: start + length });
}
