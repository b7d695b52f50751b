import type { Oid } from '../../domain/oid.ts';
import { parseOid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { ruleStores } from '../../policy/startup.ts';
import type { Ruling } from '../../policy/startup.ts';
import { isAncestor, readerOf } from '../gather/walk.ts';
import type { Pass } from '../line.ts';
import type { ObjectReader } from '../ports.ts';

/** Which anchor the head must descend from; the stores are compared once per start. */
export async function rule(pass: Pass, objects: ObjectReader): Promise<Result<Ruling>> {
  const { line, repo, memory } = pass;
  const ledger = memory.stored?.entry;
  // A ledger that vanished since the start must not be taken for a first sight: status still knows.
  const isSettled = memory.startedUp && ledger !== undefined;
  const status = isSettled ? undefined : statusAnchor(pass);
  const known = await statusIsAncestor(pass, objects, status);
  if (!known.ok) return known;
  const ruling = ruleStores({
    ledger,
    status,
    statusIsAncestor: known.value,
    source: { url: repo.spec.source.url, ref: line.wish.name },
    startAt: parseOid(repo.spec.verify.startAt?.commit ?? ''),
  });
  return ok(isSettled && ruling.kind === 'ledger' ? { ...ruling, missingStatus: false } : ruling);
}

function statusAnchor({ repo }: Pass): Oid | undefined {
  return parseOid(repo.status?.anchor?.oid ?? '');
}

function statusIsAncestor(
  { memory, ports }: Pass,
  objects: ObjectReader,
  status: Oid | undefined,
): Promise<Result<boolean>> {
  const ledger = memory.stored?.entry.anchor.oid;
  if (ledger === undefined || status === undefined) return Promise.resolve(ok(false));
  return isAncestor(status, ledger, readerOf(objects), ports.rules.maxRangeCommits);
}
