import type { ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import type { DriftRecord } from '../drift/record.ts';

/** Closed episodes kept per repo, for status. */
const MAX_CLOSED = 20;

/** Hears of every episode that opens, changes its outcome or closes. */
export type DriftSink = Readonly<{
  changed(repo: RepoKey, record: DriftRecord): void;
  /** What can be seen of the repo's objects changed. */
  health(repo: RepoKey): void;
}>;

type Held = { open: Map<ObjectKey, DriftRecord>; closed: DriftRecord[] };

/** The drift episodes of every repo: one per object at a time, told once per change of outcome. */
export class Episodes {
  readonly #repos = new Map<RepoKey, Held>();
  readonly #sink: DriftSink;

  constructor(sink: DriftSink) {
    this.#sink = sink;
  }

  /** Notes what is so now; the first sight's time stays with the episode. */
  note(record: DriftRecord): void {
    const held = this.#hold(record.repo);
    const before = held.open.get(record.key);
    const merged = before === undefined ? record : { ...record, seenAt: before.seenAt };
    if (before !== undefined && sameStory(before, merged)) return;
    if (merged.open) held.open.set(record.key, merged);
    else {
      held.open.delete(record.key);
      held.closed = [merged, ...held.closed].slice(0, MAX_CLOSED);
    }
    this.#sink.changed(record.repo, merged);
  }

  /** The object is as Git says: an open episode ends. */
  settle(repo: RepoKey, key: ObjectKey): void {
    const open = this.#repos.get(repo)?.open.get(key);
    if (open === undefined) return;
    const { stop: _over, ...rest } = open;
    this.note({ ...rest, outcome: 'Succeeded', open: false });
  }

  /** The object is not guarded any more: its episode ends unsaid. */
  forget(repo: RepoKey, key: ObjectKey): void {
    this.#repos.get(repo)?.open.delete(key);
  }

  /** The open episode of an object. */
  open(repo: RepoKey, key: ObjectKey): DriftRecord | undefined {
    return this.#repos.get(repo)?.open.get(key);
  }

  /** Open first, then the newest closed ones. */
  list(repo: RepoKey): readonly DriftRecord[] {
    const held = this.#repos.get(repo);
    return held === undefined ? [] : [...held.open.values(), ...held.closed];
  }

  /** Forgets a repo that guards nothing any more. */
  drop(repo: RepoKey): void {
    this.#repos.delete(repo);
  }

  #hold(repo: RepoKey): Held {
    const known = this.#repos.get(repo) ?? { open: new Map(), closed: [] };
    this.#repos.set(repo, known);
    return known;
  }
}

function sameStory(a: DriftRecord, b: DriftRecord): boolean {
  return (
    a.outcome === b.outcome &&
    a.open === b.open &&
    a.kind === b.kind &&
    a.stop?.reason === b.stop?.reason &&
    // Whoever fights may change another field each time: it stays one fight.
    (a.outcome === 'RevertFight' || sameFields(a.fields, b.fields))
  );
}

/** Are these the same fields, drifted in the same way? */
export function sameFields(a: readonly FieldDrift[], b: readonly FieldDrift[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, kind }, at) => path === b[at]?.path && kind === b[at].kind)
  );
}
