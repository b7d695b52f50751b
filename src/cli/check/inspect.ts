import { repoKey } from '../../domain/repo-key.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import { repositoryIdentity } from '../../policy/approval.ts';
import { policyDigest } from '../../policy/digest.ts';
import type { Judgement } from '../../policy/judgement.ts';
import type { GatherGround } from '../../reconcile/gather/ground.ts';
import { DEFAULT_RENDER_LIMITS } from '../../render/limits.ts';
import { digestTrust } from '../../signature/index.ts';
import type { Trust } from '../../signature/index.ts';
import type { Opened } from '../repo/opened.ts';
import type { Terminal } from '../terminal.ts';
import { audit } from './audit.ts';
import type { Audit, AuditOptions } from './audit.ts';
import type { CheckOptions } from './options.ts';
import type { CheckPolicy } from './policy.ts';
import { Progress, progressLine } from './progress.ts';
import { verdictOf } from './report.ts';
import type { Report } from './report.ts';
import { findSubject } from './subject.ts';
import type { Beginning } from './subject.ts';
import type { CheckWork } from './work.ts';

/** What a repository is checked with. */
export type Given = Readonly<{
  options: CheckOptions;
  policy: CheckPolicy;
  trust: Trust;
  work: CheckWork;
}>;

/** Judges an opened repository and closes it. A stop on the way is the one finding of its report. */
export async function inspect(opened: Opened, given: Given, terminal: Terminal): Promise<Report> {
  try {
    const ground = groundOf(opened, given, terminal);
    const begun = await findSubject(opened, ground);
    if (!begun.ok) return { ...blank(given, [begun.stop], opened), repository: opened.name };
    const done = await auditFrom(begun.value, { opened, given, ground, terminal });
    return reportOf(done, begun.value, { opened, given });
  } finally {
    await opened.close();
  }
}

/** The report on a repository that could not be read. */
export function unopened(why: Stop, given: Given): Report {
  return blank(given, [why]);
}

type Inspection = Readonly<{
  opened: Opened;
  given: Given;
  ground: GatherGround;
  terminal: Terminal;
}>;

async function auditFrom(
  { subject, footing }: Beginning,
  { opened, given, ground, terminal }: Inspection,
): Promise<Result<Audit>> {
  const { clock, err, isErrTty } = terminal;
  const progress = new Progress(clock, isErrTty ? err : () => undefined);
  const options: AuditOptions = {
    ground,
    judgement: judgementOf(footing, { opened, given, ground }),
    walkObjects: opened.walkFrom(subject.tip),
    limit: given.options.maxCommits,
    batches: given.work.threads + 1,
    isAtCommitDate: given.options.isAtCommitDate,
    progress: (judged, found, all) => progress.show(progressLine(judged, found, all)),
  };
  const done = await audit(subject, options);
  progress.clear();
  return done;
}

function groundOf(
  opened: Opened,
  { options, policy, trust, work }: Given,
  { clock }: Terminal,
): GatherGround {
  return {
    ...{ objects: opened.objects, work: work.work, at: clock.now(), trust },
    ...{ verify: policy.verify, targets: policy.targets },
    render: DEFAULT_RENDER_LIMITS,
    maxRangeCommits: options.maxCommits,
    firstSeen: () => undefined,
  };
}

function judgementOf(
  footing: Judgement['footing'],
  { opened, given, ground }: Omit<Inspection, 'terminal'>,
): Judgement {
  const { policy } = given;
  const url = opened.url === undefined ? undefined : repositoryIdentity(opened.url);
  return {
    repo: repoKey('gitward', 'check'),
    label: opened.to.label,
    ref: policy.ref ?? opened.to.ref ?? '',
    repository: policy.repository ?? url ?? '',
    footing,
    tags: { last: undefined, oids: new Map() },
    verify: policy.verify,
    ...digestsOf(given),
    at: ground.at,
  };
}

function reportOf(
  done: Result<Audit>,
  { subject }: Beginning,
  { opened, given }: Pick<Inspection, 'opened' | 'given'>,
): Report {
  const range = {
    from: subject.base ?? ('root' as const),
    to: subject.tip,
    label: opened.to.label,
  };
  if (!done.ok) return { ...blank(given, [done.stop], opened), range };
  const { evidence, findings } = done.value;
  const { commits } = evidence.history;
  const told = { commits, signatures: evidence.signatures, range };
  return { ...blank(given, findings, opened), ...told };
}

function blank(given: Given, findings: readonly Stop[], opened?: Opened): Report {
  const { options, policy, work } = given;
  const { place } = options;
  const named = place.kind === 'remote' ? place.url : (place.path ?? '.');
  return {
    verdict: verdictOf(findings),
    repository: opened?.name ?? named,
    ...digestsOf(given),
    terms: {
      signatures: policy.verify.signatures,
      bindIdentity: policy.verify.bindIdentity,
      isPolicyGiven: policy.isGiven,
      usableKeys: work.usableKeys,
      isAtCommitDate: options.isAtCommitDate,
      engine: opened?.engine ?? options.engine,
    },
    commits: [],
    signatures: new Map(),
    findings,
  };
}

function digestsOf({ trust, policy }: Given): Pick<Report, 'trustDigest' | 'policyDigest'> {
  return { trustDigest: digestTrust(trust), policyDigest: policyDigest(policy.verify) };
}
