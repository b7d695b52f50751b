import type { FileScan } from '../../secrets/index.ts';

/**
 * Remembers what was scanned, under the digest of the plan it was scanned with. Names are chosen by the
 * caller and hold oids, so that a name never stands for other bytes. What is remembered is whole: a scan
 * with a gap is never put in. To forget is always allowed.
 */
export interface ScanMemory {
  /** What these names gave; those that are not known are missing from the answer. */
  recall(digest: string, names: readonly string[]): Promise<ReadonlyMap<string, FileScan>>;
  /** Adds to what is known; loses it rather than failing. */
  keep(digest: string, scanned: ReadonlyMap<string, FileScan>): Promise<void>;
}

/** Most scans remembered, some two hundred bytes each. */
const MAX_REMEMBERED = 50_000;

const CLEAN: FileScan = { findings: [], gaps: [] };

/** Remembers in this process alone; of too many the oldest are forgotten. */
export class ProcessMemory implements ScanMemory {
  readonly #most: number;
  /** Names with their digest; a clean scan, as nearly all are, is one shared value. */
  readonly #known = new Map<string, FileScan>();

  constructor(most: number = MAX_REMEMBERED) {
    this.#most = most;
  }

  recall(digest: string, names: readonly string[]): Promise<ReadonlyMap<string, FileScan>> {
    const found = new Map<string, FileScan>();
    for (const name of names) {
      const known = this.#known.get(`${digest} ${name}`);
      if (known !== undefined) found.set(name, known);
    }
    return Promise.resolve(found);
  }

  keep(digest: string, scanned: ReadonlyMap<string, FileScan>): Promise<void> {
    for (const [name, scan] of scanned) {
      this.#known.set(`${digest} ${name}`, scan.findings.length === 0 ? CLEAN : scan);
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#most) break;
      this.#known.delete(oldest);
    }
    return Promise.resolve();
  }
}
