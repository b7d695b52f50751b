import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PackReader } from '../../adapters/git/pack-reader.ts';
import { stopOf } from '../../adapters/git/failure.ts';
import { CatFile, OddAnswer } from '../../adapters/git/native/cat-file.ts';
import { PackSums } from '../../adapters/git/native/pack-sums.ts';
import type { Soundness } from '../../adapters/git/native/pack-sums.ts';
import type { EngineChoice } from '../../adapters/git/choose.ts';
import type { Clock } from '../../domain/clock.ts';
import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import type { WalkReader } from './opened.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import { isFolder } from './files.ts';
import { readLoose } from './loose.ts';
import { ReadAhead } from './read-ahead.ts';
import { RevList } from './rev-list.ts';

/** Reads a local store, packed and loose objects, until it is closed. */
export type LocalObjects = ObjectReader &
  Readonly<{
    /** The same objects, for a walk from this commit. */
    walkFrom: (tip: Oid) => WalkReader;
    close: () => Promise<void>;
  }>;

/**
 * Opens the object store of a local repository. Its configuration, hooks, alternates, grafts, replaced
 * refs and shallow file do not exist for the reader: what is not in this very store is missing.
 */
export function openObjects(
  commonDir: string,
  engine: EngineChoice,
  clock: Clock,
): Promise<LocalObjects> {
  const objectsDir = join(commonDir, 'objects');
  if (engine.name === 'native') return openNative(objectsDir, engine, clock);
  const packs = new PackReader(commonDir, clock);
  const reader: ObjectReader = { readMany: (oids) => readBoth(oids, packs, objectsDir) };
  const walkReader: WalkReader = { ...reader, expected: () => undefined };
  return Promise.resolve({ ...reader, walkFrom: () => walkReader, close: () => packs.drop() });
}

async function openNative(
  objectsDir: string,
  { git }: Extract<EngineChoice, Readonly<{ name: 'native' }>>,
  clock: Clock,
): Promise<LocalObjects> {
  const frame = await makeTemporary('frame');
  await fillFrame(frame, objectsDir);
  const programs = new Programs(() => new CatFile(git, frame, clock));
  const reader = catFileReader(programs, objectsDir);
  const lists: RevList[] = [];
  return {
    ...reader,
    walkFrom: (tip) => {
      const list = new RevList(git, frame, tip);
      lists.push(list);
      const ahead = new ReadAhead(reader, list);
      return { readMany: (oids) => ahead.readMany(oids), expected: () => list.expected() };
    },
    close: async () => {
      for (const list of lists) await list.end();
      await programs.end();
      await removeTemporary(frame);
    },
  };
}

/** One program at a time; one that has ended, over an object above the limit for one, gives way to the next. */
class Programs {
  readonly #start: () => CatFile;
  #now: CatFile | undefined;

  constructor(start: () => CatFile) {
    this.#start = start;
  }

  async readMany(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, RawObject>> {
    const asked = (this.#now ??= this.#start());
    try {
      return await asked.readMany(oids);
    } catch (error) {
      if (this.#now === asked) this.#now = undefined;
      await asked.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.#now?.end();
  }
}

function catFileReader(programs: Programs, objectsDir: string): ObjectReader {
  let soundness: Promise<Soundness> | undefined;
  const isSound = async (): Promise<boolean> => {
    soundness ??= new PackSums().check(join(objectsDir, 'pack'));
    return (await soundness) !== 'damaged';
  };
  return {
    readMany: async (oids) => {
      try {
        const found = await programs.readMany(oids);
        // Git calls what it cannot read missing, and a missing commit would be a finding.
        const isWhole = found.size === oids.length || (await isSound());
        return isWhole ? ok(found) : stopped(damaged(objectsDir));
      } catch (error) {
        if (error instanceof OddAnswer) return stopped(damaged(objectsDir));
        return stopped(told(stopOf(error), objectsDir));
      }
    },
  };
}

/**
 * Makes the repository that the git program gets to see: links to the packs and to the folders of loose
 * objects. `objects/info` is left out, and all that lies beside `objects`.
 */
async function fillFrame(frame: string, objectsDir: string): Promise<void> {
  await mkdir(join(frame, 'refs'));
  await mkdir(join(frame, 'objects'));
  await symlink('refs/heads/none', join(frame, 'HEAD'));
  const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
  for (const name of ['pack', ...hex]) {
    const folder = join(objectsDir, name);
    if (await isFolder(folder)) await symlink(folder, join(frame, 'objects', name));
  }
}

async function readBoth(
  oids: readonly Oid[],
  packs: PackReader,
  objectsDir: string,
): Promise<Result<ReadonlyMap<Oid, RawObject>>> {
  const found = new Map<Oid, RawObject>();
  for (const oid of oids) {
    const object = await readLoose(objectsDir, oid);
    if (object !== undefined) found.set(oid, object);
  }
  const rest = oids.filter((oid) => !found.has(oid));
  if (rest.length === 0 || !(await isFolder(join(objectsDir, 'pack')))) return ok(found);
  const packed = await packs.readMany(rest);
  return packed.ok
    ? ok(new Map([...found, ...packed.value]))
    : stopped(told(packed.stop, objectsDir));
}

/** What the operator would say of its own volume, said of this one. */
function told(why: Stop, objectsDir: string): Stop {
  if (why.reason === 'GitTruncated') return damaged(objectsDir);
  if (why.reason !== 'StoreUnavailable') return why;
  return stop('StoreUnavailable', `the objects in ${objectsDir} cannot be read`);
}

function damaged(objectsDir: string): Stop {
  return stop('GitTruncated', `objects in ${objectsDir} are damaged; run git fsck there`);
}
