import { describe, expect, it } from 'vitest';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { ReadAhead } from './read-ahead.ts';

function oidOf(number: number): Oid {
  const oid = parseOid(number.toString(16).padStart(40, '0'));
  if (oid === undefined) throw new Error('no oid');
  return oid;
}

/** A store with the first `count` objects that notes what it is asked for. */
function storeOf(count: number): ObjectReader & { asked: (readonly Oid[])[] } {
  const asked: (readonly Oid[])[] = [];
  const known = new Set(Array.from({ length: count }, (_, i) => oidOf(i)));
  return {
    asked,
    readMany: (oids) => {
      asked.push(oids);
      const found = oids.filter((oid) => known.has(oid));
      const objects = found.map(
        (oid) => [oid, { oid, type: 'commit', bytes: Buffer.of() }] as const,
      );
      return Promise.resolve(ok(new Map(objects)));
    },
  };
}

const hintsOf = (oids: readonly Oid[]): { next: () => Oid | undefined } => {
  const left = [...oids];
  return { next: () => left.shift() };
};

const numbers = (from: number, to: number): readonly Oid[] =>
  Array.from({ length: to - from }, (_, i) => oidOf(from + i));

async function readOne(reader: ObjectReader, number: number): Promise<boolean> {
  const read = await reader.readMany([oidOf(number)]);
  return read.ok && read.value.has(oidOf(number)) && read.value.size === 1;
}

describe('ReadAhead', () => {
  it('a line with hints, read in batches', async () => {
    const store = storeOf(1_000);
    const reader = new ReadAhead(store, hintsOf(numbers(0, 1_000)));
    for (let i = 0; i < 1_000; i += 1) expect(await readOne(reader, i)).toBe(true);
    expect(store.asked.map((oids) => oids.length)).toEqual([256, 256, 256, 232]);
  });

  it.each([
    ['no hints', []],
    ['hints of other objects', numbers(5_000, 5_100)],
    ['hints of what is gone already', [oidOf(0), oidOf(0), oidOf(1)]],
  ])('%s, the same objects', async (_, hints) => {
    const reader = new ReadAhead(storeOf(10), hintsOf(hints));
    for (let i = 0; i < 10; i += 1) expect(await readOne(reader, i)).toBe(true);
    expect(await readOne(reader, 11)).toBe(false);
  });

  it('hints that nobody follows, held within a bound', async () => {
    const store = storeOf(100_000);
    const reader = new ReadAhead(store, hintsOf(numbers(1_000, 90_000)));
    for (let i = 0; i < 100; i += 1) expect(await readOne(reader, i)).toBe(true);
    const read = store.asked.reduce((sum, oids) => sum + oids.length, 0);
    expect(read).toBeLessThan(100 + 2_048 + 1);
  });
});
