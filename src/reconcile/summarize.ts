import type {
  AnchorStatus,
  DriftItem,
  GuardedRepo,
  GuardedRepoStatus,
  TargetSpec,
  TargetStatus,
} from '../api/guardedrepo.ts';
import { REQUESTED_AT } from '../api/meta.ts';
import { STOP_REASONS } from '../api/reasons.ts';
import type { Reason } from '../api/reasons.ts';
import { toTimestamp } from '../domain/clock.ts';
import type { Instant } from '../domain/clock.ts';
import { formatObject } from '../domain/object-ref.ts';
import type { Oid } from '../domain/oid.ts';
import type { Signer } from '../domain/proof.ts';
import type { Stop } from '../domain/stop.ts';
import type { DriftRecord } from '../drift/record.ts';
import { driftPaths, driftText } from '../drift/text.ts';
import { formatRevision } from '../policy/decide.ts';
import type { Anchor, Standing } from '../policy/ledger.ts';
import { secretsDraft, secretsStatus } from './summarize-leaks.ts';
import type { LeakFacts } from './summarize-leaks.ts';
import { conditionsOf } from './conditions.ts';
import type { Findings } from './conditions.ts';

/** Drift items shown per target; the count says how many there are. */
export const MAX_DRIFT_ITEMS = 10;

/** Inventory entries shown per target: keeps the status far below the server's size limit. */
export const MAX_INVENTORY = 2_000;

/** Longest echo of the annotation that asks for a pass; the CRD allows no more. */
const MAX_REQUEST_LENGTH = 1_024;

/** All that a status is made of. */
export type Facts = Readonly<{
  now: Instant;
  stop: Stop | undefined;
  /** The branch or tag last seen, and its commit. */
  head: Readonly<{ label: string; oid: Oid }> | undefined;
  standing: Standing | undefined;
  anchor: Anchor | undefined;
  applied: ReadonlyMap<string, string>;
  /** Guarded objects by target, as inventory keys. */
  guarded: ReadonlyMap<string, readonly string[]>;
  drifts: readonly DriftRecord[];
  blind: Stop | undefined;
  leaks: LeakFacts;
}>;

/** The whole status of a GuardedRepo, made from facts alone: same facts, same status. */
export function summarize(repo: GuardedRepo, facts: Facts): GuardedRepoStatus {
  const open = facts.drifts.filter((record) => record.open);
  const { head } = facts;
  const requested = repo.metadata.annotations?.[REQUESTED_AT];
  return {
    observedGeneration: repo.metadata.generation ?? 0,
    conditions: conditionsOf(findingsOf(repo, facts, open), repo.status?.conditions ?? []),
    ...(head === undefined ? {} : { head: formatRevision(head.label, head.oid) }),
    ...shownAnchor(repo, facts),
    driftCount: open.length,
    targets: repo.spec.targets.map((target) => targetStatus(target, facts)),
    ...secretsStatus(facts.leaks, repo.status?.secrets),
    ...(requested === undefined
      ? {}
      : { lastHandledRequestedAt: requested.slice(0, MAX_REQUEST_LENGTH) }),
  };
}

/** `Ada (0123…CDEF)`: who signed, short enough for a column. */
export function formatSigner(signer: Signer): string {
  return `${signer.name} (${signer.fingerprint})`;
}

function findingsOf(repo: GuardedRepo, facts: Facts, open: readonly DriftRecord[]): Findings {
  return {
    generation: repo.metadata.generation ?? 0,
    now: toTimestamp(facts.now),
    suspended: repo.spec.suspend,
    stop: facts.stop,
    anchored: facts.anchor !== undefined,
    drift: worstDrift(open),
    blind: facts.blind,
    secrets: secretsDraft(repo.spec.verify.secrets.mode, facts.leaks),
    wellSaid: wellSaid(repo, facts),
  };
}

