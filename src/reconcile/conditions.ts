import type { Condition, ConditionType } from '../api/conditions.ts';
import { STOP_REASONS } from '../api/reasons.ts';
import type { Reason, StopCondition } from '../api/reasons.ts';
import type { Stop } from '../domain/stop.ts';

/** What one pass of the line and the object line say, before it is spelled as conditions. */
export type Findings = Readonly<{
  generation: number;
  /** RFC 3339. */
  now: string;
  suspended: boolean;
  /** Why the last pass ended early, if it did. */
  stop: Stop | undefined;
  /** An anchor is in force. */
  anchored: boolean;
  /** The open drift that matters most, if any. */
  drift: Readonly<{ reason: Reason; message: string; fault: boolean }> | undefined;
  /** Why some guarded objects cannot be seen now. */
  blind: Stop | undefined;
  /** What keeps `SecretsClean` from being True though the line went on, or stands before it ends. */
  secrets: Draft | undefined;
  /** One line for each condition when all is well. */
  wellSaid: Readonly<Record<'Ready' | StopCondition, string>>;
}>;

/** What one condition says. */
export type Draft = Readonly<{ status: Condition['status']; reason: Reason; message: string }>;

/** The stages' conditions in the order of the line. */
const STAGES: readonly StopCondition[] = [
  'SourceReady',
  'SourceVerified',
  'SecretsClean',
  'Rendered',
  'InSync',
];

/**
 * Spells findings as the whole list of conditions, in a fixed order. What is not decided is never
 * True; `lastTransitionTime` is kept from `previous` while the status stays the same.
 */
export function conditionsOf(
  findings: Findings,
  previous: readonly Condition[],
): readonly Condition[] {
  const drafts = new Map<ConditionType, Draft>([
    ['Ready', ready(findings)],
    ...abnormal(findings),
    ...STAGES.map((type) => [type, stage(type, findings, previous)] as const),
  ]);
  return [...drafts].map(([type, draft]) => {
    const before = previous.find((condition) => condition.type === type);
    const lastTransitionTime =
      before?.status === draft.status ? before.lastTransitionTime : findings.now;
    return { type, ...draft, observedGeneration: findings.generation, lastTransitionTime };
  });
}

function ready(findings: Findings): Draft {
  const { suspended, stop, drift, blind, anchored, wellSaid } = findings;
  if (suspended) return unknown('Suspended', 'Suspended: nothing is watched, judged or written.');
  const why = stop ?? blind;
  if (why !== undefined) return failed(why);
  if (!anchored) return unknown('Pending', 'No commit has been accepted yet.');
  if (drift?.fault === true) {
    return { status: 'False', reason: drift.reason, message: drift.message };
  }
  if (drift === undefined) return passed(wellSaid.Ready);
  return { ...passed(drift.message), reason: drift.reason };
}

/** `Reconciling` and `Stalled` appear only while True (kstatus). */
function abnormal(findings: Findings): readonly (readonly [ConditionType, Draft])[] {
  const why = findings.suspended ? undefined : findings.stop;
  if (why === undefined) return [];
  const draft: Draft = { status: 'True', reason: why.reason, message: why.message };
  return [[why.kind === 'stalled' ? 'Stalled' : 'Reconciling', draft]];
}

function stage(type: StopCondition, findings: Findings, previous: readonly Condition[]): Draft {
  const { stop, suspended, anchored } = findings;
  if (suspended) return unknown('Suspended', 'Suspended.');
  if (stop === undefined && !anchored) return unknown('Pending', 'Not judged yet.');
  const at = stop === undefined ? STAGES.length : stageOf(stop);
  const own = STAGES.indexOf(type);
  if (own === at && stop !== undefined) return failed(stop);
  const standing = anchored ? standingOf(type, findings) : undefined;
  if (standing !== undefined) return standing;
  if (own < at) return passed(findings.wellSaid[type]);
  // The line ended before this stage: what was said of the anchor still in force stands.
  const kept = previous.find((condition) => condition.type === type);
  if (kept !== undefined && anchored) {
    return { status: kept.status, reason: kept.reason, message: kept.message };
  }
  return unknown('Pending', 'Not judged yet.');
}

/** What holds of what is live, whatever the head is like. */
function standingOf(type: StopCondition, findings: Findings): Draft | undefined {
  if (type === 'InSync') return inSync(findings);
  if (type !== 'SecretsClean') return undefined;
  return findings.secrets ?? passed(findings.wellSaid.SecretsClean);
}

function stageOf(stop: Stop): number {
  return STAGES.indexOf(STOP_REASONS[stop.reason].condition);
}

function inSync({ drift, blind, anchored, wellSaid }: Findings): Draft {
  if (blind !== undefined) return failed(blind);
  if (drift !== undefined) {
    return { status: 'False', reason: drift.reason, message: drift.message };
  }
  return anchored ? passed(wellSaid.InSync) : unknown('Pending', 'Not judged yet.');
}

function failed(why: Stop): Draft {
  return { status: 'False', reason: why.reason, message: why.message };
}

function passed(message: string): Draft {
  return { status: 'True', reason: 'Succeeded', message };
}

function unknown(reason: Reason, message: string): Draft {
  return { status: 'Unknown', reason, message };
}
