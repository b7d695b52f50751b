import { createHash } from 'node:crypto';
import { parseCommit } from '../../src/commit/parse.ts';
import type { ParsedCommit } from '../../src/commit/parse.ts';
import { parseOid } from '../../src/domain/oid.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { ok } from '../../src/domain/result.ts';
import type { ObjectReader } from '../../src/reconcile/ports.ts';
import { loadObjects } from './object-store.ts';
import type { TestRepo } from './repo-builder.ts';

/** A made-up token that a rule knows, never written down whole; another name, another token. */
export function tokenFor(name: string): string {
  const digits = createHash('sha512')
    .update(name)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '');
  return ['gh', 'p_', digits.slice(0, 36)].join('');
}

/** Every object of a repository as a port answers it; `without` are missing. */
export async function readerOver(
  repo: TestRepo,
  without: readonly Oid[] = [],
): Promise<ObjectReader> {
  const { objects } = await loadObjects(repo);
  for (const oid of without) objects.delete(oid);
  return {
    readMany: async (oids) =>
      ok(
        new Map(
          oids.flatMap((oid) => {
            const found = objects.get(oid);
            return found === undefined ? [] : [[oid, found] as const];
          }),
        ),
      ),
  };
}

/** The commits that git lists, in its order: newest first. */
export async function commitsOf(
  repo: TestRepo,
  ...revisions: readonly string[]
): Promise<readonly ParsedCommit[]> {
  const listed = await repo.git('rev-list', '--topo-order', ...revisions);
  const { objects } = await loadObjects(repo);
  return listed.split('\n').flatMap((line) => {
    const raw = objects.get(line);
    const parsed = raw === undefined ? undefined : parseCommit(raw);
    return parsed?.ok === true && parseOid(line) !== undefined ? [parsed.value] : [];
  });
}
