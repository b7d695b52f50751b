import type { ServerResponse } from 'node:http';
import type { Call } from './call.ts';
import type { Faults, Occasion, WatchEffect } from './faults.ts';
import { formOf, nameOf, renderObject } from './media.ts';
import type { Form } from './media.ts';
import { selectorOf } from './read.ts';
import { apiVersionOf, storageOf } from './resource.ts';
import type { Selector } from './selector.ts';
import { expired, invalid } from './status.ts';
import type { Cause } from './status.ts';
import type { Change, Store } from './store.ts';
import { dictAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

const DEFAULT_TIMEOUT_SECONDS = 1_800;
const CRLF_LINE = '\n';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
type State = 'open' | 'half-open' | 'closed';

/** Throws the 422 of a server that knows no WatchList (before 1.27). */
export function checkWatchParameters(call: Call): void {
  const match = call.query.get('resourceVersionMatch');
  const field = 'resourceVersionMatch';
  const causes: Cause[] = [];
  const refuse = (why: string): void => {
    causes.push({
      reason: 'FieldValueForbidden',
      message: `Forbidden: ${field} is forbidden ${why}`,
      field,
    });
  };
  if (match !== null) {
    if (call.verb === 'watch') refuse('for watch');
    if ((call.query.get('resourceVersion') ?? '') === '')
      refuse('unless resourceVersion is provided');
  }
  const initial = call.query.has('sendInitialEvents');
  if (initial && causes.length === 0) refuse('with sendInitialEvents');
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', causes);
}

/** One open watch. */
export class Watch {
  readonly call: Call;
  readonly #response: ServerResponse;
  readonly #faults: Faults;
  readonly #select: Selector;
  readonly #form: Form;
  readonly #store: Store;
  readonly #timers: NodeJS.Timeout[] = [];
  #state: State = 'open';
  #headed = false;
  #seen = 0;
  onClose: () => void = () => undefined;

  constructor(call: Call, response: ServerResponse, store: Store, faults: Faults) {
    this.call = call;
    this.#response = response;
    this.#store = store;
    this.#faults = faults;
    this.#select = selectorOf(call);
    this.#form = formOf(call.headers.accept ?? '', call.query);
  }

  /** Sends what happened since the asked revision, then follows. */
  start(bookmarkMs: number): void {
    const storage = storageOf(this.call.resource);
    const collection = this.#store.collection(storage);
    const asked = Number(this.call.query.get('resourceVersion') ?? '0');
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    const floor = this.#store.floor(storage);
    if (asked > 0 && asked < floor) {
      const { status } = expired(`too old resource version: ${asked} (${floor + 1})`);
      this.#response.end(`${JSON.stringify({ type: 'ERROR', object: status })}${CRLF_LINE}`);
      return;
    }
    const follow = (change: Change): void => this.#onChange(change);
    collection.listeners.add(follow);
    this.#response.on('close', () => {
      collection.listeners.delete(follow);
      this.#stop();
    });
    this.#seen = asked;
    if (asked === 0) {
      for (const key of collection.keys()) {
        const stored = collection.items.get(key);
        if (stored !== undefined && this.#select(stored.object)) this.#send('ADDED', stored.object);
      }
      this.#seen = this.#store.revision;
    } else for (const change of collection.since(asked)) this.#onChange(change);
    this.#schedule(bookmarkMs);
  }

  /** Does to the watch what a fault would. */
  disturb(effect: 'half-open' | 'cut'): void {
    this.#state = 'half-open';
    // What was sent still arrives; the chunked body then breaks off.
    if (effect === 'cut') this.#response.socket?.destroySoon();
  }

  #schedule(bookmarkMs: number): void {
    const seconds = Number(this.call.query.get('timeoutSeconds') ?? '0') || DEFAULT_TIMEOUT_SECONDS;
    const end = (): void => {
      if (this.#state === 'open') this.#response.end();
    };
    this.#timers.push(setTimeout(end, seconds * 1_000).unref());
    if (this.call.query.get('allowWatchBookmarks') !== 'true') return;
    this.#timers.push(setInterval(() => this.#bookmark(), bookmarkMs).unref());
  }

  #stop(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const timer of this.#timers) clearTimeout(timer);
    this.onClose();
  }

  #bookmark(): void {
    const { resource } = this.call;
    const metadata = { resourceVersion: String(this.#store.revision), creationTimestamp: null };
    const object: Dict = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
    this.#send('BOOKMARK', object);
  }

  #onChange({ type, now, before, revision }: Change): void {
    if (revision <= this.#seen) return;
    this.#seen = revision;
    const is = type !== 'DELETED' && this.#select(now.object);
    const was = before !== undefined && this.#select(before.object);
    if (is) this.#send(was ? 'MODIFIED' : 'ADDED', now.object);
    else if (was)
      this.#send('DELETED', type === 'DELETED' ? now.object : leaving(before.object, revision));
  }

  #send(event: EventType, object: Dict): void {
    if (this.#state !== 'open' || this.#response.writableEnded) return;
    const effect = this.#faults.onEvent(this.#occasion(event, object));
    const line = (): string =>
      `{"type":"${event}","object":${this.#text(event, object)}}${CRLF_LINE}`;
    if (effect === undefined) this.#response.write(line());
    else this.#suffer(effect, line);
  }

  #suffer(effect: WatchEffect, line: () => string): void {
    switch (effect.kind) {
      case 'drop-event':
        return;
      case 'half-open':
      case 'cut':
        this.disturb(effect.kind);
        return;
      case 'truncate': {
        const text = line();
        this.#response.end(text.slice(0, Math.floor(text.length / 2)));
      }
    }
  }

  #text(event: EventType, object: Dict): string {
    if (event === 'BOOKMARK') return JSON.stringify(object);
    const text = renderObject(object, this.call.resource, this.#form);
    if (this.#form.kind !== 'table' || !this.#headed) {
      this.#headed = true;
      return text;
    }
    const table = JSON.parse(text) as Dict; // Our own text of a moment ago.
    return JSON.stringify({ ...table, columnDefinitions: null });
  }

  #occasion(event: EventType, object: Dict): Occasion {
    const { resource, caller } = this.call;
    return {
      verb: 'watch',
      group: resource.group,
      resource: resource.plural,
      subresource: '',
      namespace: textAt(object, 'metadata', 'namespace'),
      name: nameOf(object),
      user: caller.user,
      dryRun: false,
      event,
    };
  }
}

// An object that is no longer selected leaves with its old content under the new revision.
function leaving(object: Dict, revision: number): Dict {
  const metadata = { ...dictAt(object, 'metadata'), resourceVersion: String(revision) };
  return { ...object, metadata };
}
