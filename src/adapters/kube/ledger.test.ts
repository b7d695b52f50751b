import * as fc from 'fast-check';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { startSandbox } from '../../../test/support/sandbox/index.ts';
import type { Sandbox } from '../../../test/support/sandbox/index.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import type { LedgerPort, StoredEntry } from '../../reconcile/ports.ts';
import { MAX_MESSAGE_LENGTH } from '../../domain/stop.ts';
import {
  MAX_APPROVAL_BYTES,
  MAX_KEPT_APPROVALS,
  MAX_LEAK_NAME,
  MAX_LEAK_PATH,
  MAX_OPEN_LEAKS,
  MAX_SEEN,
  MAX_SETTLED_LEAKS,
  MAX_TAGS,
} from '../../policy/ledger.ts';
import { createApiClient } from './client.ts';
import { createLedger, ledgerName } from './ledger.ts';
import { formatEntry, parseEntry } from './ledger-entry.ts';
import type { ApiClient } from './request.ts';

const NAMESPACE = 'gitward-system';
const REPO = repoKey('payments', 'shop');

function oid(digit: string): Oid {
  const parsed = parseOid(digit.repeat(40));
  if (parsed === undefined) throw new Error('no oid');
  return parsed;
}

const ENTRY: StoredEntry['entry'] = {
  schema: 2,
  repo: REPO,
  source: { url: 'https://git.example.com/shop.git', ref: 'refs/heads/main' },
  anchor: {
    oid: oid('a'),
    revision: `main@sha1:${oid('a')}`,
    signer: {
      class: 'person',
      name: 'Ada',
      signerSet: 'payments',
      fingerprint: 'F'.repeat(40),
    },
    acceptedAt: 1_767_225_600_000,
    trustDigest: 'sha256:t',
    policyDigest: 'sha256:p',
  },
  current: { oid: oid('a'), digest: 'sha256:c' },
  pending: { oid: oid('b'), digest: 'sha256:d' },
  rejected: { oid: oid('c'), reason: 'SignatureMissing' },
};

const TAG = { name: 'v1.2.3', oid: oid('e') };
const STANDING = {
  kind: 'Retired',
  detail: 'KeyRevoked: gone',
  trustDigest: 'sha256:t',
  policyDigest: 'sha256:p',
} as const;
type Leaks = NonNullable<StoredEntry['entry']['leaks']>;

const LEAK: Leaks['open'][number] = {
  ...{ fingerprint: 'ab'.repeat(16), rule: 'a-rule', severity: 'high', path: 'a.txt', line: 3 },
  ...{ commit: oid('c'), author: 'Ada <ada@example.com>', signer: 'ada', inTip: true },
  ...{ firstSeen: 1_767_225_600_000, lastSeen: 1_767_225_600_000, standing: 'Rejected' },
};
const LEAKS: Leaks = {
  ...{ open: [LEAK], dropped: 2, key: 'ab'.repeat(32) },
  settled: [{ fingerprint: 'cd'.repeat(16), by: 'bob', at: 1_767_225_600_000 }],
  history: { digest: 'd', tip: oid('a'), state: 'Complete', commits: 7, findings: 1 },
};
const FULL: StoredEntry['entry'] = {
  ...ENTRY,
  anchor: { ...ENTRY.anchor, since: oid('d'), tag: TAG },
  left: oid('f'),
  standing: STANDING,
  seen: [{ oid: oid('c'), at: 1_767_225_600_000 }],
  tags: [TAG],
  approvals: ['gitward approval v1\n'],
  leaks: LEAKS,
};

let sandbox: Sandbox;
let client: ApiClient;
let ledger: LedgerPort;
let leads = true;

beforeAll(async () => {
  sandbox = await startSandbox({ namespaces: [NAMESPACE] });
  const agent = new Agent();
  client = createApiClient({
    clock: manualClock(),
    userAgent: 'gitward/test',
    connection: {
      origin: sandbox.url,
      prefix: '',
      namespace: undefined,
      headers: () => Promise.resolve({ authorization: 'Bearer operator-token' }),
      refresh: () => undefined,
      calls: () => agent,
      watches: () => agent,
      close: () => agent.destroy(),
    },
  });
  ledger = createLedger({ client, namespace: NAMESPACE, fence: () => leads });
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});
beforeEach(() => {
  leads = true;
  sandbox.faults.clear();
});

