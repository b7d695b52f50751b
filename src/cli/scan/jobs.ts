/** A blob at a path. The same content is another thing elsewhere: rules and allowlists look at paths. */
export class Jobs<T> {
  readonly #byOid = new Map<string, Map<string, T>>();
  readonly #single = new Map<string, Readonly<{ path: string; job: T }>>();

  /** The job of a blob at a path, made when it is asked for the first time. */
  at(oid: string, path: string, make: () => T): T {
    const single = this.#single.get(oid);
    if (single?.path === path) return single.job;
    const more = this.#byOid.get(oid);
    const known = more?.get(path);
    if (known !== undefined) return known;
    const job = make();
    // Most blobs stand at one path only: no map for each of them.
    if (single === undefined) this.#single.set(oid, { path, job });
    else if (more === undefined) this.#byOid.set(oid, new Map([[path, job]]));
    else more.set(path, job);
    return job;
  }

  /** The job, where there is one. */
  find(oid: string, path: string): T | undefined {
    const single = this.#single.get(oid);
    return single?.path === path ? single.job : this.#byOid.get(oid)?.get(path);
  }
}
