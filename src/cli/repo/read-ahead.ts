import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';

/** Objects that may be asked for next, in about that order; empty when nothing more is known now. */
export type Hints = Readonly<{ next: () => Oid | undefined }>;

/** Objects read at once, those asked for and those ahead. */
const READ_AT_ONCE = 256;

/** Most objects held that nobody has asked for yet. */
const MAX_HELD = 2_048;

/**
 * Reads what will probably be asked for together with what is asked for: a walk learns of a parent only
 * when it has the child, and would wait for each commit by itself. A hint decides what is read early
 * and nothing else; an object that is handed out once is not read ahead again.
 */
export class ReadAhead implements ObjectReader {
  readonly #reader: ObjectReader;
  readonly #hints: Hints;
  readonly #held = new Map<Oid, RawObject>();
  readonly #given = new Set<Oid>();

  constructor(reader: ObjectReader, hints: Hints) {
    this.#reader = reader;
    this.#hints = hints;
  }

  async readMany(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, RawObject>>> {
    const wanted = oids.filter((oid) => !this.#held.has(oid));
    if (wanted.length > 0) {
      const read = await this.#reader.readMany([...wanted, ...this.#ahead(wanted)]);
      if (!read.ok) return read;
      for (const [oid, object] of read.value) this.#held.set(oid, object);
    }
    const found = new Map<Oid, RawObject>();
    for (const oid of oids) {
      const object = this.#held.get(oid);
      this.#held.delete(oid);
      this.#given.add(oid);
      if (object !== undefined) found.set(oid, object);
    }
    return ok(found);
  }

  #ahead(wanted: readonly Oid[]): readonly Oid[] {
    const ahead = new Set<Oid>();
    const asked = new Set(wanted);
    const room = Math.min(READ_AT_ONCE - wanted.length, MAX_HELD - this.#held.size);
    while (ahead.size < room) {
      const oid = this.#hints.next();
      if (oid === undefined) break;
      if (!asked.has(oid) && !this.#given.has(oid) && !this.#held.has(oid)) ahead.add(oid);
    }
    return [...ahead];
  }
}
