const LINE_FEED = 0x0a;

/** Bytes compared at once. */
const BLOCK_BYTES = 4_096;

/**
 * The lines of a file in which all lines lie that git could show as added against an older version.
 * What both begin and end with is not among them; but git moves a block of added lines up and down as
 * long as what it passes repeats the block, so as much is taken again on either side.
 */
export function changedPart(older: Buffer, newer: Buffer): Buffer {
  const most = Math.min(older.length, newer.length);
  const head = commonHead(older, newer, most);
  const tail = commonTail(older, newer, most - head);
  const start = lineStart(newer, head);
  const end = lineEnd(newer, newer.length - tail);
  const length = Math.max(0, end - start);
  return newer.subarray(lineStart(newer, start - length), lineEnd(newer, end + length));
}

function commonHead(a: Buffer, b: Buffer, most: number): number {
  let at = 0;
  while (at + BLOCK_BYTES <= most && isEqual(a, at, b, at)) at += BLOCK_BYTES;
  while (at < most && a[at] === b[at]) at++;
  return at;
}

function commonTail(a: Buffer, b: Buffer, most: number): number {
  let length = 0;
  const [endA, endB] = [a.length, b.length];
  for (let next = BLOCK_BYTES; next <= most; next += BLOCK_BYTES) {
    if (!isEqual(a, endA - next, b, endB - next)) break;
    length = next;
  }
  while (length < most && a[endA - length - 1] === b[endB - length - 1]) length++;
  return length;
}

/** Is a block of the one the same as a block of the other? */
function isEqual(a: Buffer, atA: number, b: Buffer, atB: number): boolean {
  return a.compare(b, atB, atB + BLOCK_BYTES, atA, atA + BLOCK_BYTES) === 0;
}

/** Where the line begins that holds this offset. */
function lineStart(bytes: Buffer, at: number): number {
  return at <= 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1;
}

/** Behind the line that holds the byte before this offset; nothing more where that one ends a line. */
function lineEnd(bytes: Buffer, at: number): number {
  if (at >= bytes.length) return bytes.length;
  const next = bytes.indexOf(LINE_FEED, Math.max(0, at - 1));
  return next === -1 ? bytes.length : next + 1;
}
