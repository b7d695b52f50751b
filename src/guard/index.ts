import { canonicalJson } from '../domain/json.ts';
import { formatObject } from '../domain/object-ref.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Baseline } from '../drift/baseline.ts';
import type { Entry, Snapshot } from './entry.ts';

type Held = { current: Map<ObjectKey, Entry>; pending: Map<ObjectKey, Entry> | undefined };

export class DesiredIndex {
  readonly #repos = new Map<RepoKey, Held>();
  readonly #owners = new Map<ObjectKey, RepoKey>();

  stage(repo: RepoKey, entries: readonly Entry[]): Result<void> {
    const held = this.#repos.get(repo);
    const pending = new Map<ObjectKey, Entry>();
    for (const entry of entries) {
      const owner = this.#owners.get(entry.key);
      const rival = owner !== undefined && owner !== repo ? `GuardedRepo ${owner}` : undefined;
      const twin = pending.get(entry.key);
      const other = rival ?? (twin === undefined ? undefined : `target ${twin.target.name}`);
      if (other !== undefined) {
        const message = `${formatObject(entry.manifest.ref)} is guarded by ${other} already`;
        return stopped(stop('ApplyConflict', message, { object: entry.manifest.ref }));
      }
      pending.set(
        entry.key,
        carryOver(entry, held?.pending?.get(entry.key) ?? held?.current.get(entry.key)),
      );
    }
    for (const key of pending.keys()) this.#owners.set(key, repo);
    this.#repos.set(repo, { current: held?.current ?? new Map(), pending });
    return ok(undefined);
  }
  staged(repo: RepoKey): Snapshot {
    const held = this.#repos.get(repo);
    return held?.pending ?? held?.current ?? new Map();
  }
  entries(repo: RepoKey): readonly Entry[] {
    const held = this.#repos.get(repo);
    const current = held === undefined || held.current.size === 0 ? held?.pending : held.current;
    return [...(current?.values() ?? [])];
  }
  commit(repo: RepoKey): readonly ObjectKey[] {
    const held = this.#repos.get(repo);
    if (held?.pending === undefined) return [];
    const { pending } = held;
    const gone = [...held.current.keys()].filter((key) => !pending.has(key));
    for (const key of gone) this.#owners.delete(key);
    this.#repos.set(repo, { current: pending, pending: undefined });
    return gone;
  }
  drop(repo: RepoKey): readonly ObjectKey[] {
    const held = this.#repos.get(repo);
    if (held === undefined) return [];
    const keys = [...held.current.keys(), ...(held.pending?.keys() ?? [])];
    for (const key of keys) this.#owners.delete(key);
    this.#repos.delete(repo);
    return keys;
  }
  find(key: ObjectKey): Entry | undefined {
    const repo = this.#owners.get(key);
    const held = repo === undefined ? undefined : this.#repos.get(repo);
    const pending = held?.pending?.get(key);
    return pending?.baseline === undefined ? (held?.current.get(key) ?? pending) : pending;
  }
  record(entry: Entry, baseline: Baseline): void {
    const held = this.#repos.get(entry.repo);
    if (held === undefined) return;
    for (const snapshot of [held.pending, held.current]) {
      const known = snapshot?.get(entry.key);
      if (known?.manifest === entry.manifest) snapshot?.set(entry.key, { ...known, baseline });
    }
  }
  get size(): number {
    return this.#owners.size;
  }
}

function carryOver(entry: Entry, known: Entry | undefined): Entry {
  const kept =
    known?.baseline?.faithful === true &&
    known.mode === entry.mode &&
    canonicalJson(known.manifest.object) === canonicalJson(entry.manifest.object);
  return kept && known.baseline !== undefined ? { ...entry, baseline: known.baseline } : entry;
}
