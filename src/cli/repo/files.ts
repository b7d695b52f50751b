import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/**
 * Reads a file of at most `maxBytes`; `undefined` where there is none, it is larger or no plain file.
 * Opens without waiting, so that a pipe put in its place holds nobody up.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > maxBytes) return undefined;
      const bytes = Buffer.alloc(found.size);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Is there such a folder, or a link to one? */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** What a call of the system failed with, as against a bug. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
