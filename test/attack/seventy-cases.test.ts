import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMITS } from './seventy/commits.ts';
import { HISTORY } from './seventy/history.ts';
import { STORE } from './seventy/store.ts';
import { TRANSPORT } from './seventy/transport.ts';
import { KEYS } from './seventy/keys.ts';
import { SSH } from './seventy/ssh.ts';
import { SIGNATURES } from './seventy/signatures.ts';
import { skippedIn } from './seventy/case.ts';
import type { AttackCase } from './seventy/case.ts';
import { X509 } from './seventy/x509.ts';
import { Workshop } from './seventy/workshop.ts';

// The adversarial cases of Git trust as one table: what is built, what gitward must say, and the reader
// that falls for it. One number may have several rows.

const CASES: readonly AttackCase[] = [
  ...COMMITS,
  ...SIGNATURES,
  ...KEYS,
  ...SSH,
  ...X509,
  ...HISTORY,
  ...STORE,
  ...TRANSPORT,
];

const COUNT = 70;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.create();
});
afterAll(() => workshop.close());

const rows = CASES.toSorted((a, b) => a.number - b.number).map(
  (row) => [row.number, row.name, row.expected, row] as const,
);

describe('the seventy cases', () => {
  it('every number from 1 to 70 has a row, all names differ', () => {
    const numbers = new Set(CASES.map(({ number }) => number));
    const missing = Array.from({ length: COUNT }, (_, i) => i + 1).filter((n) => !numbers.has(n));
    expect(missing).toStrictEqual([]);
    const names = CASES.map(({ number, name }) => `${number} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(rows)('#%i %s, %s', async (number, name, expected, row) => {
    const played = await row.play(workshop);
    const skipped = skippedIn(played);
    if (skipped !== undefined) console.warn(`SKIPPED: case ${number}, ${name}: ${skipped}`);
    const mayBeSkipped = process.env['CI'] !== 'true' || row.excused === true;
    const naive = row.naive === undefined ? {} : { naive: row.naive[1] };
    const wanted = { verdict: expected, ...naive };
    expect(played).toStrictEqual(skipped !== undefined && mayBeSkipped ? { skipped } : wanted);
  });
});
