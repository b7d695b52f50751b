import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as maker from '../../../test/support/x509/certificates.ts';
import type { Made } from '../../../test/support/x509/certificates.ts';
import { makeCms } from '../../../test/support/x509/cms.ts';
import { nil, utf8 } from '../../../test/support/x509/der.ts';
import { OpenSsl } from '../../../test/support/x509/openssl.ts';
import { ALICE, PAYLOAD, pinned, verdictOf } from '../../../test/support/x509/owners.ts';

const { authority, certify, extension, keyUsage, names, NOW, purposes } = maker;

const SIGNS = keyUsage(0x80);
const LEAF = [names(ALICE), SIGNS];
const PAST = { from: new Date(NOW - 86_400_000), until: new Date(NOW - 3_600_000) };
const FUTURE = { from: new Date(NOW + 3_600_000) };

let openssl: OpenSsl;
beforeAll(async () => {
  openssl = await OpenSsl.create();
});
afterAll(() => openssl.remove());

type Case = Readonly<{ leaf: Made; bag?: readonly Made[]; anchors: readonly Made[]; san?: string }>;

async function judge({ leaf, bag = [], anchors, san }: Case): Promise<string> {
  const cms = makeCms({ payload: PAYLOAD, leaf, certificates: [...bag, leaf] });
  const verdict = await verdictOf(cms, [pinned(anchors, san)]);
  if (verdict !== 'good') return verdict;
  const same = await openssl.verifies(cms, PAYLOAD, { anchors, at: NOW });
  return same ? 'good' : 'good, but openssl disagrees';
}

/** A root, as many authorities below it, and a leaf. */
function line(length: number, limit?: number): Case {
  const root = certify({ extensions: [authority(limit), keyUsage(0x06)] });
  const bag: Made[] = [];
  for (let at = 0; at < length; at += 1) bag.push(certify({ by: bag.at(-1) ?? root }));
  const leaf = certify({ by: bag.at(-1) ?? root, extensions: LEAF });
  return { leaf, bag, anchors: [root] };
}

/** One authority made of these extensions between the root and the leaf. */
function through(...extensions: readonly Buffer[]): Case {
  const root = certify();
  const middle = certify({ by: root, extensions });
  return { leaf: certify({ by: middle, extensions: LEAF }), bag: [middle], anchors: [root] };
}

/** A leaf of these extensions, right below its root. */
function ending(...extensions: readonly Buffer[]): Case {
  const root = certify();
  return { leaf: certify({ by: root, extensions }), anchors: [root] };
}

describe('a chain', () => {
  it.each<[string, Case, string]>([
    ['right below the root', line(0), 'good'],
    ['of three authorities, intermediates first', line(2), 'good'],
    ['as long as allowed', line(6), 'good'],
    ['longer than allowed', line(7), 'SignerUntrusted'],
    ['as long as the path length of its root', line(1, 1), 'good'],
    ['longer than the path length of its root', line(2, 1), 'SignerUntrusted'],
    [
      'to the pinned one of two authorities',
      { ...line(1), anchors: line(1).bag ?? [] },
      'SignerUntrusted',
    ],
    ['without its intermediate', { ...line(1), bag: [] }, 'SignerUntrusted'],
    ['to another root of any name', { ...line(1), anchors: [certify()] }, 'SignerUntrusted'],
  ])('%s', async (_, chain, outcome) => {
    expect(await judge(chain)).toBe(outcome);
  });

  it('to a root of the same name and another key, untrusted', async () => {
    const leaf = certify({ by: certify({ name: 'Twin' }), extensions: LEAF });
    expect(await judge({ leaf, anchors: [certify({ name: 'Twin' })] })).toBe('SignerUntrusted');
  });

  it('to an intermediate that is pinned itself, good', async () => {
    const { leaf, bag = [] } = line(1);
    expect(await judge({ leaf, anchors: bag })).toBe('good');
  });

  it('through one of two renewed authorities with one key, good', async () => {
    const [pair, rootPair] = [maker.newPair(), maker.newPair()];
    const old = certify({ name: 'Root', pair: rootPair, ...PAST });
    const root = certify({ name: 'Root', pair: rootPair });
    const stale = certify({ name: 'Middle', by: root, pair, ...PAST });
    const fresh = certify({ name: 'Middle', by: root, pair });
    const leaf = certify({ by: fresh, extensions: LEAF });
    expect(await judge({ leaf, bag: [stale, fresh], anchors: [old, root] })).toBe('good');
    expect(await judge({ leaf, bag: [stale], anchors: [root] })).toBe('KeyExpired');
    expect(await judge({ leaf, bag: [fresh], anchors: [old] })).toBe('KeyExpired');
  });

  it('in a maze of look-alikes, an answer in bounded time', async () => {
    const pair = maker.newPair('secp521r1');
    const maze = Array.from({ length: 15 }, () => certify({ name: 'Maze', pair }));
    const leaf = certify({ by: maze[0] ?? certify(), extensions: LEAF });
    expect(await judge({ leaf, bag: maze, anchors: [certify({ name: 'Maze' })] })).toBe(
      'SignerUntrusted',
    );
  });
});

