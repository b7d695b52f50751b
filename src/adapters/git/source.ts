import type { Oid } from '../../domain/oid.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import type { Result } from '../../domain/result.ts';
import type {
  GitPort,
  GitSource,
  ObjectReader,
  Quarantine,
  ServerRef,
} from '../../reconcile/ports.ts';
import type { Deadline } from '../net/deadline.ts';
import { makeEngine } from './choose.ts';
import type { EngineChoice } from './choose.ts';
import { systemDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import type { Engine } from './engine.ts';
import { GitError, stopOf } from './failure.ts';
import { fetchPack } from './fetch-pack.ts';
import { ScratchQuarantine } from './quarantine.ts';
import { checkWanted } from './ref-name.ts';
import { ScratchRoom } from './scratch.ts';
import { PackStore } from './store.ts';
import type { StoreOptions } from './store.ts';
import { together } from './together.ts';
import { GitTransport } from './transport.ts';
import type { Target, TransportOptions } from './transport.ts';

/** How Git is set up. */
export type GitSourceOptions = TransportOptions &
  Readonly<{
    /** For Git alone: everything below `repos` and `scratch` in it is ours. */
    dataDir: string;
    engine: EngineChoice;
    disk?: Disk;
    maxPacks?: number;
  }>;

/**
 * Git over our own transport, with packs checked and objects read by the engine chosen. Each repository
 * has a folder of its own, for the owner only.
 */
export function gitSource(options: GitSourceOptions): GitSource {
  const { dataDir, clock, disk = systemDisk, maxPacks } = options;
  const scratch = new ScratchRoom(dataDir, disk);
  const engine = makeEngine(options.engine, { disk, clock, scratch });
  const shared: StoreOptions = {
    ...{ dataDir, disk, scratch, engine },
    ...(maxPacks === undefined ? {} : { maxPacks }),
  };
  const stores = new Map<RepoKey, PackStore>();
  const environment: Environment = { disk, engine, transport: new GitTransport(options) };
  return {
    open: (key, remote, limits) => {
      const store = stores.get(key) ?? new PackStore(key, shared);
      stores.set(key, store);
      return new StoredRepo(environment, store, { key, remote, limits });
    },
  };
}

type Environment = Readonly<{ disk: Disk; engine: Engine; transport: GitTransport }>;

class StoredRepo implements GitPort {
  readonly #environment: Environment;
  readonly #store: PackStore;
  readonly #target: Target;

  constructor(environment: Environment, store: PackStore, target: Target) {
    this.#environment = environment;
    this.#store = store;
    this.#target = target;
  }

  get published(): ObjectReader {
    return this.#store.published;
  }

  refs(
    wanted: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, ServerRef>>> {
    return this.#environment.transport.refs(this.#target, wanted, signal);
  }

  async fetch(
    wanted: readonly string[],
    have: Oid | undefined,
    signal: AbortSignal,
  ): Promise<Result<Quarantine>> {
    const checked = checkWanted(wanted, { prefixes: false });
    if (!checked.ok) return checked;
    const { disk, engine, transport } = this.#environment;
    const { maxPackBytes } = this.#target.limits;
    return transport.converse(this.#target, signal, async ({ conversation, deadline }) => {
      const asking = conversation.mustRefs(wanted);
      const [refs, known] = await together(asking, this.#known(have, deadline));
      const tools = { conversation, deadline, store: this.#store, engine, disk };
      const fetched = await fetchPack({ refs, have: known, maxPackBytes }, tools);
      const reader = engine.reader(fetched.scratch.gitdir);
      return new ScratchQuarantine(fetched, { store: this.#store, reader, disk });
    });
  }

  async reset(): Promise<void> {
    try {
      await this.#store.reset();
    } catch (error) {
      // Failures of the system alone: the reads and fetches that follow stop with them.
      stopOf(error);
    }
  }

  /** The anchor, if its objects can be read. A damaged store is dropped: everything is fetched anew. */
  async #known(have: Oid | undefined, deadline: Deadline): Promise<Oid | undefined> {
    if (have === undefined) return undefined;
    const { published } = this.#store;
    const held = await published.readMany([have]);
    if (held.ok) return held.value.has(have) ? have : undefined;
    deadline.check();
    if (!published.isDamaged) throw new GitError(held.stop.reason, held.stop.message);
    await this.#store.reset();
    return undefined;
  }
}
