/** What the bytes of a file are, as far as looking for leaks goes. */
export type Encoding = 'bytes' | 'utf-16le' | 'utf-16be' | 'binary';

/** Bytes at the beginning that decide; git looks at as many. */
const PROBE_BYTES = 8000;

/** Share of the bytes on one side of the pairs that are NUL in UTF-16 of mostly ASCII. */
const UTF16_SHARE = 0.7;

/** The same behind a byte order mark: so many NULs would make any other file binary. */
const MARKED_SHARE = 0.05;

/** Highest share of control bytes in what is text all the same, with a NUL slipped in. */
const CONTROL_SHARE = 0.02;

/**
 * Tells text from binary: a NUL among the first 8,000 bytes makes a file binary, unless it is UTF-16 (a
 * byte order mark, or NULs in one half of the pairs). `lenient` takes for text what holds a few control
 * bytes among ASCII: neither one NUL nor a mark without UTF-16 behind it hides a file.
 */
export function encodingOf(bytes: Uint8Array, lenient: boolean): Encoding {
  const mark = markOf(bytes);
  if (mark !== undefined && !lenient) return mark;
  const probe = bytes.subarray(mark === undefined ? 0 : 2, PROBE_BYTES);
  if (!probe.includes(0)) return 'bytes';
  const { nuls, others } = census(probe);
  const pairs = Math.ceil(probe.length / 2);
  const wide = mark === 'utf-16le' ? nuls.odd : nuls.even;
  if (mark !== undefined && wide >= MARKED_SHARE * pairs) return mark;
  if (nuls.odd >= UTF16_SHARE * pairs && nuls.even < nuls.odd / 10) return 'utf-16le';
  if (nuls.even >= UTF16_SHARE * pairs && nuls.odd < nuls.even / 10) return 'utf-16be';
  const isText = nuls.even + nuls.odd + others <= CONTROL_SHARE * probe.length;
  // Two bytes in front do not make UTF-16 of a text that has none of it.
  return lenient && isText ? 'bytes' : (mark ?? 'binary');
}

/** What a byte order mark claims. */
function markOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** The bytes to scan: UTF-16 becomes UTF-8, so that one ASCII character is one byte. */
export function decoded(bytes: Uint8Array, encoding: Encoding): Uint8Array {
  if (encoding !== 'utf-16le' && encoding !== 'utf-16be') return bytes;
  const pairs = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  if (encoding === 'utf-16be') pairs.swap16();
  return Buffer.from(pairs.toString('utf16le'), 'utf8');
}

/** Counts NULs by side, and bytes that are neither printable ASCII nor white space. */
function census(probe: Uint8Array): { nuls: { even: number; odd: number }; others: number } {
  const nuls = { even: 0, odd: 0 };
  let others = 0;
  for (const [at, byte] of probe.entries()) {
    if (byte === 0) nuls[at % 2 === 0 ? 'even' : 'odd']++;
    else if ((byte < 32 && (byte < 9 || byte > 13)) || byte >= 127) others++;
  }
  return { nuls, others };
}
