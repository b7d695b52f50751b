import { createHash } from 'node:crypto';
import { stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { LedgerPort, StoredEntry } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { formatEntry, parseEntry } from './ledger-entry.ts';
import { pathOf } from './request.ts';
import type { ApiClient, ApiRequest } from './request.ts';

/** Where the ledger lives. */
export type LedgerOptions = Readonly<{
  client: ApiClient;
  /** The operator's own namespace. */
  namespace: string;
  /** False keeps saves from the wire: this replica does not lead. */
  fence?: () => boolean;
}>;

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const ENTRY_KEY = 'entry.json';
const REPO_ANNOTATION = 'gitward.dev/repo';

/** The ledger, one ConfigMap per GuardedRepo. */
export function createLedger(options: LedgerOptions): LedgerPort {
  return new ConfigMapLedger(options);
}

/** The ConfigMap of a GuardedRepo: a digest, since two names joined may be too long for one. */
export function ledgerName(repo: RepoKey): string {
  return `gitward-ledger-${createHash('sha256').update(repo).digest('hex').slice(0, 20)}`;
}

class ConfigMapLedger implements LedgerPort {
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  async load(repo: RepoKey): Promise<Result<StoredEntry | undefined>> {
    const { client, namespace } = this.#options;
    const path = pathOf(CONFIG_MAPS, namespace, ledgerName(repo));
    const answer = await client.call({ method: 'GET', path });
    if (answer.ok) return this.#read(answer.value, repo);
    // Without the namespace or the path there is no answer about the entry; only this 404 is one.
    if (isAbsent(answer.stop, repo)) return ok(undefined);
    return stopped(this.#failed('Reading', repo, answer.stop));
  }

  async save(
    repo: RepoKey,
    entry: StoredEntry['entry'],
    version: string | undefined,
  ): Promise<Result<string>> {
    const text = formatEntry(entry);
    // What could not be read back must never be stored.
    const read = parseEntry(text, repo);
    if (typeof read === 'string') return this.#damaged(repo, `it would be: ${read}`);
    const answer = await this.#options.client.call(this.#request(repo, text, version));
    if (!answer.ok) return stopped(this.#failed('Saving', repo, answer.stop));
    const stored = stringAt(answer.value, 'metadata', 'resourceVersion');
    if (stored !== undefined) return ok(stored);
    const error = { kind: 'unusable', message: 'no resourceVersion' } as const;
    return stopped(this.#failed('Saving', repo, error));
  }

  #read(json: Json, repo: RepoKey): Result<StoredEntry> {
    const version = stringAt(json, 'metadata', 'resourceVersion');
    const text = stringAt(json, 'data', ENTRY_KEY);
    if (version === undefined || text === undefined) return this.#damaged(repo, 'it has no entry');
    const entry = parseEntry(text, repo);
    return typeof entry === 'string' ? this.#damaged(repo, entry) : ok({ entry, version });
  }

  #request(repo: RepoKey, text: string, version: string | undefined): ApiRequest {
    const { namespace, fence } = this.#options;
    const name = ledgerName(repo);
    const json = configMap({ repo, name, namespace, version }, text);
    const fenced = fence === undefined ? {} : { fence };
    const body = { type: 'application/json', json };
    return version === undefined
      ? { method: 'POST', path: pathOf(CONFIG_MAPS, namespace), body, ...fenced }
      : { method: 'PUT', path: pathOf(CONFIG_MAPS, namespace, name), body, ...fenced };
  }

  /** A damaged entry is evidence of something: to take it for none would be to trust anew. */
  #damaged(repo: RepoKey, why: string): Result<never> {
    const where = `ConfigMap ${this.#options.namespace}/${ledgerName(repo)}`;
    const next = 'Restore it from a backup, or delete it to start from status or startAt.';
    return stopped(
      stop('AnchorConflict', `The ledger of ${repo} is damaged: ${why}. See ${where}. ${next}`),
    );
  }

  #failed(doing: string, repo: RepoKey, error: ApiError): ReturnType<typeof unavailable> {
    const where = `ConfigMap ${this.#options.namespace}/${ledgerName(repo)}`;
    const race = isStatus(error, 409) ? ' lost a race' : ' failed';
    const right = isStatus(error, 403) ? " (gitward's own account lacks the right)" : '';
    return unavailable(`${doing} the ledger of ${repo} (${where})${race}${right}`, error);
  }
}

function isAbsent(error: ApiError, repo: RepoKey): boolean {
  return error.kind === 'status' && error.code === 404 && error.details.name === ledgerName(repo);
}

type Place = Readonly<{
  repo: RepoKey;
  name: string;
  namespace: string;
  version: string | undefined;
}>;

function configMap({ repo, name, namespace, version }: Place, text: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'gitward' },
      annotations: { [REPO_ANNOTATION]: repo },
      ...(version === undefined ? {} : { resourceVersion: version }),
    },
    data: { [ENTRY_KEY]: text },
  };
}
