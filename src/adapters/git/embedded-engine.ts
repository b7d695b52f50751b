import { join } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import type { Disk } from './disk.ts';
import type { Engine, IntakeLimits, PackIntake, TakenPack } from './engine.ts';
import { encodeIdx } from './idx-file.ts';
import { packName } from './merge-packs.ts';
import { TRAILER_BYTES } from './pack-entries.ts';
import { indexPack } from './pack-index.ts';
import { PackReader } from './pack-reader.ts';

/** Git without a git program: packs are received into memory and indexed by our own code. */
export function embeddedEngine({ disk, clock }: Readonly<{ disk: Disk; clock: Clock }>): Engine {
  return {
    name: 'embedded',
    take: (packDir, limits) => Promise.resolve(new MemoryIntake(packDir, disk, limits)),
    reader: (gitdir) => new PackReader(gitdir, clock),
  };
}

class MemoryIntake implements PackIntake {
  readonly #packDir: string;
  readonly #disk: Disk;
  readonly #limits: IntakeLimits;
  #parts: Uint8Array[] = [];

  constructor(packDir: string, disk: Disk, limits: IntakeLimits) {
    this.#packDir = packDir;
    this.#disk = disk;
    this.#limits = limits;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
  }

  async finish(wanted: readonly Oid[]): Promise<TakenPack> {
    const pack = Buffer.concat(this.#parts);
    // They would keep a second copy of the pack alive.
    this.#parts = [];
    const objects = await indexPack(pack, () => this.#limits.deadline.check());
    const names = new Set(objects.map(({ name }) => name));
    const sum = pack.subarray(pack.length - TRAILER_BYTES);
    const name = packName(sum);
    await this.#store(`${name}.pack`, pack);
    await this.#store(`${name}.idx`, encodeIdx(objects, sum));
    return { name, missing: wanted.filter((oid) => !names.has(oid)) };
  }

  async cancel(): Promise<void> {
    this.#parts = [];
  }

  /** The same pack may lie there already, as a link to the published one. */
  async #store(file: string, bytes: Uint8Array): Promise<void> {
    const draft = join(this.#packDir, 'incoming');
    await this.#disk.write(draft, once(bytes));
    await this.#disk.rename(draft, join(this.#packDir, file));
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
