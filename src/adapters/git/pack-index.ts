import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { GitObjectType } from '../../domain/git-object.ts';
import { applyDelta, deltaResultSize } from './delta.ts';
import { GitError } from './failure.ts';
import {
  PACK_HEADER_BYTES,
  TRAILER_BYTES,
  inflateAt,
  malformed,
  readEntry,
  readPackHeader,
} from './pack-entries.ts';
import type { PackEntry } from './pack-entries.ts';
import { RecentObjects } from './recent-objects.ts';
import type { Content } from './recent-objects.ts';

/** Where an object lies in a pack; `name` is the oid in hexadecimal. */
export type IndexedObject = Readonly<{ name: string; offset: number; crc: number }>;

/** Most bytes that all objects of one pack may inflate to: what a pack bomb is stopped by. */
export const MAX_INFLATED_BYTES = 2 * 1024 * 1024 * 1024;

/** Longest chain of deltas; git makes none longer (pack.depth in git-config(1)). */
const MAX_CHAIN = 4095;

/** Work between two looks at the deadline; other work of the process runs meanwhile. */
const BYTES_PER_TURN = 4 * 1024 * 1024;
const OBJECTS_PER_TURN = 500;

/** `depth` is the number of deltas below the whole object. */
type Found = { readonly entry: PackEntry; name?: string; depth: number };

/**
 * Reads a whole pack, every object of it, and yields where each lies. Nothing is taken on trust:
 * trailer, count, every stream, size, delta and base. Throws `GitError` (GitTruncated for a wrong
 * trailer, RepositoryTooLarge above the bounds, GitProtocolError for the rest) and what `check` throws.
 */
export async function indexPack(
  pack: Buffer,
  check: () => void,
): Promise<readonly IndexedObject[]> {
  if (!hasRightSum(pack)) {
    const message = 'the pack ended early or was damaged: its checksum is wrong';
    throw new GitError('GitTruncated', message);
  }
  const indexer = new Indexer(pack, check);
  await indexer.scan(readPackHeader(pack));
  await indexer.resolveDeltas();
  return indexer.objects();
}

/** Are the last 20 bytes the SHA-1 of all before? */
export function hasRightSum(pack: Buffer): boolean {
  const end = Math.max(pack.length - TRAILER_BYTES, 0);
  const sum = createHash('sha1').update(pack.subarray(0, end)).digest();
  return pack.length > TRAILER_BYTES && sum.equals(pack.subarray(end));
}

