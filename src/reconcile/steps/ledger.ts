import { canonicalJson } from '../../domain/json.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LedgerEntry } from '../../policy/ledger.ts';
import type { Ground } from '../line.ts';

/** Reads the ledger once per start; afterwards memory holds what was last written. */
export async function loadLedger({ repo, memory, ports }: Ground): Promise<Result<void>> {
  if (memory.stored !== undefined) return ok(undefined);
  const found = await ports.ledger.load(repoKey(repo.metadata.namespace, repo.metadata.name));
  if (!found.ok) return found;
  memory.stored = found.value;
  const leaks = found.value?.entry.leaks;
  // After a lost race what this process knows of leaks is the newer one.
  if (leaks !== undefined) memory.secrets.state ??= leaks;
  return ok(undefined);
}

/**
 * Writes the entry, with what is known of leaks, unless it is what the ledger says already. A lost race forgets what was read, so
 * that the next pass starts from the ledger and not from memory.
 */
export async function saveLedger(
  { memory, ports }: Ground,
  given: LedgerEntry,
): Promise<Result<void>> {
  const leaks = memory.secrets.state;
  const entry = leaks === undefined ? given : { ...given, leaks };
  if (memory.stored !== undefined && sameEntry(memory.stored.entry, entry)) return ok(undefined);
  const saved = await ports.ledger.save(entry.repo, entry, memory.stored?.version);
  if (!saved.ok) {
    memory.stored = undefined;
    return saved;
  }
  memory.stored = { entry, version: saved.value };
  return ok(undefined);
}

function sameEntry(a: LedgerEntry, b: LedgerEntry): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
