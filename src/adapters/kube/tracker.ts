import type { JsonObject } from '../../domain/json.ts';
import { identityKey, identityOf } from './identity.ts';
import type { Identity } from './identity.ts';
import { isOlder } from './resource-version.ts';

/** Where a tracker tells what it found; `to` restricts a call to listeners of the running list. */
export type TrackerSink = Readonly<{
  upsert(object: JsonObject, to: 'all' | 'fresh'): void;
  gone(identity: Readonly<{ namespace: string; name: string; uid: string }>): void;
}>;

type Held = { uid: string; resourceVersion: string; round: number };

/**
 * Turns lists and watch events of one kind into what changed. It keeps identities, never objects,
 * and stays right when a list and an older watch run side by side.
 */
export class Tracker {
  readonly #sink: TrackerSink;
  readonly #held = new Map<string, Held>();
  /** Keys of changes that the running list found before the watch did. */
  readonly #unbrought = new Set<string>();
  #round = 0;
  #latest = '';
  #history: 'going on' | 'begun anew' = 'going on';
  #counts = false;

  constructor(sink: TrackerSink) {
    this.#sink = sink;
  }

  /** How many objects are known. */
  get size(): number {
    return this.#held.size;
  }

  /** A full list begins; `watched` when a watch runs beside it, so that its misses can be counted. */
  beginList(watched: boolean): void {
    this.#round += 1;
    this.#history = 'going on';
    this.#counts = watched;
    this.#unbrought.clear();
  }

  /** The list's own resourceVersion, told before its first item. */
  listVersion(version: string): void {
    // etcd restored from a backup, or a lagging server: what we hold is not "newer" any more.
    if (isOlder(version, this.#latest)) this.#history = 'begun anew';
    this.#latest = version;
  }

  /** One item of the running list; false where it is no object. */
  listed(object: JsonObject): boolean {
    const identity = identityOf(object);
    if (identity === undefined) return false;
    const key = identityKey(identity);
    const held = this.#held.get(key);
    if (held !== undefined && this.#isOutrun(identity, held)) {
      held.round = this.#round;
      return true;
    }
    const isSame = held?.uid === identity.uid && held.resourceVersion === identity.resourceVersion;
    if (!isSame && this.#counts) this.#unbrought.add(key);
    this.#hold(key, identity, held);
    this.#sink.upsert(object, isSame ? 'fresh' : 'all');
    return true;
  }

  /** The list is complete: what it did not hold is gone. */
  endList(): void {
    for (const [key, held] of this.#held) {
      if (held.round === this.#round) continue;
      this.#held.delete(key);
      if (this.#counts) this.#unbrought.add(key);
      this.#sink.gone(parted(key, held.uid));
    }
  }

  /** Changes of the last list that the watch beside it still has not brought. */
  get unbrought(): number {
    return this.#unbrought.size;
  }

  /** ADDED or MODIFIED; answers the version, `undefined` where it is no object. */
  seen(object: JsonObject): string | undefined {
    const identity = identityOf(object);
    if (identity === undefined) return undefined;
    const version = identity.resourceVersion;
    const key = identityKey(identity);
    const held = this.#held.get(key);
    this.#advance(version);
    if (held !== undefined && isOlder(version, held.resourceVersion)) return version;
    this.#unbrought.delete(key);
    if (held?.uid === identity.uid && held.resourceVersion === version) return version;
    this.#hold(key, identity, held);
    this.#sink.upsert(object, 'all');
    return version;
  }

  /** DELETED; answers the version, `undefined` where it is no object. */
  deleted(object: JsonObject): string | undefined {
    const identity = identityOf(object);
    if (identity === undefined) return undefined;
    const key = identityKey(identity);
    const held = this.#held.get(key);
    this.#advance(identity.resourceVersion);
    this.#unbrought.delete(key);
    // Another uid under the same name: an older one whose end was told already.
    if (held?.uid !== identity.uid) return identity.resourceVersion;
    this.#held.delete(key);
    this.#sink.gone(parted(key, held.uid));
    return identity.resourceVersion;
  }

  /** A bookmark. */
  bookmark(version: string): void {
    this.#advance(version);
  }

  /** The watch beside the list has been further than the item. */
  #isOutrun(identity: Identity, held: Held): boolean {
    return this.#history === 'going on' && isOlder(identity.resourceVersion, held.resourceVersion);
  }

  #hold(key: string, identity: Identity, held: Held | undefined): void {
    if (held !== undefined && held.uid !== identity.uid) this.#sink.gone(parted(key, held.uid));
    const { uid, resourceVersion } = identity;
    this.#held.set(key, { uid, resourceVersion, round: this.#round });
  }

  #advance(version: string): void {
    if (this.#latest === '' || isOlder(this.#latest, version)) this.#latest = version;
  }
}

function parted(
  key: string,
  uid: string,
): Readonly<{ namespace: string; name: string; uid: string }> {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1), uid };
}
