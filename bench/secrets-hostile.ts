import { fileScanner } from '../src/secrets/index.ts';
import { TEXT_RULES } from '../src/secrets/rules/index.ts';
import { hostileTexts } from '../test/support/secrets/hostile.ts';
import { workClock } from '../src/worker/work-clock.ts';
import type { Bench } from './measurement.ts';

/** The bar: no text of a megabyte takes longer, whatever it is. */
const SIZE = 1_000_000;
const MOST_MS = 2_000;

/**
 * The longest that the whole scanner takes over a text of one megabyte that is made to be slow for one of
 * our rules, up to four for each rule; beside an honest text of that size in the same process.
 */
export const secretsHostileBench: Bench = async (say) => {
  const plan = { dialect: 'gitward', inlineAllow: false, salt: 's', sops: [] } as const;
  const scanner = fileScanner(plan, workClock());
  const timed = (text: string): number => {
    const bytes = Buffer.from(text, 'latin1');
    const began = performance.now();
    scanner.scan({ path: 'deploy/a.yaml', bytes });
    return performance.now() - began;
  };
  const honest = 'name: web\nimage: registry.example.com/web:1.2\nreplicas: 3\n'.repeat(SIZE / 58);
  timed(honest);
  const reference = timed(honest);
  let [value, worst, samples] = [0, '', 0];
  for (const [at, rule] of TEXT_RULES.filter(({ regex }) => regex !== undefined).entries()) {
    for (const text of hostileTexts(rule, SIZE)) {
      const took = timed(text);
      samples += 1;
      if (took > value) [value, worst] = [took, rule.id];
    }
    if (at % 100 === 99) say(`${at + 1} rules, worst ${value.toFixed(0)} ms (${worst})`);
  }
  say(`worst: a text made for ${worst}`);
  const line = {
    ...{ bench: 'secrets-hostile', metric: 'worst text of 1 MB', value, unit: 'ms' },
    ...{ reference: 'an honest text', referenceValue: reference, ratio: reference / value },
    ...{ bar: { kind: 'atMost', value: MOST_MS } as const, extra: { samples } },
  };
  return { lines: [line], serverVersion: '' };
};
