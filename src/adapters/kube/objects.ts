import { FIELD_MANAGER } from '../../api/meta.ts';
import { pause } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import { at, isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { formatObject } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { ApprovedPlan } from '../../domain/proof.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { GuardedObjects, ServedKind, ServiceAccount } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { applyBody, place } from './apply-body.ts';
import type { Kinds } from './kinds.ts';
import { isNamespace, isPathUnknown, kindUnknown, namespaceStop, refusalOf } from './refusal.ts';
import type { Attempt } from './refusal.ts';
import { PATCH_TYPES, applyQuery, pathOf } from './request.ts';
import type { ApiClient, ApiRequest, ApiResult } from './request.ts';
import { isAccount } from './wire-request.ts';

/** What writing guarded objects needs. */
export type ObjectsOptions = Readonly<{
  client: ApiClient;
  kinds: Kinds;
  clock: Clock;
  random: () => number;
  /** False keeps writes from the wire: this replica does not lead. Dry-runs and reads pass. */
  fence?: () => boolean;
}>;

/** An apply without resourceVersion may simply be repeated when somebody was faster in the store. */
const MAX_CONFLICT_TRIES = 5;
const CONFLICT_DELAY_MS = 10;

/** The guarded objects behind the API server. */
export function createGuardedObjects(options: ObjectsOptions): GuardedObjects {
  return new KubeObjects(options);
}

class KubeObjects implements GuardedObjects {
  readonly #options: ObjectsOptions;

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  apply(plan: ApprovedPlan, as: ServiceAccount): Promise<Result<JsonObject>> {
    return this.#apply('apply', plan.manifest, as);
  }

  dryRun(manifest: Manifest, as: ServiceAccount): Promise<Result<JsonObject>> {
    return this.#apply('dryRun', manifest, as);
  }

  async read(ref: ObjectRef): Promise<Result<JsonObject | undefined>> {
    const served = await this.#place(ref);
    if (!served.ok || served.value === undefined) return served.ok ? ok(undefined) : served;
    const attempt: Attempt = { act: 'read', ref, served: served.value };
    const answer = await this.#options.client.call({ method: 'GET', path: pathTo(attempt) });
    if (answer.ok) return objectOf(answer.value, attempt);
    return this.#absent(answer.stop, attempt);
  }

  async remove(ref: ObjectRef, as: ServiceAccount): Promise<Result<void>> {
    if (!isAccount(as)) return stopped(nobody(ref));
    const served = await this.#place(ref);
    if (!served.ok || served.value === undefined) return served.ok ? ok(undefined) : served;
    const attempt: Attempt = { act: 'remove', ref, served: served.value, as };
    const query = { propagationPolicy: 'Background' };
    const request = { method: 'DELETE', path: pathTo(attempt), query, as } as const;
    const answer = await this.#options.client.call({ ...request, ...this.#fence() });
    return answer.ok ? ok(undefined) : this.#absent(answer.stop, attempt);
  }

  async #apply(
    act: 'apply' | 'dryRun',
    { ref, object }: Manifest,
    as: ServiceAccount,
  ): Promise<Result<JsonObject>> {
    if (!isAccount(as)) return stopped(nobody(ref));
    const served = await this.#place(ref);
    if (!served.ok) return served;
    if (served.value === undefined) return stopped(kindUnknown(ref));
    const attempt: Attempt = { act, ref, served: served.value, as };
    const answer = await this.#send({
      method: 'PATCH',
      path: pathTo(attempt),
      query: applyQuery(FIELD_MANAGER, act === 'dryRun'),
      body: { type: PATCH_TYPES.apply, json: applyBody(object) },
      as,
      ...(act === 'apply' ? this.#fence() : {}),
    });
    if (answer.ok) return objectOf(answer.value, attempt);
    return stopped(await this.#explain(answer.stop, attempt));
  }

  #fence(): Pick<ApiRequest, 'fence'> {
    const { fence } = this.#options;
    return fence === undefined ? {} : { fence };
  }

  async #place(ref: ObjectRef): Promise<Result<ServedKind | undefined>> {
    const found = await this.#options.kinds.find(ref);
    return found.ok && found.value !== undefined ? place(ref, found.value) : found;
  }

  async #send(request: ApiRequest): Promise<ApiResult> {
    const { client, clock, random } = this.#options;
    for (let tries = 1; ; tries++) {
      const answer = await client.call(request);
      const isConflict = !answer.ok && isStatus(answer.stop, 409);
      if (!isConflict || tries === MAX_CONFLICT_TRIES) return answer;
      await pause(clock, CONFLICT_DELAY_MS * tries * (1 + random()));
    }
  }

  /** An error where absence is as good as success. */
  async #absent(error: ApiError, attempt: Attempt): Promise<Result<undefined>> {
    if (isStatus(error, 404) && !isPathUnknown(error)) return ok(undefined);
    const why = await this.#explain(error, attempt);
    // Without the kind there is no object of it.
    return isPathUnknown(error) && why.reason === 'ManifestInvalid' ? ok(undefined) : stopped(why);
  }

  async #explain(error: ApiError, attempt: Attempt): Promise<Stop> {
    const { ref } = attempt;
    if (isPathUnknown(error)) return this.#explainPath(error, ref);
    if (isStatus(error, 403) && ref.namespace !== '') {
      const state = await this.#missingNamespace(ref.namespace);
      if (state !== undefined) return namespaceStop(state, attempt);
    }
    return refusalOf(error, attempt);
  }

  /** The path is not served: ask whether the kind still is. */
  async #explainPath(error: ApiError, ref: ObjectRef): Promise<Stop> {
    const { kinds } = this.#options;
    kinds.forget(ref.group);
    const found = await kinds.find(ref);
    if (!found.ok) return found.stop;
    if (found.value === undefined) return kindUnknown(ref);
    return unavailable(`${formatObject(ref)} was not found by its path`, error, { object: ref });
  }

  /** With a namespace go its Roles: what looks like a missing right may be a missing namespace. */
  async #missingNamespace(name: string): Promise<'is gone' | 'is being deleted' | undefined> {
    const path = ['api', 'v1', 'namespaces', name];
    const answer = await this.#options.client.call({ method: 'GET', path });
    if (answer.ok) {
      const since = at(answer.value, 'metadata', 'deletionTimestamp');
      return since === undefined ? undefined : 'is being deleted';
    }
    const { stop: error } = answer;
    return error.kind === 'status' && error.code === 404 && isNamespace(error)
      ? 'is gone'
      : undefined;
  }
}

function pathTo({ ref, served }: Attempt): readonly string[] {
  return pathOf(served, ref.namespace, ref.name);
}

function objectOf(answer: Json, attempt: Attempt): Result<JsonObject> {
  if (isJsonObject(answer)) return ok(answer);
  return stopped(refusalOf({ kind: 'unusable', message: 'no object' }, attempt));
}

/** An empty name would send no impersonation header: the operator's own power (CVE-2026-23990). */
function nobody(ref: ObjectRef): Stop {
  const text = `${formatObject(ref)} is not written: the target names no ServiceAccount. Set serviceAccountName.`;
  return stop('Forbidden', text, { object: ref });
}
