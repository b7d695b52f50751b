import {
  difference,
  equal,
  formatStep,
  intersection,
  isEmpty,
  NONE,
  paths,
  union,
} from './fieldset.ts';
import type { FieldSet } from './fieldset.ts';
import * as managed from './managed.ts';
import type { Entry, Managers } from './managed.ts';
import { atomOf, fieldShape, isAtomic, itemShape } from './shape.ts';
import type { Shape } from './shape.ts';
import { compare, faults, fieldSetOf, merge, remove } from './typed.ts';
import { badRequest, internal, Refusal } from '../status.ts';
import { dictAt, textAt, without } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/** Who writes, in which version, when (metav1.Time text). */
export type Writer = Readonly<{ manager: string; apiVersion: string; time: string; shape: Shape }>;

/** A server-side apply: the object before it, what is applied, what an object of the kind starts as. */
export type Application = Readonly<{ live: Dict; config: Dict; empty: Dict; force: boolean }>;

function stripped(object: Dict): Dict {
  const metadata = dictAt(object, 'metadata');
  if (metadata['managedFields'] === undefined) return object;
  return { ...object, metadata: without(metadata, 'managedFields') };
}

function withManagers(object: Dict, managers: Managers): Dict {
  const entries = managed.writeManagers(managers);
  const metadata = without(dictAt(object, 'metadata'), 'managedFields');
  if (entries.length > 0) metadata['managedFields'] = entries;
  return { ...object, metadata };
}

function managersOf(object: Dict): Managers | undefined {
  return managed.readManagers(dictAt(object, 'metadata')['managedFields']);
}

/**
 * The object with its managedFields brought up to date after a write other than an apply.
 * Source: apiserver 1.20, endpoints/handlers/fieldmanager. `live` is the kind's empty object for a create.
 */
export function recordUpdate(live: Dict, next: Dict, writer: Writer): Dict {
  const fromLive = managersOf(live) ?? new Map<string, Entry>();
  let managers: Managers = new Map();
  if (!managed.isReset(next)) {
    const own = managersOf(next);
    managers = own === undefined || own.size === 0 ? fromLive : own;
  }
  // An object that nobody tracks stays untracked until it is applied.
  if (managers.size === 0 && textAt(live, 'metadata', 'uid') !== '')
    return withManagers(next, managers);
  update(stripped(live), stripped(next), managers, writer);
  return withManagers(next, managers);
}

function update(live: Dict, next: Dict, managers: Managers, writer: Writer): void {
  expandAll(managers, live, writer.shape);
  const { added, modified, removed } = compare(live, next, writer.shape);
  const changed = union(added, modified);
  managed.takeFromOthers(managers, '', union(changed, removed));
  const set = difference(changed, removed);
  if (!isEmpty(set)) {
    const own = { manager: writer.manager, apiVersion: writer.apiVersion, time: writer.time, set };
    const scratch: Managers = new Map();
    managed.grantToUpdater(scratch, own);
    for (const id of scratch.keys()) managed.stripSystemFields(scratch, id);
    for (const entry of scratch.values()) managed.grantToUpdater(managers, entry);
  }
  managed.capUpdaters(managers);
}

/**
 * The object after a server-side apply, before defaulting and conversion; `undefined` in `object`
 * when only ownership may have changed. Throws a 409 with one cause per conflict, a 400 or a 500.
 */
export function apply(application: Application, writer: Writer): Dict {
  const { config, empty } = application;
  checkConfig(config, writer);
  const live = application.live;
  const managers = managersOf(live) ?? new Map<string, Entry>();
  const before = stripped(live);
  if (managers.size === 0 && textAt(live, 'metadata', 'uid') !== '') {
    update(empty, before, managers, { ...writer, manager: 'before-first-apply' });
  }
  const own: Entry = { ...writer, operation: 'Apply', set: fieldSetOf(config, writer.shape) };
  const id = managed.identity(own);
  const owners = new Map(managers);
  expandAll(managers, before, writer.shape);
  const last = managers.get(id)?.set ?? NONE;
  managers.set(id, own);
  const merged = prune(merge(before, config, writer.shape), managers, last, writer.shape);
  const { added, modified, removed } = compare(before, merged, writer.shape);
  const changed = union(added, modified);
  const conflicts = managed.conflictsWith(managers, id, changed);
  if (conflicts.size > 0 && !application.force) throw conflictRefusal(conflicts, managers);
  managed.takeFromOthers(managers, id, union(changed, removed));
  managed.stripSystemFields(managers, id);
  const unchanged = isEmpty(changed) && isEmpty(removed);
  if (unchanged) keepTime(managers, owners, id);
  return withManagers(unchanged ? before : merged, managers);
}

