import { describe, expect, it } from 'vitest';
import type { HistoryEnd } from '../commit/history.ts';
import type { ParsedCommit } from '../commit/parse.ts';
import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { repoKey } from '../domain/repo-key.ts';
import { stop } from '../domain/stop.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import type { Footing, Judgement } from './judgement.ts';
import { decide, decideKept } from './decide.ts';
import type { Verdict } from './decide.ts';
import type { Evidence, TipRelation } from './evidence.ts';
import type { LedgerEntry } from './ledger.ts';

function oid(digit: string): Oid {
  const found = parseOid(digit.repeat(40));
  if (found === undefined) throw new Error(digit);
  return found;
}

const [ANCHOR, ONE, TWO, TREE] = [oid('a'), oid('1'), oid('2'), oid('7')] as const;
const ADA = {
  class: 'person',
  name: 'Ada',
  signerSet: 'team',
  fingerprint: 'F'.repeat(40),
} as const;
const REPO = repoKey('payments', 'shop');
const NOW = 1_800_000_000_000;

function commit(name: Oid, parents: readonly Oid[]): ParsedCommit {
  const stamp = { name: 'A', email: 'a@example.com', when: NOW };
  const payload = new Uint8Array();
  const people = { author: stamp, committer: stamp };
  return { oid: name, tree: TREE, parents, ...people, payload, message: payload, subject: 's' };
}

const good: SignatureEvidence = {
  kind: 'good',
  format: 'openpgp',
  signer: ADA,
  emails: [],
  roles: [],
  keyId: 'F'.repeat(16),
  createdAt: NOW,
};
const bad = (reason: 'SignatureMissing' | 'KeyExpired'): SignatureEvidence => ({
  kind: 'bad',
  reason,
  detail: 'why',
});

const anchored: Footing = { kind: 'anchor', oid: ANCHOR, sourceChanged: false };
const [first, second] = [commit(ONE, [ANCHOR]), commit(TWO, [ONE])];

type Case = Readonly<{
  end?: HistoryEnd;
  relation?: TipRelation;
  signatures?: readonly (readonly [Oid, SignatureEvidence])[];
  footing?: Footing;
}>;

function judge({ end, relation, signatures, footing = anchored }: Case): Verdict {
  const evidence: Evidence = {
    history: {
      tip: TWO,
      base: footing.kind === 'root' ? undefined : footing.oid,
      commits: [second, first],
      end: end ?? { kind: 'base' },
    },
    relation: relation ?? 'descends',
    signatures: new Map(signatures ?? [[ONE, good] as const, [TWO, good] as const]),
    ...{ changes: new Map(), readSets: [], approvals: [] },
  };
  const judgement: Judgement = {
    ...{ repo: REPO, label: 'main', ref: 'refs/heads/main', repository: 'git.example.com/a' },
    footing,
    tags: { last: undefined, oids: new Map() },
    verify: { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny' },
    secrets: { mode: 'Off', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
    ...{ trustDigest: 't', policyDigest: 'p', at: NOW },
  };
  return decide(evidence, second, judgement);
}

const reasonsOf = (verdict: Verdict): readonly string[] =>
  verdict.kind === 'accepted' ? [] : verdict.reasons.map((reason) => reason.reason);

describe('decide', () => {
  it('straight, signed, forward, accepted with its proof', () => {
    const anchor = {
      oid: TWO,
      revision: `main@sha1:${TWO}`,
      since: ANCHOR,
      signer: ADA,
      acceptedAt: NOW,
      trustDigest: 't',
      policyDigest: 'p',
    };
    const { oid: tip, since: _since, ...rest } = anchor;
    expect(judge({})).toEqual({
      kind: 'accepted',
      anchor,
      commit: { repo: REPO, oid: tip, tree: TREE, ...rest },
    });
  });

  it.each<[string, Case, readonly string[]]>([
    [
      'root history, whole and signed',
      { end: { kind: 'root' }, footing: { kind: 'root' }, relation: 'elsewhere' },
      [],
    ],
    [
      'middle commit unsigned',
      {
        signatures: [
          [ONE, bad('SignatureMissing')],
          [TWO, good],
        ],
      },
      ['SignatureMissing'],
    ],
    [
      'tip by an expired key',
      {
        signatures: [
          [ONE, good],
          [TWO, bad('KeyExpired')],
        ],
      },
      ['KeyExpired'],
    ],
    [
      'two bad commits',
      {
        signatures: [
          [ONE, bad('KeyExpired')],
          [TWO, bad('SignatureMissing')],
        ],
      },
      ['KeyExpired', 'SignatureMissing'],
    ],
    ['commit without evidence', { signatures: [[TWO, good]] }, ['SignatureInvalid']],
    [
      'head before the anchor',
      { relation: 'older', end: { kind: 'root' } },
      ['RevisionRolledBack'],
    ],
    [
      'head beside the anchor',
      { relation: 'elsewhere', end: { kind: 'root' } },
      ['HistoryRewritten'],
    ],
    [
      'merge above the anchor',
      { relation: 'elsewhere', end: { kind: 'merge', oid: ONE, parents: [ANCHOR, TWO] } },
      ['HistoryNotLinear'],
    ],
    [
      'parent not sent',
      { relation: 'elsewhere', end: { kind: 'missing', oid: ONE } },
      ['HistoryIncomplete'],
    ],
    [
      'too many commits',
      { relation: 'elsewhere', end: { kind: 'limit', count: 9 } },
      ['RepositoryTooLarge'],
    ],
    [
      'malformed commit',
      { relation: 'elsewhere', end: { kind: 'malformed', stop: stop('CommitMalformed', 'x') } },
      ['CommitMalformed'],
    ],
    [
      'other url, unrelated head',
      {
        relation: 'elsewhere',
        end: { kind: 'root' },
        footing: { ...anchored, sourceChanged: true },
      },
      ['SourceChanged'],
    ],
    ['other url, head that descends', { footing: { ...anchored, sourceChanged: true } }, []],
    [
      'startAt not contained',
      { relation: 'elsewhere', end: { kind: 'root' }, footing: { kind: 'startAt', oid: ANCHOR } },
      ['HistoryRewritten'],
    ],
  ])('%s', (_name, given, expected) => {
    expect(reasonsOf(judge(given))).toEqual(expected);
  });
});

describe('decideKept', () => {
  const anchor = {
    oid: TWO,
    revision: `main@sha1:${TWO}`,
    signer: ADA,
    acceptedAt: NOW,
    trustDigest: 't',
    policyDigest: 'p',
  };
  const entry: LedgerEntry = {
    schema: 2,
    repo: REPO,
    source: { url: 'https://git.example.com/a.git', ref: 'refs/heads/main' },
    anchor,
    current: { oid: ONE, digest: 'd' },
  };

  it('the anchor itself, accepted with its signer', () => {
    expect(decideKept(entry, { oid: TWO }, second)).toMatchObject({ oid: TWO, signer: ADA });
  });

  it('the plan rolled out last, accepted without naming a signer', () => {
    const kept = decideKept(entry, { oid: ONE }, first);
    expect(kept?.oid).toBe(ONE);
    expect(kept?.signer).toBeUndefined();
  });

  it.each([
    ['a commit the ledger does not name', { oid: ANCHOR }, commit(ANCHOR, [])],
    ['bytes of another commit', { oid: TWO }, first],
  ])('%s, no proof', (_name, plan, parsed) => {
    expect(decideKept(entry, plan, parsed)).toBeUndefined();
  });
});
