import type { Json, JsonObject } from '../../domain/json.ts';
import {
  MAX_LEAK_NAME,
  MAX_LEAK_PATH,
  MAX_OPEN_LEAKS,
  MAX_SETTLED_LEAKS,
} from '../../policy/ledger.ts';
import type { LeakHistory, LeakRecord, LeakState, SettledLeak } from '../../policy/ledger.ts';
import { Damaged, instant, list, oid, record, text } from './ledger-fields.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
const STANDINGS = ['New', 'Existing', 'Rejected'] as const;
const STATES = ['Scanning', 'Complete', 'NotCovered'] as const;

const FINGERPRINT = /^[0-9a-f]{32}$/;
const KEY = /^[0-9a-f]{64}$/;

/** What an entry says of leaks, strictly and within its bounds; throws `Damaged`. */
export function toLeaks(json: Json | undefined): LeakState {
  const leaks = record(json, 'leaks', ['open', 'dropped'], ['settled', 'history', 'key']);
  const { open, settled, history, key } = leaks;
  if (key !== undefined && !KEY.test(text(leaks, 'key'))) throw new Damaged('key is no key');
  return {
    open: list(open ?? null, 'open', MAX_OPEN_LEAKS).map(toRecord),
    dropped: count(leaks, 'dropped'),
    ...(settled === undefined
      ? {}
      : { settled: list(settled, 'settled', MAX_SETTLED_LEAKS).map(toSettled) }),
    ...(history === undefined ? {} : { history: toHistory(history) }),
    ...(key === undefined ? {} : { key: text(leaks, 'key') }),
  };
}

function toRecord(json: Json): LeakRecord {
  const one = record(
    json,
    'leak',
    [
      ...['fingerprint', 'rule', 'severity', 'path', 'line', 'commit', 'author'],
      ...['firstSeen', 'lastSeen', 'standing', 'inTip'],
    ],
    ['signer'],
  );
  const { inTip } = one;
  if (typeof inTip !== 'boolean') throw new Damaged('inTip is neither true nor false');
  return {
    ...{ fingerprint: fingerprint(one), rule: short(one, 'rule', MAX_LEAK_NAME) },
    severity: choice(one, 'severity', SEVERITIES),
    ...{ path: short(one, 'path', MAX_LEAK_PATH), line: count(one, 'line') },
    ...{ commit: oid(one, 'commit'), author: short(one, 'author', MAX_LEAK_NAME) },
    ...(one['signer'] === undefined ? {} : { signer: short(one, 'signer', MAX_LEAK_NAME) }),
    ...{ firstSeen: instant(one, 'firstSeen'), lastSeen: instant(one, 'lastSeen') },
    ...{ standing: choice(one, 'standing', STANDINGS), inTip },
  };
}

function toSettled(json: Json): SettledLeak {
  const one = record(json, 'settled', ['fingerprint', 'by', 'at']);
  const by = short(one, 'by', MAX_LEAK_NAME);
  return { fingerprint: fingerprint(one), by, at: instant(one, 'at') };
}

function toHistory(json: Json): LeakHistory {
  const one = record(json, 'history', ['digest', 'tip', 'state', 'commits', 'findings']);
  return {
    ...{ digest: text(one, 'digest'), tip: oid(one, 'tip'), state: choice(one, 'state', STATES) },
    ...{ commits: count(one, 'commits'), findings: count(one, 'findings') },
  };
}

function fingerprint(json: JsonObject): string {
  const value = text(json, 'fingerprint');
  if (!FINGERPRINT.test(value)) throw new Damaged('fingerprint is none');
  return value;
}

function short(json: JsonObject, key: string, most: number): string {
  const value = text(json, key);
  if (value.length > most) throw new Damaged(`${key} is too long`);
  return value;
}

function count(json: JsonObject, key: string): number {
  const value = instant(json, key);
  if (value < 0) throw new Damaged(`${key} is no count`);
  return value;
}

function choice<T extends string>(json: JsonObject, key: string, known: readonly T[]): T {
  const found = known.find((one) => one === json[key]);
  if (found === undefined) throw new Damaged(`${key} is unknown`);
  return found;
}
