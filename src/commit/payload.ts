import type { Header } from './grammar.ts';

/**
 * The signed bytes: the commit without its signature headers, every other byte in place. Git signs
 * exactly this (`parse_buffer_signed_by_header`); nothing is decoded or re-encoded on the way.
 */
export function cutHeaders(
  bytes: Uint8Array,
  cut: readonly (Header | undefined)[],
): Uint8Array<ArrayBuffer> {
  const holes = cut.filter((header) => header !== undefined).toSorted((a, b) => a.start - b.start);
  const kept = holes.reduce((length, hole) => length - (hole.end - hole.start), bytes.length);
  const payload = new Uint8Array(kept);
  let from = 0;
  let to = 0;
  for (const hole of holes) {
    payload.set(bytes.subarray(from, hole.start), to);
    to += hole.start - from;
    from = hole.end;
  }
  payload.set(bytes.subarray(from), to);
  return payload;
}

const LF = 0x0a;

/** A header's value with the space taken off each continuation line, ended by LF. */
export function unfold(value: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(value.length + 1);
  let length = 0;
  for (let i = 0; i < value.length; i += 1) {
    text[length] = value[i] ?? 0;
    length += 1;
    // The grammar lets a line inside a value begin with nothing but this space.
    if (value[i] === LF) i += 1;
  }
  text[length] = LF;
  return text.slice(0, length + 1);
}
