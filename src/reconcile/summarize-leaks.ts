import type {
  GuardedRepoStatus,
  LeakItem,
  SecretsSpec,
  SecretsStatus,
} from '../api/guardedrepo.ts';
import { toTimestamp } from '../domain/clock.ts';
import { shortOid } from '../domain/oid.ts';
import { printable } from '../domain/stop.ts';
import type { LeakRecord, LeakState } from '../policy/ledger.ts';
import { placeOf } from '../policy/secrets.ts';
import type { Draft } from './conditions.ts';
import type { RepoMemory } from './line.ts';

/** What status says of leaks is made of this alone. */
export type LeakFacts = Readonly<{
  state: LeakState | undefined;
  /** Commits of a history that is being scanned. */
  scanned: number | undefined;
  /** What of the team's files is not as it should be. */
  warnings: readonly string[];
}>;

/** Leaks shown; the counts say how many there are. */
export const MAX_LEAK_ITEMS = 20;

/** What the memory of a repo says of leaks. */
export function leakFactsOf({ secrets }: RepoMemory): LeakFacts {
  return {
    state: secrets.state,
    scanned: secrets.scan?.commits,
    warnings: secrets.plan?.how.warnings ?? [],
  };
}

/** The part of the status that tells of leaks; while nothing is known of them, what it told before. */
export function secretsStatus(
  { state, scanned }: LeakFacts,
  before?: SecretsStatus,
): Pick<GuardedRepoStatus, 'secrets'> {
  if (state === undefined) return before === undefined ? {} : { secrets: before };
  const { open, dropped, history } = state;
  const count = (standing: LeakRecord['standing']): number =>
    open.filter((record) => record.standing === standing).length;
  const isScanning = scanned !== undefined || history === undefined;
  return {
    secrets: {
      open: open.length + dropped,
      new: count('New'),
      existing: count('Existing'),
      rejected: count('Rejected'),
      items: open.slice(0, MAX_LEAK_ITEMS).map(itemOf),
      history: {
        state: isScanning ? 'Scanning' : history.state,
        commits: scanned ?? history?.commits ?? 0,
      },
    },
  };
}

const CLEAN: Draft = {
  ...{
    status: 'True',
    reason: 'Succeeded',
    message: 'No secret is open, in what is live or before.',
  },
};

/** What `SecretsClean` says where no head was refused for it; `undefined` where there is nothing to say. */
export function secretsDraft(
  mode: SecretsSpec['mode'],
  { state, scanned, warnings }: LeakFacts,
): Draft | undefined {
  if (mode === 'Off') {
    return { status: 'Unknown', reason: 'NotScanned', message: 'verify.secrets.mode is Off.' };
  }
  const draft = draftOf(state, scanned);
  const [first] = warnings;
  if (first === undefined) return draft;
  const { message, ...rest } = draft ?? CLEAN;
  return { ...rest, message: printable(`${message} Besides: ${first}${more(warnings)}`) };
}

function draftOf(state: LeakState | undefined, scanned: number | undefined): Draft | undefined {
  const [first, ...others] = state?.open ?? [];
  if (state !== undefined && first !== undefined) {
    const count = others.length + state.dropped;
    const rest = count === 0 ? '' : ` (and ${count} more)`;
    const message = `A secret is open: rule ${first.rule} at ${placeOf(first)}, commit ${shortOid(first.commit)}${rest}. Replace it where it is used, then have it answered for: see status.secrets.`;
    return { status: 'False', reason: 'SecretLeakFound', message };
  }
  const history = state?.history;
  if (scanned !== undefined || history === undefined || history.state === 'Scanning') {
    const message = `The history is being scanned for secrets: ${scanned ?? 0} commits so far.`;
    return { status: 'Unknown', reason: 'Pending', message };
  }
  if (history.state === 'NotCovered') {
    const message = `History not covered: of what lies behind the anchor not all could be read or scanned for secrets; ${history.commits} commits were looked at.`;
    return { status: 'Unknown', reason: 'ScanIncomplete', message };
  }
  return undefined;
}

function more(warnings: readonly string[]): string {
  return warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : '';
}

function itemOf(record: LeakRecord): LeakItem {
  const { rule, severity, commit, author, fingerprint, standing, inTip } = record;
  return {
    ...{ rule, severity, place: placeOf(record), commit, author, fingerprint, standing, inTip },
    firstSeen: toTimestamp(record.firstSeen),
    lastSeen: toTimestamp(record.lastSeen),
  };
}
