import type { ReadObject } from '../../src/commit/history.ts';
import type { GitObjectType, RawObject } from '../../src/domain/git-object.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { ok } from '../../src/domain/result.ts';
import type { TestRepo } from './repo-builder.ts';

/** Every object of a repository in memory; tests may take some out. */
export type ObjectStore = Readonly<{ read: ReadObject; objects: Map<string, RawObject> }>;

/** Loads all objects of a repository with one call of git, for tests that read thousands. */
export async function loadObjects(repo: TestRepo): Promise<ObjectStore> {
  const { stdout } = await repo.run(['cat-file', '--batch-all-objects', '--batch']);
  const objects = new Map<string, RawObject>();
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf('\n', at);
    const [oid = '', type = '', size = ''] = stdout.toString('latin1', at, end).split(' ');
    const next = end + 1 + Number(size);
    const bytes = new Uint8Array(stdout.subarray(end + 1, next));
    // git prints an oid and one of its own four types.
    objects.set(oid, { oid: oid as Oid, type: type as GitObjectType, bytes });
    at = next + 1;
  }
  return { read: async (oid) => ok(objects.get(oid)), objects };
}
