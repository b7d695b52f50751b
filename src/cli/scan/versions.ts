/** Bytes kept of the versions of all paths together. */
const MAX_BYTES = 12 * 1024 * 1024;

/** A larger file is not kept: it would drive out many. */
const MAX_FILE_BYTES = 512 * 1024;

type Version = Readonly<{ oid: string; bytes: Buffer }>;

/** Remembers the version of each path that was read last, as long as there is room. */
export class Versions {
  readonly #byPath = new Map<string, Version>();
  #length = 0;

  /** The bytes of this very version of the path, if they are still there. */
  find(path: string, oid: string): Buffer | undefined {
    const found = this.#byPath.get(path);
    return found?.oid === oid ? found.bytes : undefined;
  }

  /** Keeps a copy; what was kept longest ago goes first. */
  keep(path: string, oid: string, bytes: Uint8Array): void {
    this.#drop(path);
    if (bytes.length > MAX_FILE_BYTES) return;
    this.#byPath.set(path, { oid, bytes: Buffer.from(bytes) });
    this.#length += bytes.length;
    for (const oldest of this.#byPath.keys()) {
      if (this.#length <= MAX_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(path: string): void {
    const found = this.#byPath.get(path);
    if (found === undefined) return;
    this.#length -= found.bytes.length;
    this.#byPath.delete(path);
  }
}
