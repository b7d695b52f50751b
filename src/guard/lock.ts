/** Runs work on one key at a time, in the order it was asked for; different keys do not wait. */
export class KeyedLock<K> {
  readonly #tails = new Map<K, Promise<unknown>>();

  /** Is work on the key under way or waiting? */
  isHeld(key: K): boolean {
    return this.#tails.has(key);
  }

  /** Runs `work` after all that was asked for this key before; its failure does not stop the next. */
  run<T>(key: K, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const next = before.then(work, work);
    const tail = next.then(noop, noop).then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
    return next;
  }
}

function noop(): void {
  // Only the order matters here; whoever asked gets the result.
}
