import type { GitObjectType } from '../../domain/git-object.ts';

/** An object's type and bytes. */
export type Content = Readonly<{ type: GitObjectType; bytes: Buffer }>;

/** Most bytes held; the bases of a chain lie close together, so little is enough. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

/** Holds the objects used last, by their offset, within a bound of bytes; the very last one always. */
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
    if (this.#held.has(offset)) return;
    this.#held.set(offset, content);
    this.#bytes += content.bytes.length;
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= MAX_HELD_BYTES || this.#held.size === 1) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
