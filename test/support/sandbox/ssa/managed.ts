import {
  decode,
  difference,
  encode,
  equal,
  intersection,
  isEmpty,
  NONE,
  union,
} from './fieldset.ts';
import type { FieldSet } from './fieldset.ts';
import { dictAt, isDict, textAt } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/** One entry of metadata.managedFields, its fields as a set. */
export type Entry = Readonly<{
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  set: FieldSet;
}>;

/** Entries under their identity: an applier has one entry, an updater one per apiVersion. */
export type Managers = Map<string, Entry>;

/** Updaters kept apart; the oldest beyond that become `ancient-changes`. */
const MAX_UPDATERS = 10;

const STRIPPED = decode({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

/** The identity of an entry. */
export function identity(entry: Pick<Entry, 'manager' | 'operation' | 'apiVersion'>): string {
  const version = entry.operation === 'Apply' ? '' : entry.apiVersion;
  return JSON.stringify([entry.manager, entry.operation, version]);
}

/** Reads metadata.managedFields; undefined when an entry has no or a foreign fieldsType. */
export function readManagers(entries: Value | undefined): Managers | undefined {
  const out: Managers = new Map();
  for (const raw of Array.isArray(entries) ? entries : []) {
    if (!isDict(raw) || raw['fieldsType'] !== 'FieldsV1') return undefined;
    const entry: Entry = {
      manager: textAt(raw, 'manager'),
      operation: raw['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textAt(raw, 'apiVersion'),
      time: textAt(raw, 'time'),
      set: decode(raw['fieldsV1']),
    };
    out.set(identity(entry), entry);
  }
  return out;
}

/** Writes metadata.managedFields: appliers first, then by time, manager and version. */
export function writeManagers(managers: Managers): Dict[] {
  const order = (a: Entry, b: Entry): number =>
    compareText(a.operation, b.operation) ||
    compareText(a.time, b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion);
  return [...managers.values()].toSorted(order).map((entry) => ({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === '' ? {} : { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encode(entry.set),
  }));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a write asks to forget all ownership: an empty list, or one empty entry. */
export function isReset(object: Dict): boolean {
  const entries = dictAt(object, 'metadata')['managedFields'];
  if (!Array.isArray(entries) || entries.length > 1) return false;
  return entries.every((entry) => isDict(entry) && Object.keys(entry).length === 0);
}

/** Takes identity, version and bookkeeping fields out of one entry; an empty entry goes. */
export function stripSystemFields(managers: Managers, id: string): void {
  const entry = managers.get(id);
  if (entry === undefined) return;
  const set = difference(entry.set, STRIPPED);
  if (isEmpty(set)) managers.delete(id);
  else managers.set(id, { ...entry, set });
}

/** What others own among the changed paths. */
export function conflictsWith(
  managers: Managers,
  self: string,
  changed: FieldSet,
): Map<string, FieldSet> {
  const out = new Map<string, FieldSet>();
  for (const [id, entry] of managers) {
    if (id === self) continue;
    const set = intersection(entry.set, changed);
    if (!isEmpty(set)) out.set(id, set);
  }
  return out;
}

/** Takes `lost` from every entry but one. */
export function takeFromOthers(managers: Managers, self: string, lost: FieldSet): void {
  for (const [id, entry] of managers) {
    if (id === self) continue;
    const set = difference(entry.set, lost);
    if (isEmpty(set)) managers.delete(id);
    else managers.set(id, { ...entry, set });
  }
}

/** Adds paths to an updater's entry; its time moves only when the entry changes. */
export function grantToUpdater(managers: Managers, grant: Omit<Entry, 'operation'>): void {
  const entry: Entry = { ...grant, operation: 'Update' };
  const id = identity(entry);
  const before = managers.get(id);
  const set = union(before?.set ?? NONE, grant.set);
  if (before !== undefined && equal(before.set, set)) return;
  managers.set(id, { ...entry, set });
}

/** Merges the oldest updaters of each version until at most ten are left. */
export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, entry]) => entry.operation === 'Update');
  const surplus = updaters.length - MAX_UPDATERS;
  if (surplus <= 0) return;
  updaters.sort(([a, x], [b, y]) => compareText(x.time, y.time) || compareText(a, b));
  const first = new Map<string, string>();
  let merged = 0;
  for (const [id, entry] of updaters) {
    const seen = first.get(entry.apiVersion);
    if (seen === undefined) first.set(entry.apiVersion, id);
    else if (merged < surplus) {
      const bucket: Entry = { ...entry, manager: 'ancient-changes' };
      const old = managers.get(identity(bucket)) ?? managers.get(seen);
      managers.delete(seen);
      managers.delete(id);
      managers.set(identity(bucket), { ...bucket, set: union(entry.set, old?.set ?? NONE) });
      merged += 1;
    }
  }
}
