import type { Oid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import { repositoryIdentity } from '../../policy/approval.ts';
import { policyDigest } from '../../policy/digest.ts';
import type { Judgement } from '../../policy/judgement.ts';
import type { GatherGround } from '../../reconcile/gather/ground.ts';
import { SECRETS_OFF } from '../../reconcile/gather/scan-plan.ts';
import { DEFAULT_RENDER_LIMITS } from '../../render/limits.ts';
import { digestTrust } from '../../signature/index.ts';
import type { Trust } from '../../signature/index.ts';
import type { Adjust } from '../leaks/team-files.ts';
import type { Opened } from '../repo/opened.ts';
import type { Terminal } from '../terminal.ts';
import { audit } from './audit.ts';
import type { Audit, AuditOptions } from './audit.ts';
import type { CheckOptions } from './options.ts';
import type { CheckPolicy } from './policy.ts';
import type { Problem } from './problem.ts';
import { Progress, progressLine } from './progress.ts';
import { verdictOf } from './report.ts';
import type { Report } from './report.ts';
import { historyScan } from './secrets.ts';
import { secretsOf } from './secrets-wish.ts';
import { findSubject } from './subject.ts';
import type { Beginning } from './subject.ts';
import type { CheckWork } from './work.ts';

/** What a repository is checked with. */
export type Given = Readonly<{
  options: CheckOptions;
  policy: CheckPolicy;
  trust: Trust;
  work: CheckWork;
  /** Puts given files in the place of the team's. */
  adjust: Adjust;
  /** Commits whose words hold a secret, as somebody found before. */
  hushed?: ReadonlySet<Oid>;
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
  const secrets = secretsOf(given.options, given.policy);
  const progress = new Progress(clock, isErrTty ? err : () => undefined);
  const options: AuditOptions = {
    ground,
    judgement: judgementOf(footing, { opened, given, ground }),
    walkObjects: opened.walkFrom(subject.tip),
    limit: given.options.maxCommits,
    batches: given.work.threads + 1,
    isAtCommitDate: given.options.isAtCommitDate,
    secrets: {
      scan: historyScan(ground, secrets, given.adjust),
      isWanted: secrets.mode !== 'Off',
      isBlocking: secrets.mode === 'Block',
    },
    hushed: given.hushed ?? new Set(),
    progress: (judged, found, all) => progress.show(progressLine(judged, found, all)),
  };
  const done = await audit(subject, options);
  progress.clear();
  for (const warning of done.ok ? done.value.warnings : []) {
    err(`gitward: ${printable(warning)}\n`);
  }
  return done;
}

/** What evidence is gathered from and with. */
export function groundOf(
  opened: Pick<Opened, 'objects'>,
  { options, policy, trust, work }: Given,
  { clock }: Terminal,
): GatherGround {
  return {
    ...{ objects: opened.objects, work: work.work, at: clock.now(), trust },
    ...{ verify: policy.verify, targets: policy.targets, secrets: { spec: SECRETS_OFF } },
    render: DEFAULT_RENDER_LIMITS,
    maxRangeCommits: options.maxCommits,
    firstSeen: () => undefined,
  };
}

/** The rules in force for what was opened. */
export function judgementOf(
  footing: Judgement['footing'],
  {
    opened,
    given,
    ground,
  }: Readonly<{
    opened: Pick<Opened, 'to' | 'url'>;
    given: Given;
    ground: GatherGround;
  }>,
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
    ...{ verify: policy.verify, secrets: SECRETS_OFF },
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
  const { evidence, findings, ignored } = done.value;
  const { commits } = evidence.history;
  const told = {
    ...{ commits, signatures: evidence.signatures, range },
    ...(ignored === undefined ? {} : { ignored }),
  };
  return { ...blank(given, findings, opened), ...told };
}

function blank(given: Given, findings: readonly Problem[], opened?: Opened): Report {
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

function digestsOf({ trust, policy }: Given): Pick<Judgement, 'trustDigest' | 'policyDigest'> {
  return { trustDigest: digestTrust(trust), policyDigest: policyDigest(policy.verify) };
}