/** What each condition says while it is True: which commit, which signer, how much. */
function wellSaid(
  repo: GuardedRepo,
  { anchor, guarded, head, standing }: Facts,
): Findings['wellSaid'] {
  const total = [...guarded.values()].reduce((sum, keys) => sum + keys.length, 0);
  const revision = anchor?.revision ?? 'nothing';
  const by =
    anchor?.signer === undefined
      ? 'trusted by its oid'
      : `signed by ${formatSigner(anchor.signer)}`;
  const objects = `${total} objects in ${repo.spec.targets.length} targets`;
  return {
    Ready: `${revision}, ${by}; ${objects} guarded.`,
    Stalled: '',
    SourceReady:
      head === undefined ? 'Not seen yet.' : `Head is ${formatRevision(head.label, head.oid)}.`,
    SourceVerified: `${revision}, ${by}.${sinceThen(standing)}`,
    SecretsClean: `${revision} and all before it hold no secret that is open.`,
    Rendered: `${revision} gives ${objects}.`,
    InSync: `${objects} are as ${revision} says.`,
  };
}

/** What is live may have been accepted under trust that is no longer in force: said, and no fault. */
function sinceThen(standing: Standing | undefined): string {
  return standing?.kind === 'Retired' ? ` It would not be accepted today: ${standing.detail}` : '';
}

/** The open drift to show: a fault (a revert that failed) before one that is only reported. */
function worstDrift(open: readonly DriftRecord[]): Findings['drift'] {
  const isFault = (record: DriftRecord): boolean => isStopReason(record.outcome);
  const worst = open.find(isFault) ?? open[0];
  if (worst === undefined) return undefined;
  const more = open.length > 1 ? ` (and ${open.length - 1} more objects)` : '';
  const message = `${driftText(worst)}${more}`;
  const fault = isFault(worst) || worst.outcome === 'DriftUnconfirmed';
  return { reason: worst.outcome, message, fault };
}

function isStopReason(reason: Reason): boolean {
  return Object.hasOwn(STOP_REASONS, reason);
}

/**
 * Without the ledger's word, and while the two stores disagree, status keeps the anchor it names: it
 * may be the last store that knows, or the evidence a human needs.
 */
function shownAnchor(
  repo: GuardedRepo,
  { anchor, stop, standing }: Facts,
): Pick<GuardedRepoStatus, 'anchor'> {
  const ledger = stop?.reason === 'AnchorConflict' ? undefined : anchor;
  const shown = ledger === undefined ? repo.status?.anchor : anchorStatus(ledger, standing);
  return shown === undefined ? {} : { anchor: shown };
}

function anchorStatus(anchor: Anchor, standing: Standing | undefined): AnchorStatus {
  return {
    revision: anchor.revision,
    oid: anchor.oid,
    ...(anchor.tag === undefined ? {} : { tag: anchor.tag.name }),
    ...(standing === undefined ? {} : { trust: standing.kind }),
    ...(anchor.signer === undefined ? {} : { signer: formatSigner(anchor.signer) }),
    acceptedAt: toTimestamp(anchor.acceptedAt),
    trustDigest: anchor.trustDigest,
    policyDigest: anchor.policyDigest,
  };
}

function targetStatus(target: TargetSpec, facts: Facts): TargetStatus {
  const records = facts.drifts.filter((record) => record.target === target.name);
  const inventory = facts.guarded.get(target.name) ?? [];
  const applied = facts.applied.get(target.name);
  return {
    name: target.name,
    ...(applied === undefined ? {} : { applied }),
    objects: inventory.length,
    drift: {
      count: records.filter((record) => record.open).length,
      items: records.slice(0, MAX_DRIFT_ITEMS).map(driftItem),
    },
    inventory: inventory.toSorted().slice(0, MAX_INVENTORY),
  };
}

function driftItem(record: DriftRecord): DriftItem {
  return {
    object: formatObject(record.object),
    path: driftPaths(record),
    ...(record.manager === undefined ? {} : { manager: record.manager }),
    confidence: record.confidence,
    time: toTimestamp(record.seenAt),
    outcome: record.outcome,
  };
}
