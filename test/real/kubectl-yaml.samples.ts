/** Names the run; the same number makes the same scalars. */
export const SEED = 20_260_901;

const ALPHABET = '012345678901234567012__..eE+-xXbBoO:aFfnyYtrueslNOo~';
const WORDS = (
  'yes no on off y n true FALSE null ~ Inf nan = 1e400 0x 0b 0o -0 + e5 .5 1_000 0b-1 12:30 ' +
  '2020-01-01 1e-7 9007199254740991 9007199254740993 18446744073709551616 0644 1.5 0x7f'
).split(' ');

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` different texts that YAML takes for one unquoted scalar, near the edges of its grammar. */
export function sampleScalars(seed: number, count: number): readonly string[] {
  const random = randomFrom(seed);
  const pick = (from: ArrayLike<string>): string => from[Math.floor(random() * from.length)] ?? '';
  const found = new Set<string>();
  while (found.size < count) {
    const length = 1 + Math.floor(random() * 9);
    const text = Array.from({ length }, () => pick(ALPHABET)).join('');
    const mixed = random() < 0.2 ? pick(WORDS) + (random() < 0.5 ? '' : text.slice(0, 2)) : text;
    if (!/^(?:[-:?]$|:|---)|:$/.test(mixed)) found.add(mixed);
  }
  return [...found];
}
