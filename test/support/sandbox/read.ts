import type { Call } from './call.ts';
import { formOf, renderList, renderObject } from './media.ts';
import { storageOf } from './resource.ts';
import { fieldSelector, labelSelector } from './selector.ts';
import type { Selector } from './selector.ts';
import { badRequest, expired, notFound, Refusal } from './status.ts';
import { keyOf } from './store.ts';
import type { Store, Stored } from './store.ts';
import { isDict, textAt } from './value.ts';
import type { Dict, Value } from './value.ts';

/** Pages of one list, kept so that the next page shows the same moment. */
const MAX_SNAPSHOTS = 16;
const TOO_LARGE_RETRY_SECONDS = 1;
const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** What a list or watch is about: namespace and selectors. */
export function selectorOf(call: Call): Selector {
  const labels = labelSelector(call.query.get('labelSelector') ?? '');
  const fields = fieldSelector(
    call.query.get('fieldSelector') ?? '',
    call.resource.custom === undefined ? call.resource.kind : '',
  );
  const { namespace } = call;
  return (object) =>
    (namespace === '' || textAt(object, 'metadata', 'namespace') === namespace) &&
    labels(object) &&
    fields(object);
}

type Snapshot = Readonly<{
  revision: number;
  keys: readonly string[];
  items: ReadonlyMap<string, Stored>;
}>;
type Token = Readonly<{ revision: number; start: string }>;

/** get and list. */
export class Reads {
  readonly #store: Store;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** `behind`: how many revisions ago the answer is from. Throws a 404. */
  get(call: Call, behind: number): Dict {
    const collection = this.#store.collection(storageOf(call.resource));
    const items = behind === 0 ? collection.items : collection.at(this.#store.revision - behind);
    const found = items.get(keyOf(call.resource.namespaced ? call.namespace : '', call.name));
    if (found === undefined)
      throw notFound({ group: call.resource.group, name: call.resource.plural }, call.name);
    return found.object;
  }

  getText(call: Call, behind: number): string {
    return renderObject(
      this.get(call, behind),
      call.resource,
      formOf(call.headers.accept ?? '', call.query),
    );
  }

  /** All that is selected, now. */
  selected(call: Call): Dict[] {
    const collection = this.#store.collection(storageOf(call.resource));
    const select = selectorOf(call);
    return [...collection.items.values()].map(({ object }) => object).filter(select);
  }

  listText(call: Call, behind: number): string {
    const { query, headers, resource } = call;
    const token = readToken(query.get('continue') ?? '');
    const snapshot = token === undefined ? this.#first(call, behind) : this.#resume(call, token);
    const { page, next } = pageOf(snapshot, selectorOf(call), token?.start ?? '', limitOf(query));
    const { keys, revision } = snapshot;
    const metadata: Dict = { resourceVersion: String(revision) };
    const start = keys[next];
    if (start !== undefined) {
      this.#keep(call, snapshot);
      metadata['continue'] = writeToken({ revision, start });
      const selective = query.has('labelSelector') || query.has('fieldSelector');
      const whole = call.namespace === '' && !selective;
      if (whole) metadata['remainingItemCount'] = keys.length - next;
    }
    return renderList(page, resource, formOf(headers.accept ?? '', query), metadata);
  }

  #first(call: Call, behind: number): Snapshot {
    const storage = storageOf(call.resource);
    const collection = this.#store.collection(storage);
    const asked = call.query.get('resourceVersion') ?? '';
    const wanted = Number(asked === '' ? '0' : asked);
    if (!Number.isInteger(wanted)) throw badRequest(`invalid resource version ${asked}`);
    const now = this.#store.revision - behind;
    if (wanted > now) throw tooLarge(wanted, now);
    if (call.query.get('resourceVersionMatch') === 'Exact' && wanted > 0) {
      if (wanted < this.#store.floor(storage))
        throw expired(`The resourceVersion for the provided list is too old.`);
      return snapshotOf(wanted, collection.at(wanted));
    }
    if (behind > 0) return snapshotOf(now, collection.at(now));
    return { revision: now, keys: collection.keys(), items: collection.items };
  }

  #id(call: Call, revision: number): string {
    return `${storageOf(call.resource)}@${revision}`;
  }

  #keep(call: Call, snapshot: Snapshot): void {
    const id = this.#id(call, snapshot.revision);
    if (this.#snapshots.has(id)) return;
    this.#snapshots.set(id, { ...snapshot, items: new Map(snapshot.items) });
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MAX_SNAPSHOTS && oldest !== undefined)
      this.#snapshots.delete(oldest);
  }

  #resume(call: Call, token: Token): Snapshot {
    const kept = this.#snapshots.get(this.#id(call, token.revision));
    const storage = storageOf(call.resource);
    if (token.revision < this.#store.floor(storage)) throw expired(CONTINUE_EXPIRED);
    return kept ?? snapshotOf(token.revision, this.#store.collection(storage).at(token.revision));
  }
}

function limitOf(query: URLSearchParams): number {
  return Number(query.get('limit') ?? '0') || Infinity;
}

// `next` is where the page after this one starts: the end of the keys when there is none.
function pageOf(
  { keys, items }: Snapshot,
  select: Selector,
  start: string,
  limit: number,
): { readonly page: Dict[]; readonly next: number } {
  const page: Dict[] = [];
  let next = start === '' ? 0 : lowerBound(keys, start);
  for (; next < keys.length; next += 1) {
    const object = items.get(keys[next] ?? '')?.object;
    if (object === undefined || !select(object)) continue;
    if (page.length === limit) break;
    page.push(object);
  }
  return { page, next };
}

function snapshotOf(revision: number, items: ReadonlyMap<string, Stored>): Snapshot {
  return { revision, items, keys: [...items.keys()].toSorted() };
}

function tooLarge(wanted: number, now: number): Refusal {
  const message = `Timeout: Too large resource version: ${wanted}, current: ${now}`;
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  const details = { causes: [cause], retryAfterSeconds: TOO_LARGE_RETRY_SECONDS };
  return new Refusal(504, 'Timeout', message, details);
}

function lowerBound(keys: readonly string[], start: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): Token | undefined {
  if (text === '') return undefined;
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as Value; // JSON.parse yields JSON.
    const { revision, start } = isDict(value) ? value : {};
    if (typeof revision === 'number' && typeof start === 'string') return { revision, start };
  } catch {
    // Not a token of ours: said below.
  }
  throw badRequest('continue key is not valid: unreadable');
}
