import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { FINALIZER } from '../../api/meta.ts';
import type { SignerSet } from '../../api/signerset.ts';
import type { Clock } from '../../domain/clock.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ClusterPort, WatchHandle, WatchPort } from '../../reconcile/ports.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { GUARDED_REPOS, SIGNER_SETS } from './gitward-kinds.ts';
import { OwnKind } from './own-kind.ts';
import { parseGuardedRepo, parseSignerSet } from './parse-own.ts';
import { PATCH_TYPES, pathOf } from './request.ts';
import type { ApiClient } from './request.ts';
import { readSecret } from './secret.ts';

type Health = Readonly<{ alive: true }> | Readonly<{ alive: false; why: Stop }>;

/** What the cluster tells the controllers. Calls come one at a time and must return at once. */
export type ClusterListener = Readonly<{
  /** A GuardedRepo appeared, changed or went; `repo(key)` tells which. */
  onRepo(key: RepoKey): void;
  /** Some SignerSet appeared, changed or went. */
  onSigners(): void;
  /** gitward's own kinds can not be seen for now; what is known stays in force. */
  onHealth?(state: Health): void;
}>;

/** What watching gitward's own kinds needs. */
export type ClusterOptions = Readonly<{
  client: ApiClient;
  watches: WatchPort;
  clock: Clock;
  listener: ClusterListener;
  /** False keeps finalizer writes from the wire: this replica does not lead. */
  fence?: () => boolean;
}>;

/** gitward's own kinds as last seen. */
export interface Cluster extends ClusterPort {
  /** Starts watching; resolves once every GuardedRepo and SignerSet was seen. */
  start(): Promise<void>;
  close(): void;
  /** The GuardedRepo, `InvalidSpec` where it can not be read, `undefined` when there is none. */
  repo(key: RepoKey): Result<GuardedRepo> | undefined;
  repos(): readonly RepoKey[];
  /** Why a SignerSet of that name counts for nothing; `undefined` when it counts or is not there. */
  signerProblem(name: string): Stop | undefined;
}

/** Watches gitward's own kinds. */
export function createCluster(options: ClusterOptions): Cluster {
  return new KubeCluster(options);
}

class KubeCluster implements Cluster {
  readonly #options: ClusterOptions;
  readonly #repos: OwnKind<GuardedRepo>;
  readonly #signers: OwnKind<SignerSet>;
  readonly #health = new Map<string, Health>();
  #handles: readonly WatchHandle[] = [];
  #synced: (what: 'repos' | 'signers') => void = () => undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { client, clock, listener } = options;
    this.#repos = new OwnKind({
      client,
      clock,
      kind: GUARDED_REPOS,
      parse: parseGuardedRepo,
      // Keys of a namespaced own kind are spelled as repo keys are.
      changed: (key) => listener.onRepo(key as RepoKey),
      kept: (object) => void this.#release(object),
      synced: () => this.#synced('repos'),
      health: (state) => this.#turn('repos', state),
    });
    this.#signers = new OwnKind({
      client,
      clock,
      kind: SIGNER_SETS,
      parse: parseSignerSet,
      changed: () => listener.onSigners(),
      kept: () => undefined,
      synced: () => this.#synced('signers'),
      health: (state) => this.#turn('signers', state),
    });
  }

  start(): Promise<void> {
    const missing = new Set(['repos', 'signers']);
    const done = new Promise<void>((resolve) => {
      this.#synced = (what) => {
        missing.delete(what);
        if (missing.size === 0) resolve();
      };
    });
    const { watches } = this.#options;
    this.#handles = [
      watches.open(GUARDED_REPOS, '', this.#repos.listener()),
      watches.open(SIGNER_SETS, '', this.#signers.listener()),
    ];
    return done;
  }

  close(): void {
    for (const handle of this.#handles) handle.close();
    this.#repos.close();
    this.#signers.close();
  }

  repo(key: RepoKey): Result<GuardedRepo> | undefined {
    return this.#repos.get(key);
  }

  repos(): readonly RepoKey[] {
    // As in the constructor: the spelling is the same.
    return this.#repos.keys() as readonly RepoKey[];
  }

  signerSets(names: readonly string[]): readonly SignerSet[] {
    return names.flatMap((name) => {
      const found = this.#signers.get(name);
      return found?.ok === true ? [found.value] : [];
    });
  }

  signerProblem(name: string): Stop | undefined {
    const found = this.#signers.get(name);
    return found?.ok === false ? found.stop : undefined;
  }

  secret(
    namespace: string,
    name: string,
  ): Promise<Result<ReadonlyMap<string, string> | undefined>> {
    return readSecret(this.#options.client, namespace, name);
  }

  async finalizer(repo: GuardedRepo, present: boolean): Promise<Result<void>> {
    const { namespace, name, resourceVersion, finalizers = [] } = repo.metadata;
    if (finalizers.includes(FINALIZER) === present) return ok(undefined);
    const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const wanted = present ? [...others, FINALIZER] : others;
    const { client, fence } = this.#options;
    const version = resourceVersion === undefined ? {} : { resourceVersion };
    const answer = await client.call({
      method: 'PATCH',
      path: pathOf(GUARDED_REPOS, namespace, name),
      // The version keeps a finalizer that somebody else added meanwhile.
      body: { type: PATCH_TYPES.merge, json: { metadata: { ...version, finalizers: wanted } } },
      ...(fence === undefined ? {} : { fence }),
    });
    if (answer.ok || (!present && isStatus(answer.stop, 404))) return ok(undefined);
    const what = `Writing the finalizer of GuardedRepo/${namespace}/${name} failed`;
    return stopped(unavailable(what, answer.stop));
  }

  /** A CRD that is being removed waits for our finalizer, which has nothing left to do there. */
  async #release(object: JsonObject): Promise<void> {
    const repo = parseGuardedRepo(object);
    if (repo.ok) await this.finalizer(repo.value, false);
  }

  #turn(what: string, state: Health): void {
    this.#health.set(what, state);
    const dead = [...this.#health.values()].find(({ alive }) => !alive);
    this.#options.listener.onHealth?.(dead ?? { alive: true });
  }
}
