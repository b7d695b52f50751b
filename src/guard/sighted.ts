import type { ObjectKey } from '../domain/object-ref.ts';
import type { Sighting } from './confirm.ts';

/** What was seen last and when the first of it was: monotonic milliseconds. */
export type Seen = Readonly<{ sighting: Sighting; at: number }>;

/** Sightings that wait for their turn: the newest per object, with the time of the first. */
export class Sighted {
  readonly #seen = new Map<ObjectKey, Seen>();

  /** Keeps the newest sighting. */
  park(key: ObjectKey, sighting: Sighting, now: number): void {
    this.#seen.set(key, { sighting, at: this.#seen.get(key)?.at ?? now });
  }

  has(key: ObjectKey): boolean {
    return this.#seen.has(key);
  }

  /** When the first waiting sighting was. */
  since(key: ObjectKey): number | undefined {
    return this.#seen.get(key)?.at;
  }

  /** Takes what waits away. */
  take(key: ObjectKey): Seen | undefined {
    const seen = this.#seen.get(key);
    this.#seen.delete(key);
    return seen;
  }
}