describe('an authority on the way', () => {
  const usage = keyUsage(0x06);
  it.each<[string, Case, string]>([
    ['without key usage', through(authority()), 'good'],
    ['that may not issue certificates', through(authority(), SIGNS), 'SignerUntrusted'],
    ['that is none', through(usage), 'SignerUntrusted'],
    ['that may have nobody below', through(authority(0), usage), 'good'],
    ['for mail', through(authority(), usage, purposes(maker.EMAIL_PROTECTION)), 'good'],
    [
      'for servers only',
      through(authority(), usage, purposes(maker.SERVER_AUTH)),
      'SignerUntrusted',
    ],
    [
      'with name constraints',
      through(authority(), usage, extension('2.5.29.30', utf8('x'))),
      'SignerUntrusted',
    ],
    ['with an unknown extension', through(authority(), usage, extension('1.2.3.4', nil)), 'good'],
    [
      'with an unknown critical extension',
      through(authority(), usage, extension('1.2.3.4', nil, true)),
      'SignerUntrusted',
    ],
    ['with an extension twice', through(authority(), authority()), 'CommitMalformed'],
  ])('%s', async (_, chain, outcome) => {
    expect(await judge(chain)).toBe(outcome);
  });
});

describe('a leaf', () => {
  it.each<[string, Case, string]>([
    ['without key usage', ending(names(ALICE)), 'good'],
    ['that may not sign', ending(names(ALICE), keyUsage(0x20)), 'SignerUntrusted'],
    ['that is an authority', ending(...LEAF, authority()), 'SignerUntrusted'],
    ['for code', ending(...LEAF, purposes(maker.CODE_SIGNING)), 'good'],
    ['for anything', ending(...LEAF, purposes('2.5.29.37.0')), 'good'],
    ['for servers', ending(...LEAF, purposes(maker.SERVER_AUTH)), 'SignerUntrusted'],
    [
      'with an unknown critical extension',
      ending(...LEAF, extension('1.2.3.4', nil, true)),
      'SignerUntrusted',
    ],
    ['with an unknown extension', ending(...LEAF, extension('1.2.3.4', nil)), 'good'],
    ['with names beside', ending(SIGNS, names('bob@example.com', ALICE)), 'good'],
    ['with its domain in capitals', ending(SIGNS, names('alice@EXAMPLE.com')), 'good'],
    ['with its mailbox in capitals', ending(SIGNS, names('Alice@example.com')), 'SignerUntrusted'],
    ['with a longer domain', ending(SIGNS, names('alice@example.com.org')), 'SignerUntrusted'],
    [
      'with a zero octet in its name',
      ending(SIGNS, names('alice@example.com\0')),
      'CommitMalformed',
    ],
    ['without names', ending(SIGNS), 'SignerUntrusted'],
    ['with no extensions at all', ending(), 'SignerUntrusted'],
  ])('%s', async (_, chain, outcome) => {
    expect(await judge(chain)).toBe(outcome);
  });

  it('named by a URI, exactly', async () => {
    const san = 'spiffe://example.com/alice';
    expect(await judge({ ...ending(SIGNS, names(san)), san })).toBe('good');
    expect(await judge({ ...ending(SIGNS, names(`${san}/`)), san })).toBe('SignerUntrusted');
    expect(await judge({ ...ending(SIGNS, names('spiffe://EXAMPLE.com/alice')), san })).toBe(
      'SignerUntrusted',
    );
  });

  it.each([
    ['expired', PAST],
    ['not yet valid', FUTURE],
  ])('%s, expired; so is one of an authority that is', async (_, life) => {
    const root = certify();
    const leaf = certify({ by: root, extensions: LEAF, ...life });
    expect(await judge({ leaf, anchors: [root] })).toBe('KeyExpired');
    const other = certify(life);
    const below = certify({ by: other, extensions: LEAF });
    expect(await judge({ leaf: below, anchors: [other] })).toBe('KeyExpired');
  });
});
