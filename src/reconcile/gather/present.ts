import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ObjectReader } from '../ports.ts';
import { sourceTree } from '../steps/source-tree.ts';
import type { ScanJobs, Wanted } from './scan-jobs.ts';
import { blobAt } from './tree-file.ts';

/** The content of a file, to be scanned as what stands at this path. */
export function blobText(oid: Oid, path: string): Wanted {
  return { name: `${oid} ${path}`, what: 'file', path, source: oid };
}

/** By path, the fingerprints of the leaks that a tree has there; without a tree there are none. */
export async function presentAt(
  paths: readonly string[],
  root: Oid | undefined,
  { jobs, objects }: Readonly<{ jobs: ScanJobs; objects: ObjectReader }>,
): Promise<Result<ReadonlyMap<string, ReadonlySet<string>>>> {
  if (root === undefined) return ok(new Map());
  const tree = sourceTree(root, objects);
  const there = new Map<string, Oid>();
  for (const path of new Set(paths)) {
    const found = await blobAt(tree, path);
    if (!found.ok) return found;
    if (found.value !== undefined) there.set(path, found.value.oid);
  }
  const scanned = await jobs.scan([...there].map(([path, oid]) => blobText(oid, path)));
  if (!scanned.ok) return scanned;
  const present = [...there].map(([path, oid]) => {
    const found = scanned.value.get(blobText(oid, path).name)?.findings ?? [];
    return [path, new Set(found.map(({ fingerprint }) => fingerprint))] as const;
  });
  return ok(new Map(present));
}
