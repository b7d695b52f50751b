import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';

/**
 * Makes src/secrets/rarity-table.ts: how surprising each letter is after the two before it, in English
 * words (Debian's wamerican) and in the identifiers of this repository. Run: tsx scripts/rarity-table.ts
 */

const WORDS = '/usr/share/dict/american-english';
const INTO = new URL('../src/secrets/rarity-table.ts', import.meta.url);

/** The edge of a word, then a to z. */
const SYMBOLS = 27;

/** Bits above which all are equally surprising, in steps that fit four bits. */
const STEPS = 15;
const STEP_BITS = 0.6;

/** How much one identifier counts beside one dictionary word. */
const IDENTIFIER_WEIGHT = 0.25;

function main(): void {
  const counts = new Float64Array(SYMBOLS ** 3);
  for (const word of readFileSync(WORDS, 'utf8').split('\n')) {
    if (/^[A-Za-z]{2,}$/.test(word)) count(counts, word.toLowerCase(), 1);
  }
  for (const text of sources(new URL('../src', import.meta.url).pathname)) {
    for (const word of text.match(/[A-Z]?[a-z]{2,}/g) ?? []) {
      count(counts, word.toLowerCase(), IDENTIFIER_WEIGHT);
    }
  }
  const packed = Buffer.alloc(Math.ceil(SYMBOLS ** 3 / 2));
  for (let at = 0; at < counts.length; at += 1) {
    const step = Math.min(STEPS, Math.round(bitsOf(counts, at) / STEP_BITS));
    packed[at >> 1] = (packed[at >> 1] ?? 0) | (step << ((at & 1) * 4));
  }
  const text = deflateRawSync(packed, { level: 9 }).toString('base64');
  const lines = text.match(/.{1,88}/g) ?? [];
  writeFileSync(INTO, moduleOf(lines));
  console.log(`${text.length} characters`);
}

function count(counts: Float64Array, word: string, weight: number): void {
  let context = 0;
  for (const letter of `${word}\0`) {
    const symbol = letter === '\0' ? 0 : letter.charCodeAt(0) - 96;
    const at = context * SYMBOLS + symbol;
    counts[at] = (counts[at] ?? 0) + weight;
    context = (context % SYMBOLS) * SYMBOLS + symbol;
  }
}

/** -log2 of the chance of the last symbol after the two before it, smoothed towards even. */
function bitsOf(counts: Float64Array, at: number): number {
  const row = at - (at % SYMBOLS);
  const total = counts.subarray(row, row + SYMBOLS).reduce((sum, one) => sum + one, 0);
  return -Math.log2(((counts[at] ?? 0) + 0.5) / (total + 0.5 * SYMBOLS));
}

function sources(directory: string): string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted();
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('rarity-table.ts'))
    .map((file) => readFileSync(join(directory, file), 'utf8'));
}

function moduleOf(lines: readonly string[]): string {
  const parts = lines.map((line) => `  '${line}',`).join('\n');
  return `/** Made by scripts/rarity-table.ts: ${SYMBOLS}³ steps of ${STEP_BITS} bits, four bits each, deflated. */
export const RARITY_TABLE: string = [
${parts}
].join('');
`;
}

main();
process.exitCode = 0;
