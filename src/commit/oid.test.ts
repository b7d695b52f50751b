import { describe, expect, it } from 'vitest';
import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { hashObject, verifyOid } from './oid.ts';

const nothing = new Uint8Array();

describe('hashObject', () => {
  // The names of Git's empty blob and empty tree are the same in every repository.
  it.each([
    ['blob', 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'],
    ['tree', '4b825dc642cb6eb9a060e54bf8d69288fbee4904'],
  ] as const)('empty %s, the well-known name', (type, oid) => {
    expect(hashObject(type, nothing)).toBe(oid);
  });

  it('always a well-formed oid', () => {
    expect(parseOid(hashObject('tag', Buffer.from('x')))).toBeDefined();
  });
});

describe('verifyOid', () => {
  const oid = hashObject('blob', Buffer.from('a'));
  it.each([
    ['right bytes, the object', { oid, type: 'blob', bytes: Buffer.from('a') }, undefined],
    ['other bytes, malformed', { oid, type: 'blob', bytes: Buffer.from('b') }, 'CommitMalformed'],
    ['other type, malformed', { oid, type: 'tree', bytes: Buffer.from('a') }, 'CommitMalformed'],
    [
      'other name, malformed',
      { oid: 'f'.repeat(40) as Oid, type: 'blob', bytes: Buffer.from('a') }, // 40 hex digits.
      'CommitMalformed',
    ],
  ] as const)('%s', (_, raw, reason) => {
    const answer = verifyOid(raw);
    expect(answer.ok ? undefined : answer.stop.reason).toBe(reason);
  });
});
