import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Quarantine, ServerRef } from '../../reconcile/ports.ts';
import type { Disk } from './disk.ts';
import type { StoreReader } from './engine.ts';
import { stopOf } from './failure.ts';
import type { PackStore, Scratch } from './store.ts';

/** What a finished fetch left behind; `pack` is absent where nothing new was needed. */
export type Fetched = Readonly<{
  refs: ReadonlyMap<string, ServerRef>;
  scratch: Scratch;
  pack: string | undefined;
}>;

/** What a quarantine is made of; the reader is of its scratch folder. */
export type QuarantineTools = Readonly<{ store: PackStore; reader: StoreReader; disk: Disk }>;

/** A scratch folder with one checked pack in it, beside links to the published ones. */
export class ScratchQuarantine implements Quarantine {
  readonly refs: ReadonlyMap<string, ServerRef>;
  readonly #fetched: Fetched;
  readonly #store: PackStore;
  readonly #disk: Disk;
  readonly #reader: StoreReader;
  #isOpen = true;

  constructor(fetched: Fetched, { store, reader, disk }: QuarantineTools) {
    this.refs = fetched.refs;
    this.#fetched = fetched;
    this.#store = store;
    this.#disk = disk;
    this.#reader = reader;
  }

  readMany(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, RawObject>>> {
    return this.#isOpen ? this.#reader.readMany(oids) : Promise.resolve(ok(new Map()));
  }

  async publish(): Promise<Result<void>> {
    if (!this.#isOpen) {
      return stopped(stop('GitTruncated', 'these objects were published or discarded before'));
    }
    const { pack, scratch } = this.#fetched;
    try {
      if (pack !== undefined) await this.#store.publish(scratch, pack);
      return ok(undefined);
    } catch (error) {
      return stopped(stopOf(error));
    } finally {
      await this.discard();
    }
  }

  async discard(): Promise<void> {
    this.#isOpen = false;
    // What cannot be removed now is removed at the next start.
    await this.#reader.drop().catch(() => undefined);
    await this.#disk.remove(this.#fetched.scratch.gitdir).catch(() => undefined);
  }
}
