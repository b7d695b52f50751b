import { join } from 'node:path';
import type { Disk } from './disk.ts';

/**
 * Folders that must not outlive the process: `<dataDir>/scratch`. What an earlier process left there,
 * because it ended in the middle of its work, goes before the first folder is made.
 */
export class ScratchRoom {
  readonly #disk: Disk;
  readonly #dir: string;
  #swept: Promise<void> | undefined;

  constructor(dataDir: string, disk: Disk) {
    this.#disk = disk;
    this.#dir = join(dataDir, 'scratch');
  }

  /** Makes a fresh folder for its owner only. Throws errors of the system. */
  async makeFolder(prefix: string): Promise<string> {
    // A folder that cannot be removed shows again, as an error, when the next is made beside it.
    await (this.#swept ??= this.#disk.remove(this.#dir).catch(() => undefined));
    await this.#disk.makeDir(this.#dir);
    return this.#disk.makeTemp(join(this.#dir, prefix));
  }
}
