import type { GuardedRepo } from '../../api/guardedrepo.ts';
import type { Oid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { decideKept } from '../../policy/decide.ts';
import type { LedgerEntry } from '../../policy/ledger.ts';
import type { Ground, Pass, RepoMemory } from '../line.ts';
import type { GitPort } from '../ports.ts';
import type { Sight } from './source.ts';
import { enforce } from './enforce.ts';
import { readCommit } from '../gather/walk.ts';
import { localGit } from './local.ts';
import { modeInForce } from './mode.ts';

/**
 * Puts in force what the ledger says was being rolled out or was rolled out last, from the kept
 * objects alone: no Git server, no signer and no credential is needed.
 */
export async function uphold(ground: Ground): Promise<Result<void>> {
  const { repo, memory, ports } = ground;
  const entry = memory.stored?.entry;
  if (entry === undefined || inForce(repo, memory, entry)) return ok(undefined);
  const git = localGit(repo, ports);
  let last: Result<void> = ok(undefined);
  for (const oid of keptOids(entry)) {
    last = await upholdOne(ground, { entry, oid, git });
    if (last.ok) return last;
  }
  await holdBack(ground, entry);
  return last;
}

/** What cannot be rendered anew is at least healed no longer than the mode in force allows. */
async function holdBack({ repo, ports }: Ground, entry: LedgerEntry): Promise<void> {
  const { guard } = ports;
  const key = repoKey(repo.metadata.namespace, repo.metadata.name);
  const entries = guard.entries(key);
  if (modeInForce(repo, entry) !== 'Audit' || entries.every(({ mode }) => mode === 'Audit')) return;
  const staged = guard.stage(
    key,
    entries.map((one) => ({ ...one, mode: 'Audit' as const })),
  );
  if (staged.ok) await guard.commit(key);
}

/**
 * Makes sure the anchor's objects are in the published store: a lost or damaged store is fetched
 * anew and every object the guard uses is re-hashed when it is read.
 */
export async function refill(
  { line, signal }: Pass,
  { anchor }: LedgerEntry,
  sight: Sight,
): Promise<Result<void>> {
  const held = await readCommit(line.git.published, anchor.oid);
  if (held.ok) return ok(undefined);
  await line.git.reset();
  const fetched = await line.git.fetch(sight.wanted, undefined, signal);
  if (!fetched.ok) return fetched;
  const quarantine = fetched.value;
  try {
    if (quarantine.refs.get(sight.ref)?.oid !== sight.oid) {
      const message = 'the source moved while its objects were fetched anew; trying again';
      return stopped(stop('GitProtocolError', message, { oid: anchor.oid }));
    }
    const commit = await readCommit(quarantine, anchor.oid);
    return commit.ok ? await quarantine.publish() : commit;
  } finally {
    await quarantine.discard();
  }
}

function inForce(repo: GuardedRepo, memory: RepoMemory, entry: LedgerEntry): boolean {
  const { loaded, failures } = memory;
  if (loaded === undefined || failures.length > 0) return false;
  const known = keptOids(entry).includes(loaded.oid) && loaded.mode === modeInForce(repo, entry);
  return known && loaded.generation === (repo.metadata.generation ?? 0);
}

/** Newest first: what was being rolled out, what was rolled out whole, and the bare anchor. */
function keptOids(entry: LedgerEntry): readonly Oid[] {
  const oids = [entry.pending?.oid, entry.current?.oid].filter((oid) => oid !== undefined);
  return oids.length === 0 ? [entry.anchor.oid] : [...new Set(oids)];
}

async function upholdOne(
  ground: Ground,
  { entry, oid, git }: Readonly<{ entry: LedgerEntry; oid: Oid; git: GitPort }>,
): Promise<Result<void>> {
  const commit = await readCommit(git.published, oid);
  if (!commit.ok) return commit;
  const accepted = decideKept(entry, { oid }, commit.value);
  if (accepted === undefined) {
    return stopped(stop('AnchorConflict', `the ledger does not vouch for ${oid}`, { oid }));
  }
  const enforcement = {
    commit: accepted,
    anchor: entry.anchor,
    objects: git.published,
    approvals: entry.approvals ?? [],
  };
  return enforce(ground, enforcement);
}
