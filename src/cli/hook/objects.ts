import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CatFile, OddAnswer } from '../../adapters/git/native/cat-file.ts';
import { stopOf } from '../../adapters/git/failure.ts';
import type { GitProgram } from '../../adapters/git/native/program.ts';
import type { Clock } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import type { Terminal } from '../terminal.ts';

/** Reads the objects a hook sees until it is closed: quarantine, store, and what the store borrows. */
export type HookObjects = ObjectReader & Readonly<{ close: () => Promise<void> }>;

/**
 * Opens the object stores of a hook for one git program that sees them and nothing else: no
 * configuration, no replaced objects, none of the caller's environment.
 */
export async function openHookObjects(
  folders: readonly string[],
  program: string,
  clock: Clock,
): Promise<HookObjects> {
  // Its version makes no difference to how it is asked.
  const git: GitProgram = { path: program, version: '' };
  const frame = await makeTemporary('frame');
  await fillFrame(frame, folders);
  let catFile: CatFile | undefined;
  return {
    readMany: async (oids) => {
      const asked = (catFile ??= new CatFile(git, frame, clock));
      try {
        return ok(await asked.readMany(oids));
      } catch (error) {
        // That program has ended, or is now; the next question goes to another one.
        if (catFile === asked) catFile = undefined;
        await asked.end();
        if (error instanceof OddAnswer) return stopped(unreadable());
        const why = stopOf(error);
        // What it says of the operator's own volume is not true here.
        return stopped(why.reason === 'StoreUnavailable' ? unreadable() : why);
      }
    },
    close: async () => {
      await catFile?.end();
      await removeTemporary(frame);
    },
  };
}

/** The folders that git itself would look for objects in: its own, and those of the environment. */
export function objectFolders(
  places: Readonly<{ objectsDir: string; commonDir: string }>,
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
): readonly string[] {
  const borrowed = splitFolders(env['GIT_ALTERNATE_OBJECT_DIRECTORIES'] ?? '');
  const all = [places.objectsDir, ...borrowed, join(places.commonDir, 'objects')];
  return [...new Set(all.map((folder) => resolve(cwd, folder)))];
}

/** Folders with colons between; one in double quotes may hold colons itself (git(1)). */
function splitFolders(text: string): readonly string[] {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^:]+/gs) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replace(/\\(["\\])/g, '$1') : part,
  );
}

/** A repository that holds nothing and borrows all; those that the folders borrow from count too. */
async function fillFrame(frame: string, folders: readonly string[]): Promise<void> {
  await mkdir(join(frame, 'refs'));
  await mkdir(join(frame, 'objects', 'info'), { recursive: true });
  await symlink('refs/heads/none', join(frame, 'HEAD'));
  const lines = folders.map((folder) => `"${folder.replace(/["\\]/g, '\\$&')}"\n`);
  await writeFile(join(frame, 'objects', 'info', 'alternates'), lines.join(''));
}

function unreadable(): ReturnType<typeof stop> {
  return stop(
    'StoreUnavailable',
    'the objects of the repository cannot be read; run git fsck there',
  );
}
