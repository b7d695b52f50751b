import { describe, expect, it } from 'vitest';
import { textScanner } from '../../src/secrets/engine/scanner.ts';
import type { Scanned } from '../../src/secrets/hit.ts';
import type { LeakRule } from '../../src/secrets/rule.ts';
import { ownAnalyses } from '../../src/secrets/rules/compiled.ts';
import { rule } from '../../src/secrets/rules/define.ts';
import { TEXT_RULES } from '../../src/secrets/rules/index.ts';
import { hostileTexts } from '../support/secrets/hostile.ts';

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
    for (const text of hostileTexts(one, OWN_SIZE)) {
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