// The time of an entry moves only when the object or any ownership does.
function keepTime(managers: Managers, owners: Managers, id: string): void {
  const [former, entry] = [owners.get(id), managers.get(id)];
  if (former === undefined || entry === undefined || !sameOwners(owners, managers)) return;
  managers.set(id, { ...entry, time: former.time });
}

/**
 * An owned map or list without owned children reads as one that used to be atomic: its owner is given
 * all that lives below (structured-merge-diff, typed/reconcile_schema.go).
 */
function expandAll(managers: Managers, live: Dict, shape: Shape): void {
  if (shape.kind === 'untyped' || managers.size === 0) return;
  const all = fieldSetOf(live, shape);
  for (const [id, entry] of managers) {
    managers.set(id, { ...entry, set: expand(entry.set, shape, all) });
  }
}

function expand(set: FieldSet, shape: Shape, live: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const step of new Set([...set.members, ...set.children.keys()])) {
    const next = step.startsWith('f:') ? fieldShape(shape, step.slice(2)) : itemShape(shape);
    const own = set.children.get(step);
    const below = live.children.get(step) ?? NONE;
    const granular =
      next !== undefined && next.kind !== 'scalar' && !isAtomic(next, atomOf(next, null));
    if (own !== undefined) children.set(step, next === undefined ? own : expand(own, next, below));
    else if (granular && !isEmpty(below)) children.set(step, below);
  }
  return { members: set.members, children };
}

function sameOwners(a: Managers, b: Managers): boolean {
  return (
    a.size === b.size && [...a].every(([id, entry]) => equal(entry.set, b.get(id)?.set ?? NONE))
  );
}

function checkConfig(config: Dict, writer: Writer): void {
  const version = textAt(config, 'apiVersion');
  if (version !== writer.apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${writer.apiVersion}`,
    );
  }
  const entries = dictAt(config, 'metadata')['managedFields'];
  if (entries !== undefined && entries !== null)
    throw badRequest('metadata.managedFields must be nil');
  const found = faults(config, writer.shape);
  if (found.length === 0) return;
  const text =
    found.length === 1 ? found[0] : ['errors:', ...found.map((line) => `  ${line}`)].join('\n');
  throw internal(`failed to create typed patch object: ${text}`);
}

/** Takes away what the applier owned, no longer applies, and nobody else owns. */
function prune(merged: Value, managers: Managers, former: FieldSet, shape: Shape): Dict {
  let out = merged;
  if (!isEmpty(former)) {
    const owned = [...managers.values()].reduce((all, entry) => union(all, entry.set), NONE);
    const all = fieldSetOf(merged, shape);
    const pruned = fieldSetOf(remove(merged, former, shape), shape);
    const backed = remove(merged, difference(all, union(pruned, owned)), shape);
    const gone = difference(all, fieldSetOf(backed, shape));
    out = remove(merged, intersection(gone, former), shape);
  }
  return out as Dict; // The root of an object is never removed: apiVersion and kind stay.
}

function conflictRefusal(conflicts: Map<string, FieldSet>, managers: Managers): Refusal {
  const causes: Dict[] = [];
  const lines: string[] = [];
  const ordered = [...conflicts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, set] of ordered) {
    const entry = managers.get(id);
    const name = JSON.stringify(entry?.manager ?? '');
    const who = entry?.operation === 'Update' ? `${name} using ${entry.apiVersion}` : name;
    lines.push(`conflicts with ${who}:`);
    for (const path of paths(set)) {
      const field = path.map(formatStep).join('');
      causes.push({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field });
      lines.push(`- ${field}`);
    }
  }
  const [only] = causes;
  const text =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${textAt(only, 'message')}: ${textAt(only, 'field')}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return new Refusal(409, 'Conflict', text, { causes });
}