async function save(key: string, version?: string, entry = ENTRY): Promise<string> {
  const repo = repoKey('payments', key);
  const saved = await ledger.save(repo, { ...entry, repo }, version);
  return saved.ok ? saved.value : saved.stop.reason;
}

describe('createLedger', () => {
  it('an entry, is loaded as it was saved, with the version to match', async () => {
    expect(await ledger.load(REPO)).toEqual({ ok: true, value: undefined });
    const first = await ledger.save(REPO, ENTRY, undefined);
    if (!first.ok) throw new Error(first.stop.message);
    expect(await ledger.load(REPO)).toEqual({
      ok: true,
      value: { entry: ENTRY, version: first.value },
    });
    const { pending: _pending, ...rest } = ENTRY;
    const second = await ledger.save(REPO, rest, first.value);
    expect(second).toMatchObject({ ok: true });
    expect(await ledger.load(REPO)).toMatchObject({ value: { entry: rest } });
    expect(sandbox.stored('/configmaps', NAMESPACE, ledgerName(REPO))).toMatchObject({
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'gitward' },
        annotations: { 'gitward.dev/repo': 'payments/shop' },
      },
    });
  });

  it.each([
    ['created by somebody else meanwhile', undefined],
    ['changed by somebody else meanwhile', '1'],
  ])('an entry %s, loses the race and is tried again', async (_name, version) => {
    await save('raced');
    expect(await save('raced', version)).toBe('APIUnavailable');
  });

  it('lost leadership, saves nothing', async () => {
    leads = false;
    expect(await save('fenced')).toBe('APIUnavailable');
    expect(await ledger.load(repoKey('payments', 'fenced'))).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it.each([
    ['no answer', { kind: 'reset' } as const],
    ['an error', { kind: 'status', code: 500 } as const],
    ['a refusal', { kind: 'status', code: 403 } as const],
    // A 404 that does not name the ConfigMap says nothing about it.
    ['a 404 about the path', { kind: 'status', code: 404 } as const],
  ])('%s, is never taken for no entry', async (_name, effect) => {
    sandbox.faults.add({ match: { verb: 'get' }, effect });
    expect(await ledger.load(repoKey('payments', 'none'))).toMatchObject({
      ok: false,
      stop: { reason: 'APIUnavailable', kind: 'retry' },
    });
  });

  it.each([
    ['without the key', {}],
    ['without JSON', { 'entry.json': '{' }],
    ['of another GuardedRepo', { 'entry.json': formatEntry(ENTRY) }],
  ])('an entry %s, is AnchorConflict and never no entry', async (name, data) => {
    const repo = repoKey('payments', `bad-${name.replaceAll(' ', '-').toLowerCase()}`);
    const metadata = { name: ledgerName(repo), namespace: NAMESPACE };
    sandbox.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    expect(await ledger.load(repo)).toMatchObject({
      ok: false,
      stop: { reason: 'AnchorConflict' },
    });
  });

  it('an entry that could not be read back, is not saved', async () => {
    const source = { url: 'x'.repeat(5_000), ref: 'refs/heads/main' };
    expect(await save('huge', undefined, { ...ENTRY, source })).toBe('AnchorConflict');
    expect(sandbox.stored('/configmaps', NAMESPACE, ledgerName(repoKey('payments', 'huge')))).toBe(
      undefined,
    );
  });
});