/** The oid of an object in hexadecimal (git-hash-object(1)). */
export function nameOf(type: GitObjectType, bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

class Indexer {
  readonly #pack: Buffer;
  readonly #check: () => void;
  readonly #byOffset = new Map<number, Found>();
  readonly #byName = new Map<string, Found>();
  /** Deltas by what they wait for: an offset or a name. */
  readonly #waiting = new Map<number | string, Found[]>();
  readonly #recent = new RecentObjects();
  #inflated = 0;
  #turnBytes = 0;
  #turnObjects = 0;

  constructor(pack: Buffer, check: () => void) {
    this.#pack = pack;
    this.#check = check;
  }

  async scan(count: number): Promise<void> {
    let at = PACK_HEADER_BYTES;
    for (let read = 0; read < count; read++) {
      const { entry, content, end } = readEntry(this.#pack, at);
      this.#add(entry, content);
      // Known before anything is expanded: a bomb of deltas goes off here or nowhere.
      this.#charge(entry.base.kind === 'whole' ? content.length : deltaResultSize(content));
      await this.#rest(content.length);
      at = end;
    }
    if (at !== this.#pack.length - TRAILER_BYTES) throw malformed('it holds more than it counts');
  }

  async resolveDeltas(): Promise<void> {
    const ready = [...this.#byOffset.values()].filter(({ name }) => name !== undefined);
    for (let found = ready.pop(); found !== undefined; found = ready.pop()) {
      for (const delta of this.#released(found)) {
        delta.depth = found.depth + 1;
        if (delta.depth > MAX_CHAIN) throw malformed('its chain of deltas is too long');
        const content = this.#content(delta);
        this.#name(delta, content);
        await this.#rest(content.bytes.length);
        ready.push(delta);
      }
    }
    if (this.#waiting.size > 0) throw malformed('a delta leans on an object that it does not hold');
  }

  objects(): readonly IndexedObject[] {
    return [...this.#byOffset.values()].map(({ name = '', entry }) => {
      return { name, offset: entry.offset, crc: entry.crc };
    });
  }

  #add(entry: PackEntry, content: Buffer): void {
    const found: Found = { entry, depth: 0 };
    this.#byOffset.set(entry.offset, found);
    switch (entry.base.kind) {
      case 'whole':
        return this.#name(found, { type: entry.base.type, bytes: content });
      case 'offset':
        if (!this.#byOffset.has(entry.base.offset)) throw malformed('a delta has no base');
        return this.#wait(entry.base.offset, found);
      case 'name':
        return this.#wait(entry.base.oid, found);
    }
  }

  #wait(base: number | string, found: Found): void {
    const others = this.#waiting.get(base);
    if (others === undefined) this.#waiting.set(base, [found]);
    else others.push(found);
  }

  #released({ entry, name = '' }: Found): readonly Found[] {
    const keys = [entry.offset, name];
    const released = keys.flatMap((key) => this.#waiting.get(key) ?? []);
    for (const key of keys) this.#waiting.delete(key);
    return released;
  }

  #name(found: Found, content: Content): void {
    found.name = nameOf(content.type, content.bytes);
    this.#recent.set(found.entry.offset, content);
    if (!this.#byName.has(found.name)) this.#byName.set(found.name, found);
  }

  /** Goes down the chain to what is known or whole, and up again. */
  #content(found: Found): Content {
    const chain: PackEntry[] = [];
    let entry: PackEntry | undefined = found.entry;
    let content: Content | undefined;
    while (content === undefined) {
      if (entry === undefined) throw malformed('a delta leans on an object that it does not hold');
      content = this.#recent.get(entry.offset) ?? this.#whole(entry);
      if (content !== undefined) break;
      chain.push(entry);
      entry = this.#baseOf(entry);
    }
    for (const step of chain.toReversed()) {
      const delta = inflateAt(this.#pack, step.data, step.size).content;
      content = { type: content.type, bytes: applyDelta(content.bytes, delta) };
      if (step !== found.entry) this.#charge(content.bytes.length);
      this.#recent.set(step.offset, content);
    }
    return content;
  }

  #whole({ base, data, size }: PackEntry): Content | undefined {
    if (base.kind !== 'whole') return undefined;
    return { type: base.type, bytes: inflateAt(this.#pack, data, size).content };
  }

  #baseOf({ base }: PackEntry): PackEntry | undefined {
    switch (base.kind) {
      case 'whole':
        return undefined;
      case 'offset':
        return this.#byOffset.get(base.offset)?.entry;
      case 'name':
        return this.#byName.get(base.oid)?.entry;
    }
  }

  #charge(bytes: number): void {
    this.#inflated += bytes;
    if (this.#inflated <= MAX_INFLATED_BYTES) return;
    const message = `the pack inflates to more than ${MAX_INFLATED_BYTES} bytes`;
    throw new GitError('RepositoryTooLarge', message);
  }

  /** Lets others work after a while, and looks at the deadline then. */
  async #rest(bytes: number): Promise<void> {
    this.#turnBytes += bytes;
    this.#turnObjects++;
    if (this.#turnBytes < BYTES_PER_TURN && this.#turnObjects < OBJECTS_PER_TURN) return;
    this.#turnBytes = 0;
    this.#turnObjects = 0;
    await setImmediate();
    this.#check();
  }
}
