import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rootOf } from './merkle.ts';

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

/** Where a tree of more than one leaf is cut: the largest power of two below its size (RFC 9162 §2.1.1). */
const half = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** The root by definition: a second way to the same answer. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (leaves.length === 1 && first !== undefined) return hash(Buffer.of(0), first);
  const cut = half(leaves.length);
  return hash(Buffer.of(1), treeHash(leaves.slice(0, cut)), treeHash(leaves.slice(cut)));
}

/** The proof by definition (RFC 9162 §2.1.3.1). */
function proofOf(leaves: readonly Buffer[], index: number): readonly Buffer[] {
  if (leaves.length === 1) return [];
  const cut = half(leaves.length);
  const [left, right] = [leaves.slice(0, cut), leaves.slice(cut)];
  return index < cut
    ? [...proofOf(left, index), treeHash(right)]
    : [...proofOf(right, index - cut), treeHash(left)];
}

const place = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(size - 1)));
const leavesOf = (size: number): readonly Buffer[] =>
  Array.from({ length: size }, (_, at) => Buffer.from(`leaf ${at}`));

describe('rootOf', () => {
  it('any leaf of any tree, the root by definition', () => {
    fc.assert(
      fc.property(place, ([size, index]) => {
        const leaves = leavesOf(size);
        const proof = { index: BigInt(index), size: BigInt(size), hashes: proofOf(leaves, index) };
        const root = rootOf(leaves[index] ?? Buffer.alloc(0), proof);
        expect(Buffer.from(root ?? [])).toStrictEqual(treeHash(leaves));
      }),
    );
  });

  it('a leaf that is not there, another root or none', () => {
    fc.assert(
      fc.property(place, ([size, index, other]) => {
        const leaves = leavesOf(size);
        const hashes = proofOf(leaves, index);
        const asked = { index: BigInt(other), size: BigInt(size), hashes };
        const wrong = rootOf(Buffer.from('no leaf'), asked);
        expect(Buffer.from(wrong ?? [])).not.toStrictEqual(treeHash(leaves));
      }),
    );
  });

  it.each([
    ['an index past the end', { index: 3n, size: 3n, hashes: [] }],
    ['an empty tree', { index: 0n, size: 0n, hashes: [] }],
    ['a hash too many', { index: 0n, size: 1n, hashes: [Buffer.alloc(32)] }],
    ['a hash too few', { index: 0n, size: 2n, hashes: [] }],
    ['a short hash', { index: 0n, size: 2n, hashes: [Buffer.alloc(31)] }],
  ])('%s, no root', (_, proof) => {
    expect(rootOf(Buffer.from('leaf'), proof)).toBeUndefined();
  });
});
