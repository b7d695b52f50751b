import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';

/** `none`: no pack at all. `damaged`: at least one file is not what its checksum says. */
export type Soundness = 'none' | 'sound' | 'damaged';

const SUM_BYTES = 20;
/** Where a pack and an index say how many objects they have (gitformat-pack(5)). */
const PACK_COUNT_AT = 8;
const IDX_COUNT_AT = 8 + 255 * 4;
const CHUNK_BYTES = 512 * 1024;
const PACK_NAME = /^pack-([0-9a-f]{40})\.idx$/;

/** Files remembered; beyond that all are read again. */
const MAX_REMEMBERED = 10_000;

/**
 * Checks packs and indexes against their own checksums, with little memory, because git does so only
 * where it stumbles. Each file is read once, and again when it has changed.
 */
export class PackSums {
  readonly #sound = new Set<string>();

  /** Looks at everything git would read in a folder of packs. Throws errors of the system. */
  async check(packDir: string): Promise<Soundness> {
    const names = (await filesOf(packDir)).filter((name) => name.endsWith('.idx'));
    if (names.length === 0) return 'none';
    for (const name of names) {
      const sum = PACK_NAME.exec(name)?.[1];
      if (sum === undefined) return 'damaged';
      const idx = join(packDir, name);
      const pack = join(packDir, `pack-${sum}.pack`);
      if (await this.#areSound(idx, pack, sum)) continue;
      // Merged into another pack since the folder was listed: then the index went first.
      if ((await statOf(idx)) !== undefined) return 'damaged';
    }
    return 'sound';
  }

  /** This file was just checked by git. */
  async trust(path: string): Promise<void> {
    const found = await statOf(path);
    if (found !== undefined) this.#remember(found);
  }

  async #areSound(idx: string, pack: string, sum: string): Promise<boolean> {
    const found = [await statOf(idx), await statOf(pack)].filter((stats) => stats !== undefined);
    if (found.length < 2) return false;
    if (found.every((stats) => this.#sound.has(identityOf(stats)))) return true;
    const isRight = (await hasRightSum(idx)) && (await hasRightSum(pack, sum));
    if (!isRight || !(await countsMatch(pack, idx))) return false;
    for (const stats of found) this.#remember(stats);
    return true;
  }

  #remember(found: BigIntStats): void {
    if (this.#sound.size >= MAX_REMEMBERED) this.#sound.clear();
    this.#sound.add(identityOf(found));
  }
}

function identityOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ');
}

/** Do the last 20 bytes equal the SHA-1 of all before, and the sum where one is given? */
async function hasRightSum(path: string, sum?: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha1');
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let left = (await file.stat()).size - SUM_BYTES;
    if (left < 0) return false;
    while (left > 0) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, left));
      if (bytesRead === 0) return false;
      hash.update(chunk.subarray(0, bytesRead));
      left -= bytesRead;
    }
    const { bytesRead } = await file.read(chunk, 0, SUM_BYTES);
    const written = chunk.toString('hex', 0, bytesRead);
    return written === hash.digest('hex') && (sum ?? written) === written;
  } finally {
    await file.close();
  }
}

/** Git takes a pack for absent, and says so on stderr only, when its index lists more or fewer objects. */
async function countsMatch(pack: string, idx: string): Promise<boolean> {
  const [inPack, inIdx] = await Promise.all([
    numberAt(pack, PACK_COUNT_AT),
    numberAt(idx, IDX_COUNT_AT),
  ]);
  return inPack === inIdx;
}

async function numberAt(path: string, position: number): Promise<number> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    await file.read(bytes, 0, 4, position);
    return bytes.readUInt32BE(0);
  } finally {
    await file.close();
  }
}

async function filesOf(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

async function statOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
