import { join } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type {
  FetchLimits,
  GitPort,
  GitSource,
  ObjectReader,
  Quarantine,
  Remote,
} from '../../reconcile/ports.ts';
import { Deadline } from '../net/deadline.ts';
import { parseGitUrl } from '../net/git-url.ts';
import type { NetPermissions } from '../net/git-url.ts';
import type { Resolve } from '../net/resolve.ts';
import { branchRef } from './branch.ts';
import { Conversation } from './conversation.ts';
import { systemDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { GitError, stopOf } from './failure.ts';
import { fetchPack } from './fetch-pack.ts';
import { ScratchQuarantine } from './quarantine.ts';
import { PackStore } from './store.ts';
import type { StoreOptions } from './store.ts';

/** How the embedded Git is set up; the two permissions are the operator's own flags. */
export type EmbeddedGitOptions = NetPermissions &
  Readonly<{
    /** For Git alone: everything below `repos` and `scratch` in it is ours. */
    dataDir: string;
    clock: Clock;
    disk?: Disk;
    resolve?: Resolve;
    maxPacks?: number;
  }>;

/**
 * Git over http(s) without a git binary: polls and reads with isomorphic-git, asks for packs and
 * checks them itself. Each repository has a folder of its own, for the owner only.
 */
export function embeddedGit(options: EmbeddedGitOptions): GitSource {
  const { dataDir, disk = systemDisk } = options;
  const shared: StoreOptions = { ...options, disk };
  const stores = new Map<RepoKey, PackStore>();
  let swept: Promise<void> | undefined;
  const environment: Environment = {
    ...options,
    disk,
    // A folder that cannot be removed shows again, as a stop, when the next is made beside it.
    sweep: () => (swept ??= disk.remove(join(dataDir, 'scratch')).catch(() => undefined)),
  };
  return {
    open: (key, remote, limits) => {
      const store = stores.get(key) ?? new PackStore(key, shared);
      stores.set(key, store);
      return new EmbeddedRepo(environment, store, { remote, limits });
    },
  };
}

type Environment = EmbeddedGitOptions &
  Readonly<{
    disk: Disk;
    /** Removes what a process left behind that ended in the middle of a fetch; once per start. */
    sweep: () => Promise<void>;
  }>;

type Target = Readonly<{ remote: Remote; limits: FetchLimits }>;

class EmbeddedRepo implements GitPort {
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

  head(branch: string, signal: AbortSignal): Promise<Result<Oid>> {
    return this.#converse(branch, signal, ({ conversation, ref }) => conversation.tipOf(ref));
  }

  fetch(branch: string, have: Oid | undefined, signal: AbortSignal): Promise<Result<Quarantine>> {
    return this.#converse(branch, signal, async ({ conversation, ref, deadline }) => {
      const { disk, sweep } = this.#environment;
      const { maxPackBytes } = this.#target.limits;
      await sweep();
      const tip = await conversation.tipOf(ref);
      const known = await this.#known(have);
      const wanted = { tip, have: known, maxPackBytes };
      const fetched = await fetchPack(wanted, { conversation, deadline, store: this.#store, disk });
      return new ScratchQuarantine(fetched, this.#store, this.#environment);
    });
  }

  async reset(): Promise<void> {
    await this.#environment.sweep();
    try {
      await this.#store.reset();
    } catch (error) {
      // Failures of the system alone: the reads and fetches that follow stop with them.
      stopOf(error);
    }
  }

  /** The anchor, if its objects can be read. A damaged store is dropped: everything is fetched anew. */
  async #known(have: Oid | undefined): Promise<Oid | undefined> {
    if (have === undefined) return undefined;
    const { published } = this.#store;
    const held = await published.readMany([have]);
    if (held.ok) return held.value.has(have) ? have : undefined;
    if (!published.isDamaged) throw new GitError(held.stop.reason, held.stop.message);
    await this.#store.reset();
    return undefined;
  }

  async #converse<T>(
    branch: string,
    signal: AbortSignal,
    work: (talk: Talk) => Promise<T>,
  ): Promise<Result<T>> {
    const { clock, resolve } = this.#environment;
    const { remote, limits } = this.#target;
    const ref = branchRef(branch);
    if (!ref.ok) return ref;
    const url = parseGitUrl(remote.url, this.#environment);
    if (!url.ok) return url;
    const deadline = new Deadline(clock, limits.timeoutMs, signal);
    const conversation = new Conversation(remote, {
      url: url.value,
      permissions: this.#environment,
      deadline,
      ...(remote.ca === undefined ? {} : { ca: remote.ca }),
      ...(resolve === undefined ? {} : { resolve }),
    });
    try {
      return ok(await work({ conversation, ref: ref.value, deadline }));
    } catch (error) {
      return stopped(stopOf(error));
    } finally {
      conversation.close();
      deadline.close();
    }
  }
}

type Talk = Readonly<{ conversation: Conversation; ref: string; deadline: Deadline }>;
