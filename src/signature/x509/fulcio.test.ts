import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as maker from '../../../test/support/x509/certificates.ts';
import { attribute, signAttributes, wrap } from '../../../test/support/x509/cms.ts';
import { octets } from '../../../test/support/x509/der.ts';
import { ALICE, evidenceOf, PAYLOAD, verdictOf } from '../../../test/support/x509/owners.ts';
import * as world from '../../../test/support/x509/sigstore.ts';
import type { EntryParts, LeafWanted, Logging } from '../../../test/support/x509/sigstore.ts';
import { loadX509 } from './x509.ts';

const { gitsign, identified, IDENTITY, LIFE_MS, newLeaf, newSigstore, OIDC, rootOf } = world;
const { NOW } = maker;

const sigstore = newSigstore();
const other = newSigstore();
const root = rootOf(sigstore);
const BORN = NOW - 3_600_000;
const WITHIN = BORN + 30_000;

/** What is made of a signature from `BORN`, logged right after unless said otherwise. */
function judge(
  leaf: Partial<LeafWanted>,
  logged: Partial<Logging> | undefined = {},
  roots = [root],
): Promise<string> {
  const made = newLeaf(sigstore, { at: BORN, ...leaf });
  const entry = logged === undefined ? {} : { logged: { at: WITHIN, ...logged } };
  const cms = gitsign(sigstore, { payload: PAYLOAD, leaf: made, ...entry });
  return verdictOf(cms, [identified(leaf.identity)], { roots });
}

describe('a signature of gitsign', () => {
  it('with its log entry, good and all that is known of it', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const cms = gitsign(sigstore, { payload: PAYLOAD, leaf, logged: { at: WITHIN } });
    expect(await evidenceOf(cms, [identified()], { roots: [root] })).toMatchObject({
      ...{ kind: 'good', format: 'x509', keyId: IDENTITY },
      signer: { name: 'alice', signerSet: 'team', fingerprint: maker.fingerprintOf(leaf) },
    });
  });

  it.each<[string, Partial<LeafWanted>, string]>([
    [
      'of an identity that is a URI',
      { identity: 'https://example.com/ci.yml@refs/heads/main' },
      'good',
    ],
    ['with the older issuer alone', { issuer: undefined, legacy: OIDC }, 'good'],
    ['with both issuers', { legacy: OIDC }, 'good'],
    ['with issuers that differ', { legacy: 'https://evil.example.com' }, 'SignerUntrusted'],
    ['vouched for by another issuer', { issuer: 'https://evil.example.com' }, 'SignerUntrusted'],
    ['vouched for by nobody', { issuer: undefined }, 'SignerUntrusted'],
    ['not for code', { extensions: [maker.keyUsage(0x80)] }, 'SignerUntrusted'],
    ['for servers', { extensions: [maker.purposes(maker.SERVER_AUTH)] }, 'SignerUntrusted'],
    ['without a timestamp', { ctlog: null }, 'SignerUntrusted'],
    ['with a timestamp of another log', { ctlog: other.ctlog }, 'SignerUntrusted'],
    [
      'with a timestamp of another certificate',
      { precert: (tbs) => Buffer.concat([tbs, Buffer.of(0)]) },
      'SignerUntrusted',
    ],
    ['of another Fulcio', { by: other.fulcio }, 'SignerUntrusted'],
    ['right below the root', { by: sigstore.root }, 'good'],
  ])('%s', async (_, leaf, outcome) => {
    expect(await judge(leaf)).toBe(outcome);
  });

  it.each([
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['RSA', maker.newRsa()],
  ])('under logs with keys of %s, good', async (_, pair) => {
    const another = { ...sigstore, rekor: pair, ctlog: pair };
    const leaf = newLeaf(another, { at: BORN });
    const cms = gitsign(another, { payload: PAYLOAD, leaf, logged: { at: WITHIN } });
    expect(await verdictOf(cms, [identified()], { roots: [rootOf(another)] })).toBe('good');
  });

  it('of the domain in capitals, untrusted: identities are compared exactly', async () => {
    const leaf = newLeaf(sigstore, { at: BORN, identity: 'alice@EXAMPLE.com' });
    const cms = gitsign(sigstore, { payload: PAYLOAD, leaf, logged: { at: WITHIN } });
    expect(await verdictOf(cms, [identified()], { roots: [root] })).toBe('SignerUntrusted');
  });
});

