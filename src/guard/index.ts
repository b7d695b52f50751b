import { canonicalJson } from '../domain/json.ts';
import { formatObject } from '../domain/object-ref.ts';
import type { ObjectKey, ObjectRef } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { Baseline } from '../drift/baseline.ts';
import type { Entry, Snapshot } from './entry.ts';

/** `pending` is being rolled out; the maps are replaced whole but for baselines as they come in. */
type Held = { current: Map<ObjectKey, Entry>; pending: Map<ObjectKey, Entry> | undefined };

const NONE: Snapshot = new Map();

/**
 * What accepted commits want, per repo: the plan in force and the one on its way. Every object is
 * guarded by one target of one repo.
 */
export class DesiredIndex {
  readonly #repos = new Map<RepoKey, Held>();
  readonly #owners = new Map<ObjectKey, RepoKey>();

  /**
   * Replaces the pending plan. Unchanged objects keep their baseline. Stops with `ApplyConflict`, and
   * changes nothing, when an object is wanted twice.
   */
  stage(repo: RepoKey, entries: readonly Entry[]): Result<void> {
    const { current = NONE, pending: before = NONE } = this.#repos.get(repo) ?? {};
    const pending = new Map<ObjectKey, Entry>();
    for (const entry of entries) {
      const { key, manifest } = entry;
      const other = this.#rival(repo, key) ?? twinOf(pending.get(key));
      if (other !== undefined) return stopped(conflict(manifest.ref, other));
      pending.set(key, carryOver(entry, before.get(key) ?? current.get(key)));
    }
    for (const key of before.keys()) if (!current.has(key)) this.#owners.delete(key);
    for (const key of pending.keys()) this.#owners.set(key, repo);
    this.#repos.set(repo, { current: new Map(current), pending });
    return ok(undefined);
  }

  /** The plan to roll out: the pending one, else the one in force. */
  staged(repo: RepoKey): Snapshot {
    const held = this.#repos.get(repo);
    return held?.pending ?? held?.current ?? new Map();
  }

  /** The plan in force; before the first one is, the pending one. */
  entries(repo: RepoKey): readonly Entry[] {
    const held = this.#repos.get(repo);
    const current = held === undefined || held.current.size === 0 ? held?.pending : held.current;
    return [...(current?.values() ?? [])];
  }

  /** Puts the pending plan in force; answers the objects that are guarded no more. */
  commit(repo: RepoKey): readonly ObjectKey[] {
    const held = this.#repos.get(repo);
    if (held?.pending === undefined) return [];
    const { pending } = held;
    const gone = [...held.current.keys()].filter((key) => !pending.has(key));
    for (const key of gone) this.#owners.delete(key);
    this.#repos.set(repo, { current: pending, pending: undefined });
    return gone;
  }

  /** Forgets the repo; answers the objects it guarded. */
  drop(repo: RepoKey): readonly ObjectKey[] {
    const held = this.#repos.get(repo);
    if (held === undefined) return [];
    const keys = [...held.current.keys(), ...(held.pending?.keys() ?? [])];
    for (const key of keys) this.#owners.delete(key);
    this.#repos.delete(repo);
    return keys;
  }

  /** Who guards the object: the pending plan once it was rolled out there, the one in force before. */
  find(key: ObjectKey): Entry | undefined {
    const repo = this.#owners.get(key);
    const held = repo === undefined ? undefined : this.#repos.get(repo);
    const pending = held?.pending?.get(key);
    return pending?.baseline === undefined ? (held?.current.get(key) ?? pending) : pending;
  }

  /** Keeps the baseline of an entry, unless another plan wants something else by now. */
  record(entry: Entry, baseline: Baseline): void {
    const held = this.#repos.get(entry.repo);
    if (held === undefined) return;
    for (const snapshot of [held.pending, held.current]) {
      const known = snapshot?.get(entry.key);
      if (known?.manifest === entry.manifest) snapshot?.set(entry.key, { ...known, baseline });
    }
  }

  /** Is this what the object is guarded for now? Work that began before may have been overtaken. */
  isGuarded({ key, repo, manifest }: Entry): boolean {
    const now = this.find(key);
    return now?.repo === repo && now.manifest === manifest;
  }

  /** Is the entry part of the plan to roll out now? */
  isStaged({ key, repo, manifest }: Entry): boolean {
    return this.staged(repo).get(key)?.manifest === manifest;
  }

  /** Another repo that guards the object. */
  #rival(repo: RepoKey, key: ObjectKey): string | undefined {
    const owner = this.#owners.get(key);
    return owner === undefined || owner === repo ? undefined : `GuardedRepo ${owner}`;
  }

  /** How many objects are guarded. */
  get size(): number {
    return this.#owners.size;
  }
}

function twinOf(entry: Entry | undefined): string | undefined {
  return entry === undefined ? undefined : `target ${entry.target.name}`;
}

function conflict(ref: ObjectRef, other: string): Stop {
  const next = 'Remove it from one of the two.';
  const message = `${formatObject(ref)} is guarded by ${other} already. ${next}`;
  return stop('ApplyConflict', message, { object: ref });
}

/** Faithful baselines of unchanged objects stay true in the next plan. */
function carryOver(entry: Entry, known: Entry | undefined): Entry {
  const kept =
    known?.baseline?.faithful === true &&
    known.mode === entry.mode &&
    canonicalJson(known.manifest.object) === canonicalJson(entry.manifest.object);
  return kept && known.baseline !== undefined ? { ...entry, baseline: known.baseline } : entry;
}
