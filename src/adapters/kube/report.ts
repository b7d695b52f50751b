import type { GuardedRepo, GuardedRepoStatus } from '../../api/guardedrepo.ts';
import { STATUS_MANAGER } from '../../api/meta.ts';
import type { Clock } from '../../domain/clock.ts';
import { canonicalJson, stringAt } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { EventNote, ReportPort } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { EventRecorder } from './event-recorder.ts';
import { GUARDED_REPOS } from './gitward-kinds.ts';
import { PATCH_TYPES, applyQuery, pathOf } from './request.ts';
import type { ApiClient } from './request.ts';
import { isOlder } from './resource-version.ts';

/** What reporting needs. */
export type ReportOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  /** Name of this replica, shown in events. */
  instance: string;
  /** False keeps status and events from the wire: this replica does not lead. */
  fence?: () => boolean;
  /** An event was not written: rate limit (`undefined`) or the server's refusal. */
  eventLost?: (why: ApiError | undefined) => void;
}>;

/** Statuses remembered; more GuardedRepos cost an extra call, nothing else. */
const MAX_WRITTEN = 10_000;

/** Status and events through the API server. */
export function createReport(options: ReportOptions): ReportPort {
  return new KubeReport(options);
}

/** The last status written to one GuardedRepo: its content and the version that made. */
type Written = Readonly<{ content: string; version: string }>;

class KubeReport implements ReportPort {
  readonly #options: ReportOptions;
  readonly #events: EventRecorder;
  readonly #written = new Map<string, Written>();

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#events = new EventRecorder(options);
  }

  async status(repo: GuardedRepo, status: GuardedRepoStatus): Promise<Result<void>> {
    const content = canonicalJson(plain(status));
    if (this.#isThere(repo, content)) return ok(undefined);
    const { namespace, name, uid } = repo.metadata;
    const answer = await this.#options.client.call({
      method: 'PATCH',
      path: pathOf(GUARDED_REPOS, namespace, name, 'status'),
      query: applyQuery(STATUS_MANAGER),
      body: { type: PATCH_TYPES.apply, json: statusBody(repo, plain(status)) },
      ...(this.#options.fence === undefined ? {} : { fence: this.#options.fence }),
    });
    if (!answer.ok) return this.#refused(repo, answer.stop);
    const version = stringAt(answer.value, 'metadata', 'resourceVersion') ?? '';
    if (this.#written.size >= MAX_WRITTEN) this.#written.clear();
    if (uid !== undefined) this.#written.set(uid, { content, version });
    return ok(undefined);
  }

  event(repo: GuardedRepo, note: EventNote): Promise<void> {
    return this.#events.record(repo, note);
  }

  /** In the object as seen; or written by us, and the object as seen is not newer than that. */
  #isThere(repo: GuardedRepo, content: string): boolean {
    const seen = repo.status === undefined ? undefined : canonicalJson(plain(repo.status));
    if (seen === content) return true;
    const { uid = '', resourceVersion = '' } = repo.metadata;
    const written = this.#written.get(uid);
    if (written?.content !== content) return false;
    return resourceVersion === written.version || isOlder(resourceVersion, written.version);
  }

  #refused(repo: GuardedRepo, error: ApiError): Result<void> {
    // Deleted meanwhile: nobody is left to read it.
    if (isStatus(error, 404)) return ok(undefined);
    const { namespace, name } = repo.metadata;
    return stopped(
      unavailable(`Writing the status of GuardedRepo/${namespace}/${name} failed`, error),
    );
  }
}

function statusBody({ apiVersion, kind, metadata }: GuardedRepo, status: JsonObject): JsonObject {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, status };
}

/** The same value as JSON: members that are `undefined` are not there. */
function plain(status: GuardedRepoStatus): JsonObject {
  // A status holds nothing but JSON values.
  return JSON.parse(JSON.stringify(status)) as JsonObject;
}
