import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/json.ts';
import { shortOid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import type { LocatedLeak } from '../../policy/evidence.ts';
import { recordOf, seenBefore, withOpen, withoutOpen } from '../../policy/leak-state.ts';
import type { LeakHistory, LeakState, LedgerEntry } from '../../policy/ledger.ts';
import { digestPlan, isIgnored } from '../../secrets/index.ts';
import { HistoryScan } from '../gather/history-scan.ts';
import { presentAt } from '../gather/present.ts';
import { ScanJobs } from '../gather/scan-jobs.ts';
import { gatherPlan } from '../gather/scan-plan.ts';
import type { GatheredPlan } from '../gather/scan-plan.ts';
import { rootOf } from '../gather/secrets.ts';
import { readCommit } from '../gather/walk.ts';
import type { Pass } from '../line.ts';
import type { EventNote, ScanId } from '../ports.ts';
import { groundOf } from './ground.ts';
import { countOf, described, leaksIn } from './leaks.ts';
import { saveLedger } from './ledger.ts';

/** What one step of scanning the history came to. */
export type LookedBack = Readonly<{ notes: readonly EventNote[]; isUnfinished: boolean }>;

const NOTHING: LookedBack = { notes: [], isUnfinished: false };

/**
 * Goes on scanning all that lies behind the anchor, for a bounded time. What is found there is open and
 * told, and blocks nothing. A changed plan, ignore file or anchor that was not scanned begins anew, with
 * what is remembered. A stop here is no stop of the line: it is tried again at the next pass.
 */
export async function lookBack(pass: Pass): Promise<Result<LookedBack>> {
  const { memory, repo } = pass;
  const entry = memory.stored?.entry;
  if (entry === undefined || repo.spec.verify.secrets.mode === 'Off') {
    memory.secrets.scan = undefined;
    return ok(NOTHING);
  }
  const plan = await planOf(pass, entry);
  if (!plan.ok) return plan;
  const { ignores } = plan.value.how;
  memory.secrets.state = withoutOpen(leaksIn(memory), (record) =>
    isIgnored(record, record.commit, ignores),
  );
  const begun = await begin(pass, entry, plan.value);
  if (!begun.ok) return begun;
  const scan = begun.value;
  if (scan === undefined) {
    const saved = await saveLedger(pass, memory.stored?.entry ?? entry);
    return saved.ok ? ok(NOTHING) : saved;
  }
  return goOn(pass, scan);
}

type Plan = Readonly<{ how: GatheredPlan; digest: string }>;

async function planOf(pass: Pass, { anchor }: LedgerEntry): Promise<Result<Plan>> {
  const { memory, repo, line } = pass;
  const spec = repo.spec.verify.secrets;
  const under = canonicalJson([anchor.oid, spec]);
  if (memory.secrets.plan?.under === under) return ok(memory.secrets.plan);
  const objects = line.git.published;
  const commit = await readCommit(objects, anchor.oid);
  if (!commit.ok) return commit;
  const root = await rootOf(anchor.oid, groundOf(pass, objects));
  if (!root.ok) return root;
  const { tree } = commit.value;
  const at = { protectedTree: tree, tipTree: tree, rootOid: root.value };
  const how = await gatherPlan(at, spec, objects, memory.secrets.finder);
  if (!how.ok) return how;
  const plan = { under, how: how.value, digest: digestOf(how.value) };
  memory.secrets.plan = plan;
  return ok(plan);
}

/** Names what a scan would say: the plan, what is ignored, and what of it could not be used. */
function digestOf({ plan, ignores, broken }: GatheredPlan): string {
  const lists = [[...ignores.fingerprints].toSorted(), [...ignores.places].toSorted()];
  const named = canonicalJson([digestPlan(plan), ...lists, broken.map(({ path }) => path)]);
  return createHash('sha256').update(named).digest('hex');
}

/** The scan under way, or one that has to begin; `undefined` where all is known. */
async function begin(
  pass: Pass,
  { anchor }: LedgerEntry,
  { how, digest }: Plan,
): Promise<Result<HistoryScan | undefined>> {
  const { memory, line } = pass;
  const { secrets } = memory;
  const running = secrets.scan;
  if (running?.digest === digest && running.tip.oid === anchor.oid) return ok(running);
  secrets.scan = undefined;
  const known = leaksIn(memory).history;
  const isKnown = known?.digest === digest && known.tip === anchor.oid;
  if (isKnown && known.state === 'Complete') return ok(undefined);
  // What is missing on the volume may have come back since: once after every start.
  if (isKnown && known.state === 'NotCovered' && secrets.hasRetried) return ok(undefined);
  secrets.hasRetried = true;
  const tip = await readCommit(line.git.published, anchor.oid);
  if (!tip.ok) return tip;
  const scan = scanId(pass, how);
  const done = scan === undefined ? [] : ((await pass.ports.scans?.load(scan)) ?? []);
  secrets.scan = new HistoryScan(digest, tip.value, how, done);
  return ok(secrets.scan);
}

/** Under which name and key progress is kept; the key is made once, and lies in the ledger alone. */
function scanId({ memory, ports, line }: Pass, how: GatheredPlan): ScanId | undefined {
  const state = leaksIn(memory);
  const key = state.key ?? ports.scans?.newKey();
  if (key === undefined) return undefined;
  memory.secrets.state = { ...state, key };
  return { repo: line.key, digest: digestPlan(how.plan), key };
}

async function goOn(pass: Pass, scan: HistoryScan): Promise<Result<LookedBack>> {
  const { memory, ports } = pass;
  const before = new Set(leaksIn(memory).open.map(({ fingerprint }) => fingerprint));
  const stepped = await scan.step(groundIn(pass));
  if (!stepped.ok) return stepped;
  const id = scanId(pass, scan.how);
  if (id !== undefined) await ports.scans?.append(id, stepped.value);
  const leaks = await withPlaces(pass, scan);
  if (!leaks.ok) return leaks;
  memory.secrets.state = stateAfter(pass, scan, leaks.value);
  const fresh = leaks.value.filter(({ finding }) => !before.has(finding.fingerprint));
  const open = new Set(leaksIn(memory).open.map(({ fingerprint }) => fingerprint));
  const told = fresh.filter(({ finding }) => open.has(finding.fingerprint));
  const isWorthTelling = told.length > 0 && (scan.isDone || !scan.isTold);
  if (scan.isDone) memory.secrets.scan = undefined;
  const entry = memory.stored?.entry;
  if (entry !== undefined && (scan.isDone || told.length > 0)) {
    const saved = await saveLedger(pass, entry);
    if (!saved.ok) return saved;
  }
  if (isWorthTelling) scan.isTold = true;
  const notes = isWorthTelling ? [foundNote(told, scan)] : [];
  return ok({ notes, isUnfinished: !scan.isDone });
}

function groundIn({ memory, ports, line, signal }: Pass): Parameters<HistoryScan['step']>[0] {
  const { scans } = memory.secrets;
  return {
    ...{ objects: line.git.published, work: ports.work, memory: scans, signal },
    ...{ clock: ports.clock, budgetMs: ports.rules.historyBudgetMs },
  };
}

/** What was found, and at the end what of it the anchor's files still hold. */
async function withPlaces(pass: Pass, scan: HistoryScan): Promise<Result<readonly LocatedLeak[]>> {
  const leaks = [...scan.leaks.values()];
  if (!scan.isDone) return ok(leaks);
  const ground = groundIn(pass);
  const jobs = new ScanJobs(scan.how.plan, digestPlan(scan.how.plan), ground);
  const paths = leaks.map(({ finding }) => finding.path);
  const { objects } = ground;
  const there = await presentAt(paths, scan.tip.tree, { jobs, objects });
  if (!there.ok) return there;
  const isIn = ({ finding }: LocatedLeak): boolean =>
    there.value.get(finding.path)?.has(finding.fingerprint) === true;
  return ok(leaks.map((leak) => ({ ...leak, inTip: isIn(leak) })));
}

function stateAfter(
  { memory, ports }: Pass,
  scan: HistoryScan,
  leaks: readonly LocatedLeak[],
): LeakState {
  const at = ports.clock.now();
  const found = new Map(leaks.map((leak) => [leak.finding.fingerprint, leak]));
  const state = leaksIn(memory);
  const fresh = [...found.values()].map((leak) => recordOf(leak, { standing: 'Existing', at }));
  // What was not covered is scanned again after a start: the same history, and no new sight.
  const isAgain = state.history?.tip === scan.tip.oid && state.history.digest === scan.digest;
  const records = isAgain ? seenBefore(state, fresh) : fresh;
  const history: LeakHistory = {
    ...{ digest: scan.digest, tip: scan.tip.oid, commits: scan.commits, findings: found.size },
    state: scan.isDone ? (scan.isCovered ? 'Complete' : 'NotCovered') : 'Scanning',
  };
  if (!scan.isDone) return { ...withOpen(state, records), history };
  // Names from before another salt, and what is not found any more.
  const isOver = (name: string, standing: string): boolean =>
    standing === 'Existing' && !found.has(name);
  const kept = withoutOpen(state, (one) => isOver(one.fingerprint, one.standing));
  return { ...withOpen({ ...kept, dropped: 0 }, records), history };
}

function foundNote(leaks: readonly LocatedLeak[], { tip, isDone }: HistoryScan): EventNote {
  const [first] = leaks;
  const where = first === undefined ? '' : `; first: ${described(first)}`;
  const so = isDone ? '' : ' so far';
  const message = `The history of ${shortOid(tip.oid)} holds ${countOf(leaks.length)}${so} that nobody answered for; see status.secrets. They block nothing: replace each where it is used${where}`;
  return { type: 'Warning', reason: 'SecretLeakFound', message: printable(message) };
}
