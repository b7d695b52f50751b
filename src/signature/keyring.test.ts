import { describe, expect, it } from 'vitest';
import type { SignerSet } from '../api/signerset.ts';
import { digestTrust, trustDigest } from './keyring.ts';
import { trustOf } from './trust.ts';

function set(name: string, people: Readonly<Record<string, readonly string[]>>): SignerSet {
  return {
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'SignerSet',
    metadata: { name },
    spec: {
      people: Object.entries(people).map(([person, keys]) => ({
        name: person,
        keys: keys.map((openPGP) => ({ openPGP })),
      })),
    },
  };
}

const base = [set('a', { x: ['k1', 'k2'], y: ['k3'] }), set('b', { x: ['k1'] })];

describe('trustDigest', () => {
  it.each([
    ['sets in another order', base.toReversed()],
    [
      'people in another order',
      [set('a', { y: ['k3'], x: ['k1', 'k2'] }), set('b', { x: ['k1'] })],
    ],
    ['keys in another order', [set('a', { x: ['k2', 'k1'], y: ['k3'] }), set('b', { x: ['k1'] })]],
    [
      'a key listed twice',
      [set('a', { x: ['k1', 'k2', 'k1'], y: ['k3'] }), set('b', { x: ['k1'] })],
    ],
    ['blanks around a key', [set('a', { x: ['k1\n', 'k2'], y: ['k3'] }), set('b', { x: ['k1'] })]],
    ['a person without keys', [...base, set('c', { z: [] })]],
  ])('%s, the same', (_, sets) => {
    expect(trustDigest(sets)).toBe(trustDigest(base));
  });

  it.each([
    ['nobody', []],
    ['a set less', base.slice(1)],
    ['a key less', [set('a', { x: ['k1'], y: ['k3'] }), set('b', { x: ['k1'] })]],
    ['another name', [set('a', { z: ['k1', 'k2'], y: ['k3'] }), set('b', { x: ['k1'] })]],
    ['another set', [set('c', { x: ['k1', 'k2'], y: ['k3'] }), set('b', { x: ['k1'] })]],
    ['keys exchanged', [set('a', { x: ['k1', 'k3'], y: ['k2'] }), set('b', { x: ['k1'] })]],
  ])('%s, another', (_, sets) => {
    expect(trustDigest(sets)).not.toBe(trustDigest(base));
  });

  it('of plain trust, the same as of its sets', () => {
    expect(digestTrust(trustOf(base))).toBe(trustDigest(base));
  });
});
