/** Shannon entropy in bits a byte. One character of `text` is one byte. */
export function entropyOf(text: string): number {
  if (text.length === 0) return 0;
  const counts = new Uint32Array(256);
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at) & 0xff;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return sum(counts, text.length);
}

/**
 * The same as gitleaks counts it: characters of UTF-8 over the number of bytes, so that a text beyond
 * ASCII has less than its due.
 */
export function entropyOfRunes(text: string): number {
  // ASCII, as nearly all secrets are, is the same either way.
  if (!/[\x80-\xff]/.test(text)) return entropyOf(text);
  const counts = new Map<string, number>();
  for (const rune of Buffer.from(text, 'latin1').toString('utf8')) {
    counts.set(rune, (counts.get(rune) ?? 0) + 1);
  }
  return sum(counts.values(), text.length);
}

function sum(counts: Iterable<number>, length: number): number {
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / length) * Math.log2(count / length);
  }
  return bits;
}
