import type { ParsedCommit } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { mintAcceptedCommit } from '../domain/proof.ts';
import type { AcceptedCommit, Signer } from '../domain/proof.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import { ADJUDICATORS, MAX_REASONS } from './adjudicators.ts';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import type { Anchor, LedgerEntry } from './ledger.ts';

/** Accepted with its proof, or rejected with every reason. `undecided` is a stop before `decide`. */
export type Verdict =
  | Readonly<{ kind: 'accepted'; commit: AcceptedCommit; anchor: Anchor }>
  | Readonly<{ kind: 'rejected'; oid: Oid; reasons: readonly [Stop, ...Stop[]] }>;

/**
 * Accepts a head only when every adjudicator is content with what lies between it and what was trusted
 * before. `tip` is the head's own parsed commit.
 */
export function decide(evidence: Evidence, tip: ParsedCommit, judgement: Judgement): Verdict {
  for (const adjudicate of ADJUDICATORS) {
    const [first, ...rest] = adjudicate(evidence, judgement);
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
  const revision = formatRevision(labelOf(entry), commit.oid);
  const signer = commit.oid === anchor.oid && anchorSigner !== undefined ? anchorSigner : undefined;
  return acceptance(entry.repo, commit, {
    ...anchor,
    oid: commit.oid,
    revision,
    ...(signer === undefined ? {} : { signer }),
  });
}

/** `main@sha1:<oid>` or `v1.2.3@sha1:<oid>`: how a commit of a branch or tag is shown to people. */
export function formatRevision(label: string, oid: Oid): string {
  return `${label}@sha1:${oid}`;
}

/** The branch or tag that the anchor is shown under. */
function labelOf({ anchor, source }: LedgerEntry): string {
  return anchor.tag?.name ?? source.ref.replace(/^refs\/(?:heads|tags)\//, '');
}

function anchorAt(evidence: Evidence, tip: ParsedCommit, judgement: Judgement): Anchor {
  const { label } = judgement;
  const { tag } = evidence;
  const signer = signerIn(evidence.signatures.get(tip.oid)) ?? signerIn(tag?.signature);
  return {
    oid: tip.oid,
    revision: formatRevision(label, tip.oid),
    since: evidence.history.base ?? 'root',
    ...(tag === undefined ? {} : { tag: { name: tag.name, oid: tag.oid } }),
    ...(signer === undefined ? {} : { signer }),
    acceptedAt: judgement.at,
    trustDigest: judgement.trustDigest,
    policyDigest: judgement.policyDigest,
  };
}

function signerIn(found: SignatureEvidence | undefined): Signer | undefined {
  return found?.kind === 'good' ? found.signer : undefined;
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
