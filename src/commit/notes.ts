import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { ReadObject } from './history.ts';
import { readTree } from './read-tree.ts';

/** Digits that one directory of the fan-out stands for. */
const FAN_OUT_DIGITS = 2;

/**
 * The blobs noted for an object in a notes tree (git-notes), whatever its fan-out: `<40>`,
 * `<2>/<38>`, `<2>/<2>/<36>` and so on. A tree that mixes them can hold several; all are answered,
 * the ones nearest the root first. Everything else in the tree is no note and ignored. At most one
 * tree is read per level, so 20 in all.
 */
export async function findNote(
  notesTree: Oid,
  oid: Oid,
  read: ReadObject,
): Promise<Result<readonly Oid[]>> {
  const notes: Oid[] = [];
  let tree: Oid | undefined = notesTree;
  let rest: string = oid;
  while (tree !== undefined) {
    const entries = await readTree(tree, read);
    if (!entries.ok) return entries;
    const note = entries.value.find(({ name }) => name === rest);
    if (note?.mode === 'file' || note?.mode === 'executable') notes.push(note.oid);
    const prefix = rest.slice(0, FAN_OUT_DIGITS);
    rest = rest.slice(FAN_OUT_DIGITS);
    const below = entries.value.find(({ name, mode }) => name === prefix && mode === 'tree');
    tree = rest === '' ? undefined : below?.oid;
  }
  return ok(notes);
}
