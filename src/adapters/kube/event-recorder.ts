import { createHash } from 'node:crypto';
import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { toTimestamp } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { apiVersionOf } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { printable } from '../../domain/stop.ts';
import type { EventNote } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { isStatus } from './api-stop.ts';
import { PATCH_TYPES, pathOf } from './request.ts';
import type { ApiClient, ApiRequest } from './request.ts';

/** What recording events needs. */
export type EventOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  instance: string;
  fence?: () => boolean;
  eventLost?: (why: ApiError | undefined) => void;
}>;

/** The same note about the same object within this time is counted, not written anew. */
export const AGGREGATE_MS = 600_000;

/** New events about one object: so many at once, then one every so often (client-go's spam filter, less strict). */
export const BURST_PER_OBJECT = 25;
export const REFILL_MS = 30_000;

/** Objects and notes remembered; beyond it the oldest are forgotten, which costs an extra event. */
const MAX_REMEMBERED = 5_000;

/** The API server refuses longer messages. */
const MAX_MESSAGE_LENGTH = 1_000;
const MAX_NAME_LENGTH = 200;

const EVENTS = { group: '', version: 'v1', resource: 'events' };

type Series = { name: string; namespace: string; count: number; since: number };
type Budget = { tokens: number; at: number };
type About = Readonly<{ ref: ObjectRef; uid: string | undefined }>;

/** Writes core/v1 Events, counted and rate limited per object. Never fails the caller. */
export class EventRecorder {
  readonly #options: EventOptions;
  readonly #series = new Map<string, Series>();
  readonly #budgets = new Map<string, Budget>();

  constructor(options: EventOptions) {
    this.#options = options;
  }

  async record(repo: GuardedRepo, note: EventNote): Promise<void> {
    const about = aboutOf(repo, note);
    const message = printable(note.message).slice(0, MAX_MESSAGE_LENGTH);
    const object = `${about.ref.kind}|${about.ref.namespace}|${about.ref.name}|${about.uid ?? ''}`;
    const key = `${object}|${note.type}|${note.reason}|${message}`;
    if (!this.#spend(object)) {
      this.#options.eventLost?.(undefined);
      return;
    }
    const error =
      (await this.#count(key)) ?? (await this.#create(key, about, { ...note, message }));
    if (error !== 'written') this.#options.eventLost?.(error);
  }

  /** Counts one more of a running series; `undefined` when a new event has to be made. */
  async #count(key: string): Promise<ApiError | 'written' | undefined> {
    const { clock } = this.#options;
    const series = this.#series.get(key);
    if (series === undefined || clock.monotonic() - series.since >= AGGREGATE_MS) return undefined;
    series.count += 1;
    const error = await this.#call({
      method: 'PATCH',
      path: pathOf(EVENTS, series.namespace, series.name),
      body: {
        type: PATCH_TYPES.merge,
        json: { count: series.count, lastTimestamp: toTimestamp(clock.now()) },
      },
    });
    // Events expire on the server after an hour, or somebody cleaned up.
    if (error === 'written' || !isStatus(error, 404)) return error;
    this.#series.delete(key);
    return undefined;
  }

  async #create(key: string, about: About, note: EventNote): Promise<ApiError | 'written'> {
    const { clock, instance } = this.#options;
    const now = clock.now();
    const namespace = about.ref.namespace === '' ? 'default' : about.ref.namespace;
    const name = eventName(about.ref.name, `${key}|${now}|${instance}`);
    // Remembered before the call: a second note meanwhile is counted on this one.
    remember(this.#series, key, { name, namespace, count: 1, since: clock.monotonic() });
    const json = eventJson({ name, namespace, instance, at: toTimestamp(now) }, about, note);
    const body = { type: 'application/json', json };
    const error = await this.#call({ method: 'POST', path: pathOf(EVENTS, namespace), body });
    if (error !== 'written') this.#series.delete(key);
    return error;
  }

  async #call(request: ApiRequest): Promise<ApiError | 'written'> {
    const { client, fence } = this.#options;
    const answer = await client.call(fence === undefined ? request : { ...request, fence });
    return answer.ok ? 'written' : answer.stop;
  }

  #spend(object: string): boolean {
    const now = this.#options.clock.monotonic();
    const budget = this.#budgets.get(object) ?? { tokens: BURST_PER_OBJECT, at: now };
    const refilled = budget.tokens + (now - budget.at) / REFILL_MS;
    const tokens = Math.min(BURST_PER_OBJECT, refilled);
    const isAllowed = tokens >= 1;
    remember(this.#budgets, object, { tokens: isAllowed ? tokens - 1 : tokens, at: now });
    return isAllowed;
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}

function aboutOf(repo: GuardedRepo, note: EventNote): About {
  if (note.about !== undefined) {
    // `kubectl describe` finds an event by the object's uid, where the caller knows it.
    const { uid }: ObjectRef & Readonly<{ uid?: string }> = note.about;
    return { ref: note.about, uid };
  }
  const [group = '', version = ''] = repo.apiVersion.split('/');
  const { namespace, name, uid } = repo.metadata;
  return { ref: { group, version, kind: repo.kind, namespace, name }, uid };
}

/** A name of RFC 1123's kind, whatever the object is called; the digest makes it unique. */
function eventName(name: string, seed: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, MAX_NAME_LENGTH);
  const trimmed = safe.replace(/^[.-]+|[.-]+$/g, '').replace(/[.-]*\.[.-]*/g, '.');
  const digest = createHash('sha256').update(seed).digest('hex').slice(0, 16);
  return trimmed === '' ? digest : `${trimmed}.${digest}`;
}

type Stamp = Readonly<{ name: string; namespace: string; instance: string; at: string }>;

function eventJson(stamp: Stamp, { ref, uid }: About, note: EventNote): JsonObject {
  const { name, namespace, instance, at } = stamp;
  const involvedObject: Record<string, Json> = {
    apiVersion: apiVersionOf(ref),
    kind: ref.kind,
    name: ref.name,
    namespace: ref.namespace,
    ...(uid === undefined ? {} : { uid }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject,
    type: note.type,
    reason: note.reason,
    message: note.message,
    source: { component: 'gitward' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
    reportingComponent: 'gitward',
    reportingInstance: instance,
  };
}
