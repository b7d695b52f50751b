import { describe, expect, it } from 'vitest';
import { approvalBy, goodBy, ONE, oid, TWO, verdictOn } from '../../test/support/verdict.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import type { Evidence, TagEvidence } from './evidence.ts';
import { standingOf } from './standing.ts';

const UNDER = { trustDigest: 't', policyDigest: 'p' };
const ADA = goodBy('Ada');
const revoked = (compromised: boolean): SignatureEvidence => ({
  ...{ kind: 'bad', reason: 'KeyRevoked', detail: 'it is gone' },
  compromised,
});
const history: Evidence['history'] = {
  tip: TWO,
  base: undefined,
  commits: [],
  end: { kind: 'root' },
};
const tagBy = (signature: SignatureEvidence): TagEvidence => ({
  ...{ name: 'v1', oid: oid('9'), contained: 'inBranch' },
  signature,
});

/** The standing of a commit with this verdict and what was found of its signatures. */
function standing(
  verdict: 'accepted' | 'rejected',
  signatures: readonly SignatureEvidence[],
  more: Partial<Evidence> = {},
): readonly [string, string] {
  const accepted = verdictOn();
  const rejected = verdictOn({ signatures: new Map() });
  const [first, second] = signatures;
  const found = new Map([
    ...(first === undefined ? [] : [[ONE, first] as const]),
    ...(second === undefined ? [] : [[TWO, second] as const]),
  ]);
  const commits = [TWO, ONE].map((name) => ({ ...commit, oid: name }));
  const evidence: Evidence = {
    ...{ history: { ...history, commits }, relation: 'descends', signatures: found },
    ...{ changes: new Map(), readSets: [], approvals: [], ...more },
  };
  const { kind, detail, ...under } = standingOf(
    verdict === 'accepted' ? accepted : rejected,
    evidence,
    UNDER,
  );
  expect(under).toEqual(UNDER);
  return [kind, detail.split(':')[0] ?? ''];
}

const stamp = { name: 'Ada', email: 'ada@example.com', when: 0 };
const commit = {
  ...{ tree: oid('7'), parents: [], author: stamp, committer: stamp, subject: 's' },
  ...{ payload: new Uint8Array(), message: new Uint8Array() },
};

describe('standingOf', () => {
  it('accepted today and all signatures good, Trusted', () => {
    expect(standing('accepted', [ADA, ADA])).toEqual(['Trusted', '']);
  });

  it('refused today, Retired with the reason', () => {
    expect(standing('rejected', [ADA, ADA])).toEqual(['Retired', 'SignatureInvalid']);
  });

  it('a key that was revoked for another reason, Retired', () => {
    expect(standing('rejected', [ADA, revoked(false)])).toEqual(['Retired', 'SignatureInvalid']);
  });

  it.each<[string, readonly SignatureEvidence[], Partial<Evidence>]>([
    ['the head', [ADA, revoked(true)], {}],
    ['a commit below it', [revoked(true), ADA], {}],
    ['the tag', [ADA, ADA], { tag: tagBy(revoked(true)) }],
    ['an approval', [ADA, ADA], { approvals: [approvalBy(ADA), approvalBy(revoked(true))] }],
  ])('%s by a compromised key, Untrusted whatever the verdict', (_name, signatures, more) => {
    expect(standing('accepted', signatures, more)).toEqual(['Untrusted', 'it is gone']);
    expect(standing('rejected', signatures, more)).toEqual(['Untrusted', 'it is gone']);
  });
});
