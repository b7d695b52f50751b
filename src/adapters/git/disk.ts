import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file operations that the store is made of; each a point where a crash may strike. */
export type Disk = Readonly<{
  /** Makes a folder and those above it, for its owner only; there already is success. */
  makeDir: (path: string) => Promise<void>;
  /** Makes a fresh folder whose name begins with `prefix`, for its owner only. */
  makeTemp: (prefix: string) => Promise<string>;
  /** Names in a folder; none where there is no folder. */
  list: (path: string) => Promise<readonly string[]>;
  read: (path: string) => Promise<Buffer>;
  /** Length of a file in bytes. */
  size: (path: string) => Promise<number>;
  /** Writes a new file; neither content nor name is durable yet. */
  write: (path: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  /** The same content under a second name, without a copy where the volume can do that. */
  link: (from: string, to: string) => Promise<void>;
  /** Atomic; replaces a file of that name. Both names are on one volume. */
  rename: (from: string, to: string) => Promise<void>;
  /** Makes a file's content, or the names in a folder, durable. */
  sync: (path: string) => Promise<void>;
  /** Removes a file or a whole folder; gone already is success. */
  remove: (path: string) => Promise<void>;
}>;

const OWNER_ONLY_DIR = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** What volumes answer that have no hard links, or no more of them. */
const NO_LINKS = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The machine's own file system. */
export const systemDisk: Disk = {
  makeDir: async (path) => {
    await mkdir(path, { recursive: true, mode: OWNER_ONLY_DIR });
    await chmod(path, OWNER_ONLY_DIR);
  },
  makeTemp: (prefix) => mkdtemp(prefix),
  list: async (path) => {
    try {
      return await readdir(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },
  read: (path) => readFile(path),
  size: async (path) => (await stat(path)).size,
  write: async (path, chunks) => {
    const file = await open(path, 'wx', OWNER_ONLY_FILE);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  },
  link: async (from, to) => {
    try {
      await link(from, to);
    } catch (error) {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      await copyFile(from, to);
    }
  },
  rename: (from, to) => rename(from, to),
  sync: async (path) => {
    const file = await open(path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
};

/** Gives a finished file its final name, durably. */
export async function install(disk: Disk, from: string, to: string): Promise<void> {
  await disk.sync(from);
  await disk.rename(from, to);
  await disk.sync(dirname(to));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
