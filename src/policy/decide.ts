import type { ParsedCommit } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import { mintAcceptedCommit } from '../domain/proof.ts';
import type { AcceptedCommit } from '../domain/proof.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import { ADJUDICATORS, MAX_REASONS } from './adjudicators.ts';
import type { Footing } from './adjudicators.ts';
import type { Evidence } from './evidence.ts';
import type { Anchor, LedgerEntry } from './ledger.ts';

/** The rules in force and the moment of decision. */
export type Judgement = Readonly<{
  repo: RepoKey;
  branch: string;
  footing: Footing;
  trustDigest: string;
  policyDigest: string;
  /** A key is judged at this moment, whatever the signature says of its own date. */
  at: Instant;
}>;

/** Accepted with its proof, or rejected with every reason. `undecided` is a stop before `decide`. */
export type Verdict =
  | Readonly<{ kind: 'accepted'; commit: AcceptedCommit; anchor: Anchor }>
  | Readonly<{ kind: 'rejected'; oid: Oid; reasons: readonly [Stop, ...Stop[]] }>;

/**
 * Accepts a head only when every commit from what was trusted before up to it is signed by somebody
 * allowed to, in one straight line that goes forward. `tip` is the head's own parsed commit.
 */
export function decide(evidence: Evidence, tip: ParsedCommit, judgement: Judgement): Verdict {
  for (const adjudicate of ADJUDICATORS) {
    const [first, ...rest] = adjudicate(evidence, judgement.footing);
    if (first !== undefined) {
      const reasons = [first, ...rest.slice(0, MAX_REASONS - 1)] as const;
      return { kind: 'rejected', oid: tip.oid, reasons };
    }
  }
  const anchor = anchorAt(evidence, tip, judgement);
  return { kind: 'accepted', anchor, commit: acceptance(judgement.repo, tip, anchor) };
}

/**
 * Renews the proof for a commit the ledger names as accepted. `commit` was parsed from bytes that
 * hash to that oid; any other commit yields `undefined`.
 */
export function decideKept(
  entry: LedgerEntry,
  plan: Readonly<{ oid: Oid }>,
  commit: ParsedCommit,
): AcceptedCommit | undefined {
  const known = [entry.current?.oid, entry.pending?.oid, entry.anchor.oid];
  if (commit.oid !== plan.oid || !known.includes(commit.oid)) return undefined;
  const { signer: anchorSigner, ...anchor } = entry.anchor;
  const revision = formatRevision(entry.source.branch, commit.oid);
  const signer = commit.oid === anchor.oid && anchorSigner !== undefined ? anchorSigner : undefined;
  return acceptance(entry.repo, commit, {
    ...anchor,
    oid: commit.oid,
    revision,
    ...(signer === undefined ? {} : { signer }),
  });
}

/** `main@sha1:<oid>`: how a commit of a branch is shown to people. */
export function formatRevision(branch: string, oid: Oid): string {
  return `${branch}@sha1:${oid}`;
}

function anchorAt(evidence: Evidence, tip: ParsedCommit, judgement: Judgement): Anchor {
  const found = evidence.signatures.get(tip.oid);
  return {
    oid: tip.oid,
    revision: formatRevision(judgement.branch, tip.oid),
    ...(found?.kind === 'good' ? { signer: found.signer } : {}),
    acceptedAt: judgement.at,
    trustDigest: judgement.trustDigest,
    policyDigest: judgement.policyDigest,
  };
}

function acceptance(repo: RepoKey, commit: ParsedCommit, anchor: Anchor): AcceptedCommit {
  const { oid, revision, signer, acceptedAt, trustDigest, policyDigest } = anchor;
  return mintAcceptedCommit({
    repo,
    oid,
    tree: commit.tree,
    revision,
    ...(signer === undefined ? {} : { signer }),
    acceptedAt,
    trustDigest,
    policyDigest,
  });
}
