import { verifyOid } from '../../commit/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { FileScan, Gap, ScanPlan } from '../../secrets/index.ts';
import type { ScanFile, WorkPort } from '../../worker/port.ts';
import type { ObjectReader } from '../ports.ts';
import type { ScanMemory } from './scan-memory.ts';

/** Something to scan, under a name that stands for exactly this; bytes that are not given are a blob's. */
export type Wanted = Readonly<{
  name: string;
  what: ScanFile['what'];
  path: string;
  commit?: Oid;
  source: Uint8Array | Oid;
}>;

/** What is scanned with. */
export type ScanGround = Readonly<{
  objects: ObjectReader;
  work: WorkPort;
  memory?: ScanMemory;
  /** Larger blobs are a gap. */
  maxBlobBytes?: number;
  signal?: AbortSignal;
}>;

/** Largest blob scanned unless told otherwise. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;

/** What one job holds at most; a single larger file is a job of its own. */
const JOB_BYTES = 8 * 1024 * 1024;
const JOB_FILES = 256;

/** Longest one job, and one file that is tried alone, may take: a hundred times the usual. */
const JOB_DEADLINE_MS = 30_000;

/** Files that die alone, after which the rest of a job that died is given up untried: time is bounded. */
const MAX_DEAD_FILES = 8;

/** Blobs read at once: many while they are small. */
const MAX_BATCH_BLOBS = 128;

/**
 * Scans what is not remembered in jobs of bounded size. A job that dies is tried again file by file, so
 * that one poisoned file is a gap and not the whole. Blobs are re-hashed before they are looked at.
 */
export class ScanJobs {
  readonly plan: ScanPlan;
  readonly digest: string;
  readonly #ground: ScanGround;
  /** Blobs that were read and scanned, not remembered from before. */
  blobs = 0;
  #dead = 0;
  #files: (readonly [Wanted, ScanFile])[] = [];
  #bytes = 0;
  #done = new Map<string, FileScan>();

  constructor(plan: ScanPlan, digest: string, ground: ScanGround) {
    this.plan = plan;
    this.digest = digest;
    this.#ground = ground;
  }

  /** One answer for each name; what could not be scanned has a gap. Stops only where reading stops. */
  async scan(wanted: readonly Wanted[]): Promise<Result<ReadonlyMap<string, FileScan>>> {
    const { memory } = this.#ground;
    const asked = new Map(wanted.map((one) => [one.name, one]));
    const known = (await memory?.recall(this.digest, [...asked.keys()])) ?? new Map();
    this.#done = new Map(known);
    const rest = [...asked.values()].filter(({ name }) => !known.has(name));
    const ran = await this.#run(rest);
    if (!ran.ok) return ran;
    const fresh = rest.flatMap(({ name }) => {
      const scan = this.#done.get(name);
      return scan === undefined || scan.gaps.length > 0 ? [] : [[name, scan] as const];
    });
    await memory?.keep(this.digest, new Map(fresh));
    return ok(this.#done);
  }

  async #run(wanted: readonly Wanted[]): Promise<Result<void>> {
    let start = 0;
    let count = MAX_BATCH_BLOBS / 4;
    while (start < wanted.length) {
      if (this.#ground.signal?.aborted === true) return stopped(interrupted());
      const batch = wanted.slice(start, start + count);
      const bytes = await this.#take(batch);
      if (!bytes.ok) return bytes;
      start += batch.length;
      // As many again as would have filled one job, so that large blobs are not held together.
      const each = Math.max(1, bytes.value / batch.length);
      count = Math.max(1, Math.min(MAX_BATCH_BLOBS, Math.floor(JOB_BYTES / each)));
    }
    return this.#flush();
  }

  async #take(batch: readonly Wanted[]): Promise<Result<number>> {
    const blobs = batch.flatMap(({ source }) => (typeof source === 'string' ? [source] : []));
    const found = await this.#read([...new Set(blobs)]);
    if (!found.ok && found.stop.reason === 'RepositoryTooLarge' && batch.length > 1) {
      return this.#takeHalves(batch);
    }
    if (!found.ok) return found;
    let bytes = 0;
    for (const one of batch) {
      const held = typeof one.source === 'string' ? found.value.get(one.source) : one.source;
      if (held === undefined) this.#give(one, 'unreadable');
      else if (held === 'tooLarge') this.#give(one, 'tooLarge');
      else {
        const { what, path, commit } = one;
        const whose = commit === undefined ? {} : { commit };
        const added = await this.#add(one, { what, path, bytes: held, ...whose });
        if (!added.ok) return added;
        bytes += held.length;
      }
    }
    return ok(bytes);
  }

