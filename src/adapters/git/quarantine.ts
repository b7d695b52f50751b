import type { Clock } from '../../domain/clock.ts';
import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Quarantine } from '../../reconcile/ports.ts';
import type { Disk } from './disk.ts';
import { stopOf } from './failure.ts';
import { PackReader } from './pack-reader.ts';
import type { PackStore, Scratch } from './store.ts';

/** What a finished fetch left behind; `pack` is absent where nothing new was needed. */
export type Fetched = Readonly<{ tip: Oid; scratch: Scratch; pack: string | undefined }>;

/** A scratch folder with one checked pack in it, beside links to the published ones. */
export class ScratchQuarantine implements Quarantine {
  readonly tip: Oid;
  readonly #fetched: Fetched;
  readonly #store: PackStore;
  readonly #disk: Disk;
  readonly #reader: PackReader;
  #isOpen = true;

  constructor(fetched: Fetched, store: PackStore, { disk, clock }: { disk: Disk; clock: Clock }) {
    this.tip = fetched.tip;
    this.#fetched = fetched;
    this.#store = store;
    this.#disk = disk;
    this.#reader = new PackReader(fetched.scratch.gitdir, clock);
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
    this.#reader.drop();
    // What cannot be removed now is removed at the next start.
    await this.#disk.remove(this.#fetched.scratch.gitdir).catch(() => undefined);
  }
}
