import { SECRETS_OFF } from '../../src/reconcile/gather/scan-plan.ts';
import type { ParsedCommit } from '../../src/commit/parse.ts';
import { parseOid } from '../../src/domain/oid.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Verdict } from '../../src/policy/decide.ts';
import type { ApprovalEvidence, Evidence } from '../../src/policy/evidence.ts';
import type { Judgement } from '../../src/policy/judgement.ts';
import type { GoodSignature, SignatureEvidence } from '../../src/signature/index.ts';

/** The moment of every decision here. */
export const NOW = 1_800_000_000_000;

/** The oid of 40 times one digit. */
export function oid(digit: string): Oid {
  const found = parseOid(digit.repeat(40));
  if (found === undefined) throw new Error(digit);
  return found;
}

/** The anchor, and the two commits on top of it that are judged. */
export const [ANCHOR, ONE, TWO] = [oid('a'), oid('1'), oid('2')] as const;

/** A commit of Ada's with this parent. */
export function commitOf(name: Oid, parent: Oid, more: Partial<ParsedCommit> = {}): ParsedCommit {
  const stamp = { name: 'Ada', email: 'ada@example.com', when: NOW };
  return {
    ...{ oid: name, tree: oid('7'), parents: [parent], author: stamp, committer: stamp },
    ...{ payload: new Uint8Array(), message: new Uint8Array(), subject: 's', ...more },
  };
}

/** A good signature by this person; `more` replaces what it names. */
export function goodBy(name: string, more: Partial<GoodSignature> = {}): GoodSignature {
  const signer = { class: 'person', name, signerSet: 'team', fingerprint: name } as const;
  const emails = [`${name.toLowerCase()}@example.com`];
  return {
    ...{ kind: 'good', format: 'ssh', signer, emails, roles: [], keyId: name },
    ...more,
  };
}

/** A good signature by a forge's own key. */
export function goodByForge(): GoodSignature {
  const signer = { class: 'forge', name: 'GitHub', signerSet: 'team', fingerprint: 'F' } as const;
  return goodBy('GitHub', { signer, emails: [] });
}

/** An approval of TWO for `rule` that holds for another minute; `more` replaces what it names. */
export function approvalBy(
  signature: SignatureEvidence,
  more: Partial<ApprovalEvidence['statement']> = {},
): ApprovalEvidence {
  const [repository, ref] = ['git.example.com/a', 'refs/heads/main'];
  const statement = { repository, ref, commit: TWO, rule: 'prod', expires: NOW + 60_000 };
  return { statement: { ...statement, ...more }, signature };
}

/** Judges TWO on ONE on the anchor, both signed by Ada, under EveryCommit; the rest as told. */
export function verdictOn(
  evidence: Partial<Evidence> = {},
  { verify, ...judgement }: Partial<Judgement> = {},
): Verdict {
  const [first, second] = [commitOf(ONE, ANCHOR), commitOf(TWO, ONE)];
  return decide(
    {
      history: { tip: TWO, base: ANCHOR, commits: [second, first], end: { kind: 'base' } },
      relation: 'descends',
      signatures: new Map<Oid, SignatureEvidence>([
        [ONE, goodBy('Ada')],
        [TWO, goodBy('Ada')],
      ]),
      ...{ changes: new Map(), readSets: [], approvals: [] },
      ...evidence,
    },
    second,
    {
      ...{ repo: repoKey('payments', 'shop'), label: 'main', ref: 'refs/heads/main' },
      ...{ repository: 'git.example.com/a', trustDigest: 't', policyDigest: 'p', at: NOW },
      footing: { kind: 'anchor', oid: ANCHOR, sourceChanged: false },
      tags: { last: undefined, oids: new Map() },
      secrets: SECRETS_OFF,
      verify: { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny', ...verify },
      ...judgement,
    },
  );
}

/** The reasons of a verdict; none when it accepts. */
export function reasonsOf(verdict: Verdict): readonly string[] {
  return verdict.kind === 'accepted' ? [] : verdict.reasons.map(({ reason }) => reason);
}
