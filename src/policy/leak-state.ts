import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import { printable } from '../domain/stop.ts';
import type { Severity } from '../secrets/index.ts';
import type { LocatedLeak } from './evidence.ts';

/**
 * How a leak came in. `New`: with a commit that was accepted while leaks were only reported. `Existing`:
 * it lay there before. `Rejected`: in a head that was refused, so that it was on the server all the same.
 */
export type LeakStanding = 'New' | 'Existing' | 'Rejected';

/** One leak that nobody has dealt with. */
export type LeakRecord = Readonly<{
  fingerprint: string;
  rule: string;
  severity: Severity;
  /** As it may be told; the end of a long one. */
  path: string;
  line: number;
  commit: Oid;
  author: string;
  /** Whoever signed that commit: another one must answer for the leak. */
  signer?: string;
  firstSeen: Instant;
  lastSeen: Instant;
  standing: LeakStanding;
  inTip: boolean;
}>;

/** A leak that a person answered for, and when that was seen: it is not told again. */
export type SettledLeak = Readonly<{ fingerprint: string; by: string; at: Instant }>;

/** How far the history behind the anchor is scanned, and under which plan and ignore file. */
export type LeakHistory = Readonly<{
  digest: string;
  /** The commit whose history it is. */
  tip: Oid;
  state: 'Scanning' | 'Complete' | 'NotCovered';
  commits: number;
  findings: number;
}>;

/** What the ledger knows of leaks. */
export type LeakState = Readonly<{
  /** The worst first. */
  open: readonly LeakRecord[];
  /** Open leaks that found no room in the list: at least so many. */
  dropped: number;
  settled?: readonly SettledLeak[];
  history?: LeakHistory;
  /** Authenticates what the data volume says was scanned: it lies here, and never on that volume. */
  key?: string;
}>;

/** Bounds of the ledger's lists and texts. */
export const MAX_OPEN_LEAKS = 100;
export const MAX_SETTLED_LEAKS = 100;
export const MAX_LEAK_PATH = 160;
export const MAX_LEAK_NAME = 100;

/** Nothing is known. */
export const NO_LEAKS: LeakState = { open: [], dropped: 0 };

/** How leaks are written down. */
export type Recording = Readonly<{
  standing: LeakStanding;
  at: Instant;
  /** Who signed a commit, where that is known. */
  signerOf?: (commit: Oid) => string | undefined;
}>;

/** The record of a leak that is seen now. */
export function recordOf(leak: LocatedLeak, recording: Recording): LeakRecord {
  const { finding, commit, author, inTip } = leak;
  const { standing, at, signerOf } = recording;
  const signer = signerOf?.(commit);
  return {
    ...{ fingerprint: finding.fingerprint, severity: finding.severity },
    rule: leakName(finding.rule),
    ...{ path: endOf(printable(finding.path), MAX_LEAK_PATH), line: finding.line, commit },
    author: leakName(author),
    ...(signer === undefined ? {} : { signer: leakName(signer) }),
    ...{ firstSeen: at, lastSeen: at, standing, inTip },
  };
}

/** The state with these leaks open too, each once; what somebody answered for stays closed. */
export function withOpen(state: LeakState, records: readonly LeakRecord[]): LeakState {
  const settled = new Set((state.settled ?? []).map(({ fingerprint }) => fingerprint));
  const open = new Map(state.open.map((record) => [record.fingerprint, record]));
  for (const record of records) {
    if (settled.has(record.fingerprint)) continue;
    const known = open.get(record.fingerprint);
    open.set(record.fingerprint, known === undefined ? record : seenAgain(known, record));
  }
  const ranked = [...open.values()].toSorted(byRank);
  const beyond = Math.max(0, ranked.length - MAX_OPEN_LEAKS);
  const kept = ranked.slice(0, MAX_OPEN_LEAKS);
  // The same leaks may be written down again: what found no room is not added up.
  return { ...state, open: kept, dropped: Math.max(state.dropped, beyond) };
}

/** The same records, as last seen when they were: who looks at the same thing again sees nothing new. */
export function seenBefore(
  state: LeakState,
  records: readonly LeakRecord[],
): readonly LeakRecord[] {
  const known = new Map(state.open.map(({ fingerprint, lastSeen }) => [fingerprint, lastSeen]));
  return records.map((record) => {
    return { ...record, lastSeen: known.get(record.fingerprint) ?? record.lastSeen };
  });
}

/** The state with only those open that pass. */
export function withoutOpen(
  state: LeakState,
  isClosed: (record: LeakRecord) => boolean,
): LeakState {
  const open = state.open.filter((record) => !isClosed(record));
  return open.length === state.open.length ? state : { ...state, open };
}

/** The state with these leaks answered for; the oldest answers beyond the bound are forgotten. */
export function withSettled(state: LeakState, settled: readonly SettledLeak[]): LeakState {
  if (settled.length === 0) return state;
  const names = new Set(settled.map(({ fingerprint }) => fingerprint));
  const before = (state.settled ?? []).filter(({ fingerprint }) => !names.has(fingerprint));
  const all = [...before, ...settled].slice(-MAX_SETTLED_LEAKS);
  const isClosed = ({ fingerprint }: LeakRecord): boolean => names.has(fingerprint);
  return { ...withoutOpen(state, isClosed), settled: all };
}

/** A leak of a refused head that turns out to lie in what is live is no longer only that. */
function seenAgain(known: LeakRecord, record: LeakRecord): LeakRecord {
  const { lastSeen, inTip } = record;
  const isMore = known.standing === 'Rejected' && record.standing !== 'Rejected';
  return { ...known, lastSeen, inTip, ...(isMore ? { standing: record.standing } : {}) };
}

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** What is live before what was refused: whoever may push must not push out what others must see. */
function byRank(a: LeakRecord, b: LeakRecord): number {
  const refused = ({ standing }: LeakRecord): number => (standing === 'Rejected' ? 1 : 0);
  return (
    refused(a) - refused(b) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    b.firstSeen - a.firstSeen ||
    (a.fingerprint < b.fingerprint ? -1 : 1)
  );
}

function endOf(text: string, most: number): string {
  return wellFormed(text.length <= most ? text : `…${text.slice(1 - most)}`);
}

/** A name as the ledger keeps and compares it. */
export function leakName(name: string): string {
  return wellFormed(printable(name).slice(0, MAX_LEAK_NAME));
}

/** Halves of characters that a cut leaves are no text that a server keeps. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
