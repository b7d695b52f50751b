import { hashObject } from '../../src/commit/oid.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { ok } from '../../src/domain/result.ts';
import type { SourceEntry, SourceTree } from '../../src/render/source-tree.ts';

/** Path → text; a symlink or submodule by its mode. */
export type MemoryFiles = Readonly<
  Record<string, string | Readonly<{ mode: SourceEntry['mode'] }>>
>;

/** A tree of a commit made of a map of files; oids are made up from paths and contents. */
export function memoryTree(files: MemoryFiles): SourceTree {
  const trees = new Map<Oid, Map<string, SourceEntry>>();
  const blobs = new Map<Oid, Uint8Array>();
  const name = (text: string): Oid => hashObject('blob', Buffer.from(text));
  const treeOf = (path: string): Map<string, SourceEntry> => {
    const oid = name(`tree ${path}`);
    const known = trees.get(oid) ?? new Map<string, SourceEntry>();
    trees.set(oid, known);
    return known;
  };
  treeOf('');
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    const last = parts.pop() ?? '';
    let at = '';
    for (const part of parts) {
      const parent = treeOf(at);
      at = at === '' ? part : `${at}/${part}`;
      parent.set(part, { name: part, mode: 'tree', oid: name(`tree ${at}`) });
      treeOf(at);
    }
    const text = typeof content === 'string' ? content : '';
    const mode = typeof content === 'string' ? 'file' : content.mode;
    blobs.set(name(text), Buffer.from(text));
    treeOf(at).set(last, { name: last, mode, oid: name(text) });
  }
  return {
    root: name('tree '),
    list: async (oid) => ok(trees.get(oid) ?? new Map<string, SourceEntry>()),
    blob: async (oid) => ok(blobs.get(oid) ?? new Uint8Array()),
  };
}
