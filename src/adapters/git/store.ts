import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RepoKey } from '../../domain/repo-key.ts';
import { install } from './disk.ts';
import type { Disk } from './disk.ts';
import type { Engine, StoreReader } from './engine.ts';
import { mergePacks } from './merge-packs.ts';
import type { NamedPack } from './merge-packs.ts';
import { MAX_OBJECTS, readPackHeader } from './pack-entries.ts';
import type { ScratchRoom } from './scratch.ts';

/** Packs above this number are merged into one: every accepted commit leaves a pack. */
export const MAX_PACKS = 32;

/** Most bytes of packs that are merged in memory; what is larger stays as it is. */
const MAX_MERGE_BYTES = 16 * 1024 * 1024;

const PACK_NAME = /^(pack-[0-9a-f]{40})\.idx$/;

/** What all stores of one data directory share. */
export type StoreOptions = Readonly<{
  dataDir: string;
  disk: Disk;
  scratch: ScratchRoom;
  engine: Engine;
  /** Packs of one repository above which they are merged; `MAX_PACKS` unless given. */
  maxPacks?: number;
}>;

/** A bare folder that a fetch fills beside the published packs. */
export type Scratch = Readonly<{ gitdir: string; packDir: string }>;

/**
 * The packs of one GuardedRepo: `<dataDir>/repos/<hash of its key>`, nothing shared with others. A
 * pack counts as soon as its index has its final name, which is the last step; a crash before leaves
 * the store as it was, and a pack file without index that the next publish removes.
 */
export class PackStore {
  readonly published: StoreReader;
  readonly #options: StoreOptions;
  readonly #dir: string;
  readonly #packDir: string;
  /** The folders are there, durably. */
  #isMade = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(key: RepoKey, options: StoreOptions) {
    this.#options = options;
    this.#dir = join(options.dataDir, 'repos', createHash('sha256').update(key).digest('hex'));
    this.#packDir = join(this.#dir, 'objects', 'pack');
    this.published = options.engine.reader(this.#dir);
  }

  /** Makes a scratch folder that holds the published packs already. Throws errors of the system. */
  stage(): Promise<Scratch> {
    return this.#alone(async () => {
      const { disk, scratch } = this.#options;
      const gitdir = await scratch.makeFolder('fetch-');
      const packDir = join(gitdir, 'objects', 'pack');
      try {
        await disk.makeDir(packDir);
        await this.#linkInto(packDir);
      } catch (error) {
        await disk.remove(gitdir);
        throw error;
      }
      return { gitdir, packDir };
    });
  }

  /** Takes one pack over from a scratch folder; the pack first, its index last. */
  publish({ packDir }: Scratch, name: string): Promise<void> {
    return this.#alone(async () => {
      const { disk } = this.#options;
      await this.#makeDirs();
      await this.#removeOrphans();
      const files = ['.pack', '.idx'].map((suffix) => name + suffix);
      await Promise.all(files.map((file) => disk.sync(join(packDir, file))));
      for (const file of files) {
        await disk.rename(join(packDir, file), join(this.#packDir, file));
        await disk.sync(this.#packDir);
      }
      this.published.refresh();
      await this.#merge();
    });
  }

  /** Forgets every published pack at once: first the name goes, then the files. */
  reset(): Promise<void> {
    return this.#alone(async () => {
      const { disk, scratch } = this.#options;
      this.#isMade = false;
      if ((await disk.list(this.#dir)).length > 0) {
        const grave = await scratch.makeFolder('reset-');
        await disk.rename(this.#dir, join(grave, 'repo'));
        await disk.remove(grave);
      }
      await this.published.forgive();
    });
  }

  async #linkInto(packDir: string): Promise<void> {
    for (const name of await this.#packs()) {
      for (const file of [`${name}.pack`, `${name}.idx`]) {
        await this.#options.disk.link(join(this.#packDir, file), join(packDir, file));
      }
    }
  }

  async #makeDirs(): Promise<void> {
    const { disk, dataDir } = this.#options;
    if (this.#isMade) return;
    const objects = join(this.#dir, 'objects');
    for (const dir of [join(dataDir, 'repos'), this.#dir, objects, this.#packDir]) {
      await disk.makeDir(dir);
    }
    for (const dir of [join(dataDir, 'repos'), this.#dir, objects]) await disk.sync(dir);
    this.#isMade = true;
  }

  /** Names of the packs that count. */
  async #packs(): Promise<readonly string[]> {
    const files = await this.#options.disk.list(this.#packDir);
    return files.flatMap((file) => PACK_NAME.exec(file)?.[1] ?? []);
  }

  async #removeOrphans(): Promise<void> {
    const { disk } = this.#options;
    const kept = new Set((await this.#packs()).flatMap((name) => [`${name}.pack`, `${name}.idx`]));
    for (const file of await disk.list(this.#packDir)) {
      if (!kept.has(file)) await disk.remove(join(this.#packDir, file));
    }
  }

  /** The merged pack counts before the first of its parts goes: a crash leaves objects twice, never none. */
  async #merge(): Promise<void> {
    const { disk } = this.#options;
    const names = await this.#packs();
    if (names.length <= (this.#options.maxPacks ?? MAX_PACKS)) return;
    const small = await this.#mergeable(names);
    if (small.length < 2) return;
    const merged = mergePacks(small);
    if (merged === undefined) return;
    for (const suffix of ['.pack', '.idx'] as const) {
      // Readers take whatever ends in .idx for an index.
      const draft = join(this.#packDir, 'draft');
      await disk.write(draft, once(suffix === '.pack' ? merged.pack : merged.idx));
      await install(disk, draft, join(this.#packDir, merged.name + suffix));
    }
    for (const { name } of small.filter((part) => part.name !== merged.name)) {
      for (const suffix of ['.idx', '.pack']) await disk.remove(join(this.#packDir, name + suffix));
    }
    this.published.refresh();
  }

  async #mergeable(names: readonly string[]): Promise<readonly NamedPack[]> {
    const { disk } = this.#options;
    const parts: NamedPack[] = [];
    let bytes = 0;
    let objects = 0;
    for (const name of names) {
      const file = join(this.#packDir, `${name}.pack`);
      if (bytes + (await disk.size(file)) > MAX_MERGE_BYTES) continue;
      const pack = await disk.read(file);
      const count = readPackHeader(pack);
      if (objects + count > MAX_OBJECTS) continue;
      bytes += pack.length;
      objects += count;
      parts.push({ name, pack, idx: await disk.read(join(this.#packDir, `${name}.idx`)) });
    }
    return parts;
  }

  /** One change of the store at a time; a failed one does not hold up the next. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