const changed = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
};

describe('a log entry', () => {
  const edits: readonly [string, (entry: EntryParts) => Partial<EntryParts>, string][] = [
    ['as it was written', () => ({}), 'good'],
    ['with another promise', ({ promise }) => ({ promise: changed(promise) }), 'SignerUntrusted'],
    ['with another time', ({ seconds }) => ({ seconds: seconds + 1 }), 'SignerUntrusted'],
    ['without a promise', () => ({ promise: Buffer.alloc(0) }), 'SignerUntrusted'],
    ['without hashes', () => ({ hashes: [] }), 'SignerUntrusted'],
    ['with a hash less', ({ hashes }) => ({ hashes: hashes.slice(1) }), 'SignerUntrusted'],
    ['with a hash more', ({ hashes }) => ({ hashes: [...hashes, ...hashes] }), 'SignerUntrusted'],
    [
      'with a short hash',
      ({ hashes }) => ({ hashes: hashes.map((one) => one.subarray(1)) }),
      'SignerUntrusted',
    ],
    ['with another root', ({ root: hash }) => ({ root: changed(hash) }), 'SignerUntrusted'],
    ['of another size', () => ({ size: 6 }), 'SignerUntrusted'],
    ['of no size', () => ({ size: 0 }), 'SignerUntrusted'],
    ['without a checkpoint', () => ({ checkpoint: '' }), 'SignerUntrusted'],
    [
      'with a checkpoint of another size',
      ({ checkpoint }) => ({ checkpoint: checkpoint.replace('\n5\n', '\n6\n') }),
      'SignerUntrusted',
    ],
    [
      'with an unsigned checkpoint',
      ({ checkpoint }) => ({ checkpoint: checkpoint.replace(/\u2014.*\n/, '') }),
      'SignerUntrusted',
    ],
    ['of another kind', () => ({ kind: 'intoto' }), 'SignerUntrusted'],
    ['of another version', () => ({ version: '0.0.2' }), 'SignerUntrusted'],
    ['with a body of its own', () => ({ body: Buffer.from('{}') }), 'SignerUntrusted'],
  ];
  it.each(edits)('%s', async (_, edit, outcome) => {
    const logged = { edit: (entry: EntryParts) => ({ ...entry, ...edit(entry) }) };
    expect(await judge({}, logged)).toBe(outcome);
    // Where an entry is not asked for, a bad one still speaks against the signature.
    expect(await judge({}, logged, [rootOf(sigstore, 'DecisionTime')])).toBe(outcome);
  });

  it('with the body that it is of, good', async () => {
    expect(await judge({}, { edit: (entry, body) => ({ ...entry, body }) })).toBe('good');
  });

  it('signed by another log, untrusted', async () => {
    expect(await judge({}, { rekor: other.rekor })).toBe('SignerUntrusted');
  });

  it.each([
    ['before the certificate', BORN - 1_000, 'KeyExpired'],
    ['in its first second', BORN, 'good'],
    ['in its last second', BORN + LIFE_MS, 'good'],
    ['after the certificate', BORN + LIFE_MS + 1_000, 'KeyExpired'],
  ])('%s', async (_, at, outcome) => {
    expect(await judge({}, { at })).toBe(outcome);
  });
});

