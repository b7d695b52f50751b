import { createHash } from 'node:crypto';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { RawObject } from '../../domain/git-object.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';

/** Git's name for a tree without entries, which it knows without having it. */
export const EMPTY_TREE = oidOf('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/** Stands for a commit that is not made yet; no object has this name. */
export const NO_COMMIT = oidOf('0'.repeat(40));

const NOBODY = { name: '', email: '', when: 0 };

/** What stands in for a commit, so that all that comes in is scanned by the same rules. */
export type StandIn = Readonly<{
  oid: Oid;
  tree?: Oid;
  parents?: readonly Oid[];
  message?: Uint8Array;
}>;

/** A commit that nobody made: it is scanned and nothing else, so it needs neither people nor payload. */
export function standIn({
  oid,
  tree = EMPTY_TREE,
  parents = [],
  message = new Uint8Array(),
}: StandIn): ParsedCommit {
  const people = { author: NOBODY, committer: NOBODY };
  return { oid, tree, parents, ...people, payload: new Uint8Array(), message, subject: '' };
}

/** A tree of this one file, which lies in no store. */
export function treeOf(name: string, blob: Oid): RawObject {
  const bytes = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
  const hash = createHash('sha1').update(`tree ${bytes.length}\0`).update(bytes);
  return { oid: oidOf(hash.digest('hex')), type: 'tree', bytes };
}

/** Reads these objects beside those of a store. */
export function withObjects(store: ObjectReader, more: readonly RawObject[]): ObjectReader {
  if (more.length === 0) return store;
  const own = new Map(more.map((raw) => [raw.oid, raw]));
  return {
    readMany: async (oids) => {
      const found = await store.readMany(oids.filter((oid) => !own.has(oid)));
      if (!found.ok) return found;
      const ours = oids.flatMap((oid) => own.get(oid) ?? []);
      return ok(new Map([...found.value, ...ours.map((raw) => [raw.oid, raw] as const)]));
    },
  };
}

function oidOf(hex: string): Oid {
  const oid = parseOid(hex);
  if (oid === undefined) throw new Error('a digest of another length');
  return oid;
}
