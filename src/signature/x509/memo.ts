/** Most answers kept; a team has some dozens of certificates. */
const MAX_ENTRIES = 256;

/**
 * Remembers answers that follow from exact bytes alone, named by a digest of them: the certificates of
 * one person come with every commit. Never holds more than `MAX_ENTRIES`; forgetting costs time only.
 */
export class Memo<T> {
  readonly #known = new Map<string, T>();

  /** What is known under this key. */
  get(key: string): T | undefined {
    return this.#known.get(key);
  }

  /** Keeps an answer and yields it. */
  keep(key: string, answer: T): T {
    if (this.#known.size >= MAX_ENTRIES) this.#known.clear();
    this.#known.set(key, answer);
    return answer;
  }
}