  /** A store refuses what is too much together, or too large by itself, with the whole question. */
  async #takeHalves(batch: readonly Wanted[]): Promise<Result<number>> {
    const middle = Math.ceil(batch.length / 2);
    const first = await this.#take(batch.slice(0, middle));
    if (!first.ok) return first;
    const second = await this.#take(batch.slice(middle));
    return second.ok ? ok(first.value + second.value) : second;
  }

  async #read(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, Uint8Array | 'tooLarge'>>> {
    const { objects, maxBlobBytes = MAX_BLOB_BYTES } = this.#ground;
    const blobs = new Map<Oid, Uint8Array | 'tooLarge'>();
    const found = await objects.readMany(oids);
    if (!found.ok) {
      const isAlone = found.stop.reason === 'RepositoryTooLarge' && oids.length === 1;
      return isAlone ? ok(new Map(oids.map((oid) => [oid, 'tooLarge']))) : found;
    }
    for (const oid of oids) {
      const raw = found.value.get(oid);
      if (raw?.type !== 'blob') continue;
      if (raw.bytes.length > maxBlobBytes) blobs.set(oid, 'tooLarge');
      else if (verifyOid({ ...raw, oid }).ok) blobs.set(oid, raw.bytes);
    }
    return ok(blobs);
  }

  async #add(one: Wanted, file: ScanFile): Promise<Result<void>> {
    if (this.#bytes + file.bytes.length > JOB_BYTES || this.#files.length >= JOB_FILES) {
      const flushed = await this.#flush();
      if (!flushed.ok) return flushed;
    }
    if (typeof one.source === 'string') this.blobs += 1;
    this.#files.push([one, file]);
    this.#bytes += file.bytes.length;
    return ok(undefined);
  }

  async #flush(): Promise<Result<void>> {
    const files = this.#files;
    this.#files = [];
    this.#bytes = 0;
    if (files.length === 0 || (await this.#job(files))) return ok(undefined);
    for (const file of files) {
      if (this.#ground.signal?.aborted === true) return stopped(interrupted());
      const isGivenUp = this.#dead >= MAX_DEAD_FILES;
      if (!isGivenUp && files.length > 1 && (await this.#job([file]))) continue;
      this.#dead += 1;
      this.#give(file[0], 'budget');
    }
    return ok(undefined);
  }

  async #job(files: readonly (readonly [Wanted, ScanFile])[]): Promise<boolean> {
    const job = { kind: 'scan', files: files.map(([, file]) => file), plan: this.plan } as const;
    const done = await this.#ground.work.run(job, JOB_DEADLINE_MS);
    if (!done.ok) return false;
    for (const [at, [{ name }]] of files.entries()) {
      const scan = done.value.files[at];
      if (scan !== undefined) this.#done.set(name, scan);
    }
    return done.value.files.length === files.length;
  }

  #give({ name }: Wanted, why: Gap['why']): void {
    this.#done.set(name, { findings: [], gaps: [{ why, line: 0 }] });
  }
}

function interrupted(): ReturnType<typeof stop> {
  return stop('CheckIncomplete', 'the scan for secrets was interrupted; it goes on later');
}
