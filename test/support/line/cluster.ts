import type { GuardedRepo } from '../../../src/api/guardedrepo.ts';
import type { SignerSet } from '../../../src/api/signerset.ts';
import { canonicalJson } from '../../../src/domain/json.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { objectKey } from '../../../src/domain/object-ref.ts';
import type { ObjectKey, ObjectRef } from '../../../src/domain/object-ref.ts';
import type { RepoKey } from '../../../src/domain/repo-key.ts';
import { ok, stopped } from '../../../src/domain/result.ts';
import type { Result } from '../../../src/domain/result.ts';
import { stop } from '../../../src/domain/stop.ts';
import type { Stop } from '../../../src/domain/stop.ts';
import type {
  ClusterPort,
  GuardedObjects,
  KindPort,
  LedgerPort,
  StoredEntry,
  WatchPort,
} from '../../../src/reconcile/ports.ts';

/** Ports of a cluster that lives in a few maps: enough for the repo line, no double of the API server. */
export class MapCluster {
  readonly objectsByKey = new Map<ObjectKey, JsonObject>();
  readonly ledgerByRepo = new Map<RepoKey, StoredEntry>();
  signers: readonly SignerSet[] = [];
  secretValues: ReadonlyMap<string, string> | undefined;
  /** Every write of a guarded object, in order. */
  readonly writes: string[] = [];
  /** Refuses writes of objects with this name. */
  forbidden: string | undefined;
  ledgerDown: Stop | undefined;
  finalizers: boolean[] = [];
  #version = 0;

  readonly objects: GuardedObjects = {
    apply: async ({ manifest }) => {
      if (manifest.ref.name === this.forbidden) return stopped(this.#refusal(manifest.ref));
      this.writes.push(`apply ${objectKey(manifest.ref)}`);
      const stored = this.#stored(manifest.object);
      this.objectsByKey.set(objectKey(manifest.ref), stored);
      return ok(stored);
    },
    dryRun: async ({ object }) => ok(this.#stored(object)),
    read: async (ref) => ok(this.objectsByKey.get(objectKey(ref))),
    remove: async (ref) => {
      this.writes.push(`remove ${objectKey(ref)}`);
      this.objectsByKey.delete(objectKey(ref));
      return ok(undefined);
    },
  };

  readonly kinds: KindPort = {
    find: async (kind) =>
      ok(
        kind.kind === 'ConfigMap'
          ? { ...kind, resource: 'configmaps', namespaced: true }
          : undefined,
      ),
  };

  readonly ledger: LedgerPort = {
    load: async (repo) => ok(this.ledgerByRepo.get(repo)),
    save: async (repo, entry, version): Promise<Result<string>> => {
      if (this.ledgerDown !== undefined) return stopped(this.ledgerDown);
      if (this.ledgerByRepo.get(repo)?.version !== version) {
        return stopped(stop('APIUnavailable', 'the ledger was changed meanwhile'));
      }
      const next = String(++this.#version);
      this.ledgerByRepo.set(repo, { entry, version: next });
      return ok(next);
    },
  };

  readonly own: ClusterPort = {
    repo: () => undefined,
    repos: () => [],
    signerSets: (names) => this.signers.filter((set) => names.includes(set.metadata.name)),
    secret: async () => ok(this.secretValues),
    finalizer: async (_repo: GuardedRepo, present) => {
      this.finalizers.push(present);
      return ok(undefined);
    },
  };

  readonly watches: WatchPort = {
    open: (_kind, _namespace, listener) => {
      listener.synced();
      return { close: () => undefined };
    },
  };

  #stored(object: JsonObject): JsonObject {
    const data = object['data'] ?? {};
    const owned = Object.keys(data).map((name) => [`f:${name}`, {}]);
    const metadata = object['metadata'];
    return JSON.parse(
      canonicalJson({
        ...object,
        metadata: {
          ...(typeof metadata === 'object' ? metadata : {}),
          uid: 'u',
          resourceVersion: String(++this.#version),
          managedFields: [
            {
              manager: 'gitward',
              operation: 'Apply',
              fieldsType: 'FieldsV1',
              fieldsV1: { 'f:data': Object.fromEntries(owned) },
            },
          ],
        },
      }),
    ) as JsonObject; // It was a JSON object before the round trip.
  }

  #refusal(object: ObjectRef): Stop {
    return stop('Forbidden', 'may not patch configmaps', { object });
  }
}
