import { describe, expect, it } from 'vitest';
import { textScanner } from '../../src/secrets/engine/scanner.ts';
import type { Scanned } from '../../src/secrets/hit.ts';
import { childrenOf } from '../../src/secrets/regex/ast.ts';
import type { Node } from '../../src/secrets/regex/ast.ts';
import { bytesOf } from '../../src/secrets/regex/charset.ts';
import { parseRegex } from '../../src/secrets/regex/parse.ts';
import type { LeakRule } from '../../src/secrets/rule.ts';
import { ownAnalyses } from '../../src/secrets/rules/compiled.ts';
import { rule } from '../../src/secrets/rules/define.ts';
import { TEXT_RULES } from '../../src/secrets/rules/index.ts';

/** Bytes of a hostile text. */
const SIZE = 100_000;

/** Bytes of each of the four texts for each of our own rules: what is quadratic looks a thousand times. */
const OWN_SIZE = 40_000;

/** What passes on the clock from one look to the next: work is bounded by how often it looks. */
const TICK_MS = 50;

function tickingClock(tick: number): { looks: number; monotonic: () => number } {
  const clock = { looks: 0, monotonic: (): number => ++clock.looks * tick };
  return clock;
}

/** A text of this size may take 850 ms; a rule that is stopped looks once more. */
const MAX_LOOKS = 850 / TICK_MS + 2;

function treeOf(source: string): Node {
  const parsed = parseRegex(source);
  if (!parsed.ok) throw new Error(parsed.stop.text);
  return parsed.value.root;
}

/** A text that the tree matches, with every repeat at its least or near its most. */
function sampleOf(node: Node, most: number): string {
  switch (node.kind) {
    case 'set':
      return String.fromCharCode(bytesOf(node.set, 256)?.at(-1) ?? 0);
    case 'edge':
      return '';
    case 'alt': {
      const samples = node.branches.map((branch) => sampleOf(branch, most));
      return samples.reduce((best, sample) => (sample.length > best.length ? sample : best), '');
    }
    case 'cat':
    case 'group':
      return childrenOf(node).map((child) => sampleOf(child, most)).join(''); // prettier-ignore
    case 'repeat':
      return sampleOf(node.body, most).repeat(Math.max(node.min, Math.min(node.max, most)));
  }
}

/** One byte of each set that the tree repeats. */
function runnersOf(node: Node): readonly string[] {
  const below = childrenOf(node).flatMap(runnersOf);
  const isRun = node.kind === 'repeat' && node.body.kind === 'set' && node.max > 10;
  return isRun ? [...below, sampleOf(node.body, 1)] : below;
}

/** Texts that make the most of a rule: matches that break off, begin again, or never end. */
function hostileTexts({ regex = '', keywords }: LeakRule): readonly string[] {
  const root = treeOf(regex);
  const [short, long] = [sampleOf(root, 0), sampleOf(root, 60)];
  const seeds = [long.slice(0, -1), `${short.slice(0, -1)}\n`, ...keywords.slice(0, 1)];
  const floods = seeds
    .filter((seed) => seed !== '')
    .map((seed) => seed.repeat(OWN_SIZE / seed.length));
  const runs = runnersOf(root).slice(0, 1);
  return [...floods, ...runs.map((byte) => long.slice(0, -1) + byte.repeat(OWN_SIZE))];
}

type Outcome = Scanned & Readonly<{ looks: number }>;

function scan(rules: readonly LeakRule[], text: string, tick = TICK_MS): Outcome {
  const clock = tickingClock(tick);
  const options = { dialect: 'gitward', inlineAllow: true, monotonic: clock.monotonic } as const;
  const scanner = textScanner({ rules, allowlists: [] }, { ...options, analyses: ownAnalyses() });
  const bytes = Buffer.from(text, 'latin1');
  return { ...scanner.scan(bytes, { path: 'a.yaml' }), looks: clock.looks };
}

describe('texts made to be slow, our own rules', () => {
  it.each(TEXT_RULES.filter(({ regex }) => regex !== undefined))('$id, bounded work', (one) => {
    for (const text of hostileTexts(one)) {
      const { looks } = scan([{ ...one, allowlists: [] }], text);
      expect(looks).toBeLessThan(MAX_LOOKS);
    }
  });
});

const made = (regex: string, keywords: readonly string[] = []): LeakRule =>
  rule({ id: 'it', description: '', severity: 'low', fix: '', reference: '', regex, keywords });

describe('rules made to be slow, as a team might bring them', () => {
  it.each([
    ['a repeat of repeats', 'key(?:a+)+b', `key${'a'.repeat(SIZE)}`],
    ['the same alternative twice', 'key(?:a|a)*b', `key${'a'.repeat(SIZE)}`],
    ['optional parts', 'key(?:a?){30}a{30}', `key${'a'.repeat(29)} `.repeat(3000)],
    ['no anchor at all', '(?:[a-z]+)+[0-9]', 'a'.repeat(SIZE)],
    ['dots over lines', 'key(?:.*?\\n){1,9}?.*x', 'key key key\n'.repeat(SIZE / 12)],
    [
      'a block that never ends',
      '-----BEGIN[\\s\\S]{64,}?END-----',
      '-----BEGIN '.repeat(SIZE / 11),
    ],
    ['large counts', 'key[a-z]{0,900}[a-y]{0,900}[0-9]', 'key'.repeat(SIZE / 3)],
    ['a window before each literal', '[a-z]{0,900}key[0-9]', 'key'.repeat(SIZE / 3)],
  ])('%s, bounded work', (_name, regex, text) => {
    expect(scan([made(regex)], text).looks).toBeLessThan(MAX_LOOKS);
  });

  it('what is too slow even in linear time, a gap and never silence', () => {
    const slow = made('key(?:[a-z]{0,300}[a-y]{0,300}|[a-x]*[b-z]*)*[0-9]');
    const { hits, gaps } = scan([slow], 'key'.repeat(SIZE), 400);
    // The rule alone, and then the time of the whole text is over.
    const told = [
      { why: 'budget', rule: 'it', line: 1 },
      { why: 'budget', line: 1 },
    ];
    expect({ hits, gaps }).toEqual({ hits: [], gaps: told });
  });

  it('time that is over in the middle of a large text, a gap for all that is left', () => {
    const text = `${'\n'.repeat(300_000)}key1`;
    const { hits, gaps } = scan([made('key[0-9]')], text, 10_000);
    expect({ hits, gaps }).toEqual({ hits: [], gaps: [{ why: 'budget', line: 262_145 }] });
  });

  it('a naive scanner, exponential where ours is bounded', () => {
    const time = (length: number): number => {
      const begin = performance.now();
      /key(?:a+)+b/.exec(`key${'a'.repeat(length)}`);
      return performance.now() - begin;
    };
    time(4);
    expect(time(26) / Math.max(time(16), 0.001)).toBeGreaterThan(20);
  });
});