describe('parseEntry', () => {
  // Each row is spread over a sound entry; JSON drops what is undefined.
  it.each([
    ['schema 3', { schema: 3 }],
    ['schema 1 with the source of schema 2', { schema: 1 }],
    ['a standing of no kind', { standing: { ...STANDING, kind: 'Fine' } }],
    ['more tags than are kept', { tags: Array.from({ length: 501 }, () => TAG) }],
    ['approvals that are no text', { approvals: [1] }],
    ['a first sight without moment', { seen: [{ oid: oid('a') }] }],
    ['leaks that are a list', { leaks: [] }],
    ['leaks without a count', { leaks: { open: [] } }],
    [
      'more leaks than are kept',
      { leaks: { ...LEAKS, open: Array.from({ length: 101 }, () => LEAK) } },
    ],
    ['a leak of no standing', { leaks: { ...LEAKS, open: [{ ...LEAK, standing: 'Old' }] } }],
    ['a leak with more than is told', { leaks: { ...LEAKS, open: [{ ...LEAK, secret: 'x' }] } }],
    ['a leak without a name', { leaks: { ...LEAKS, open: [{ ...LEAK, fingerprint: 'ABC' }] } }],
    ['a leak that may be there', { leaks: { ...LEAKS, open: [{ ...LEAK, inTip: 'yes' }] } }],
    ['a short key', { leaks: { ...LEAKS, key: 'ab' } }],
    ['fewer leaks than none', { leaks: { ...LEAKS, dropped: -1 } }],
    [
      'a history of no state',
      { leaks: { ...LEAKS, history: { ...LEAKS.history, state: 'Fine' } } },
    ],
    ['an unknown key', { extra: 1 }],
    ['no anchor', { anchor: undefined }],
    ['an oid in capitals', { anchor: { ...ENTRY.anchor, oid: 'A'.repeat(40) } }],
    ['a short oid', { rejected: { oid: 'abc', reason: 'x' } }],
    ['a time that is text', { anchor: { ...ENTRY.anchor, acceptedAt: '2026' } }],
    ['an empty digest', { current: { oid: oid('a'), digest: '' } }],
    [
      'a signer without fingerprint',
      { anchor: { ...ENTRY.anchor, signer: { name: 'a', signerSet: 'b' } } },
    ],
    ['another repo', { repo: 'payments/other' }],
    ['a source that is a list', { source: [] }],
    ['a pending that is null', { pending: null }],
  ])('%s, is damaged', (_name, change) => {
    const text = JSON.stringify({ ...ENTRY, ...change });
    expect(typeof parseEntry(text, REPO)).toBe('string');
  });

  it.each([
    ['least', ENTRY],
    ['every field', FULL],
    ['from the root', { ...ENTRY, anchor: { ...ENTRY.anchor, since: 'root' } } as const],
  ])('a sound entry with %s, is read back whole', (_name, entry) => {
    expect(parseEntry(formatEntry(entry), REPO)).toEqual(entry);
  });

  it('an entry of the first schema, is read as one of now', () => {
    const { class: _class, ...signer } = ENTRY.anchor.signer ?? { class: 'person' };
    const source = { url: ENTRY.source.url, branch: 'main' };
    const old = { ...ENTRY, schema: 1, source, anchor: { ...ENTRY.anchor, signer } };
    expect(parseEntry(JSON.stringify(old), REPO)).toEqual(ENTRY);
  });

  it('any JSON and any text, is an entry or damaged but never an exception', () => {
    const texts = fc.oneof(fc.json(), fc.string());
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseEntry(text, REPO)).toBeTypeOf('string');
      }),
    );
  });
});

describe('the largest entry there can be', () => {
  it('can be read back', () => {
    const name = (index: number): string => `${index}`.padStart(250, 'v');
    const entry = {
      ...FULL,
      tags: Array.from({ length: MAX_TAGS }, (_, i) => ({ name: name(i), oid: oid('e') })),
      seen: Array.from({ length: MAX_SEEN }, () => ({ oid: oid('c'), at: 1_767_225_600_000 })),
      // In the headers of an armor quotes may stand, which JSON writes with two characters.
      approvals: Array.from({ length: MAX_KEPT_APPROVALS }, () => '"'.repeat(MAX_APPROVAL_BYTES)),
      standing: { ...STANDING, detail: '"'.repeat(MAX_MESSAGE_LENGTH) },
      leaks: {
        ...LEAKS,
        open: Array.from({ length: MAX_OPEN_LEAKS }, () => ({
          ...{ ...LEAK, path: '€'.repeat(MAX_LEAK_PATH), rule: '€'.repeat(MAX_LEAK_NAME) },
          ...{ author: '€'.repeat(MAX_LEAK_NAME), signer: '€'.repeat(MAX_LEAK_NAME) },
        })),
        settled: Array.from({ length: MAX_SETTLED_LEAKS }, () => ({
          ...{ fingerprint: 'cd'.repeat(16), by: '€'.repeat(MAX_LEAK_NAME), at: 1_767_225_600_000 },
        })),
      },
    };
    expect(parseEntry(formatEntry(entry), REPO)).toEqual(entry);
  });
});
