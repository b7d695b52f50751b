import type { GitObjectType } from '../../domain/git-object.ts';

/** An object's type and bytes. */
export type Content = Readonly<{ type: GitObjectType; bytes: Buffer }>;

/** Most bytes held; the bases of a chain lie close together, so little is enough. */
const MAX_HELD_BYTES = 24 * 1024 * 1024;

/** Holds the objects used last, by their offset, within a bound of bytes. */
export class RecentObjects {
  readonly #held = new Map<number, Content>();
  #bytes = 0;

  get(offset: number): Content | undefined {
    const found = this.#held.get(offset);
    if (found === undefined) return undefined;
    this.#held.delete(offset);
    this.#held.set(offset, found);
    return found;
  }

  set(offset: number, content: Content): void {
    const { length } = content.bytes;
    if (length > MAX_HELD_BYTES / 2 || this.#held.has(offset)) return;
    this.#held.set(offset, content);
    this.#bytes += length;
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= MAX_HELD_BYTES) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