describe('hostile bytes', () => {
  it('any certificate timestamps, no throw and untrusted', async () => {
    const bytes = fc.array(fc.constantFrom(0, 1, 2, 4, 46, 47, 48, 255), { maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(bytes, async (list) => {
        const stamp = maker.extension('1.3.6.1.4.1.11129.2.4.2', octets(Buffer.from(list)));
        expect(await judge({ stamp })).toBe('SignerUntrusted');
      }),
      { numRuns: 60 },
    );
  });

  it('any changed octet of a log entry, no throw and never another time', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const parts = { payload: PAYLOAD, leaf };
    const made = signAttributes(parts);
    const entry = world.logEntry(sigstore, { leaf, made }, { at: WITHIN });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(entry.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const mutant = Buffer.from(entry);
          mutant[at] = (mutant[at] ?? 0) ^ mask;
          const unsigned = [attribute('1.3.6.1.4.1.57264.3.1', octets(mutant))];
          const verdict = await verdictOf(wrap({ ...parts, unsigned }, made), [identified()], {
            roots: [root],
          });
          expect(verdict).toBe('SignerUntrusted');
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('without a log entry', () => {
  const leaf = newLeaf(sigstore, { at: BORN });
  const cms = gitsign(sigstore, { payload: PAYLOAD, leaf });
  it.each([
    ['where one is required, untrusted', 'Required', BORN, 'SignerUntrusted'],
    ['seen while the certificate was valid, good', 'DecisionTime', BORN + LIFE_MS, 'good'],
    ['seen later, expired', 'DecisionTime', BORN + LIFE_MS + 1_000, 'KeyExpired'],
  ] as const)('%s', async (_, transparency, firstSeen, outcome) => {
    const roots = [rootOf(sigstore, transparency)];
    expect(await verdictOf(cms, [identified()], { roots, when: { at: NOW, firstSeen } })).toBe(
      outcome,
    );
  });
});

describe('a trusted root', () => {
  const spans = (start: number, end: number) => ({
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
  });
  const without = (name: string) => (json: Record<string, unknown>) => ({ ...json, [name]: [] });

  it.each([
    ['of authorities that ended before', { certificateAuthorities: spans(0, BORN - 1) }],
    ['of logs that began after', { tlogs: spans(NOW, NOW + 1) }],
    ['of certificate logs that ended before', { ctlogs: spans(0, BORN - 1) }],
  ])('%s, untrusted', async (_, limits) => {
    const roots = [rootOf(sigstore, 'Required', (json) => limited(json, limits))];
    expect(await judge({}, {}, roots)).toBe('SignerUntrusted');
  });

  it.each<[string, (json: Record<string, unknown>) => object]>([
    ['that is no root', () => ['x']],
    ['without authorities', without('certificateAuthorities')],
    ['without logs', without('tlogs')],
    ['without certificate logs', without('ctlogs')],
    ['with unreadable logs alone', (json) => ({ ...json, tlogs: [{}, oddLog()] })],
  ])('%s, a problem and its people not used', (_, edit) => {
    const { usable, problems } = loadX509([identified()], [rootOf(sigstore, 'Required', edit)]);
    expect([usable, problems.length]).toStrictEqual([0, 2]);
  });

  it('with an entry more that gitward does not know, used and a problem', async () => {
    const more = rootOf(sigstore, 'Required', (json) => {
      const logs = json['tlogs'] as readonly object[]; // As rootOf makes it.
      return { ...json, tlogs: [oddLog(), ...logs] };
    });
    const { usable, problems } = loadX509([identified()], [more]);
    expect([usable, problems.length]).toStrictEqual([1, 1]);
    expect(await judge({}, {}, [more])).toBe('good');
  });

  it('of another SignerSet, not lent', () => {
    const { usable } = loadX509([identified()], [{ ...root, signerSet: 'others' }]);
    expect(usable).toBe(0);
    expect(loadX509([identified(ALICE)], [root]).usable).toBe(1);
  });
});

function limited(json: Record<string, unknown>, limits: Readonly<Record<string, object>>): object {
  const lists = Object.entries(limits).map(([name, validFor]) => {
    const list = json[name] as readonly { publicKey?: object }[]; // As rootOf makes it.
    const entries = list.map((one) => ({
      ...one,
      validFor,
      publicKey: { ...one.publicKey, validFor },
    }));
    return [name, entries];
  });
  return { ...json, ...Object.fromEntries(lists) };
}

function oddLog(): object {
  const { publicKey } = generateKeyPairSync('x25519');
  const rawBytes = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { publicKey: { rawBytes }, logId: { keyId: 'AAAA' } };
}
