import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LeakReport } from '../leaks/leak.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import type { Terminal } from '../terminal.ts';
import { openHookRepo } from './open.ts';
import type { HookRepo } from './open.ts';
import { protectedAtHome } from './protected.ts';
import type { ProtectedRef } from './protected.ts';
import { writeStaged } from './staged.ts';
import type { StagedTree, StagedWish } from './staged-range.ts';

/** What is staged holds, and the protected branch that said what is allowed. */
export type StagedScan = Readonly<{ report: LeakReport; guarded: ProtectedRef }>;

/** Scans what is staged as if it were a commit already, files and their names. */
export async function scanStaged(
  wish: StagedWish,
  terminal: Terminal,
): Promise<Result<StagedScan, string>> {
  const folder = await makeTemporary('staged');
  const opening = openHookRepo(terminal, [folder]);
  try {
    // What scans is loaded while git answers, on another core.
    const looking = readStaged(folder, opening, terminal);
    const [looked, { scanTree }] = await Promise.all([looking, import('./staged-range.ts')]);
    if (!looked.ok) return looked;
    const report = await scanTree(wish, looked.value, terminal);
    return report.ok ? ok({ report: report.value, guarded: looked.value.guarded }) : report;
  } finally {
    const repo = await opening;
    if (repo.ok) await repo.value.objects.close();
    await removeTemporary(folder);
  }
}

async function readStaged(
  folder: string,
  opening: Promise<Result<HookRepo, string>>,
  terminal: Terminal,
): Promise<Result<StagedTree, string>> {
  const repo = await opening;
  if (!repo.ok) return repo;
  const { git, objects, places } = repo.value;
  const [guarded, staged] = await Promise.all([
    protectedAtHome({ git, places }, 'origin'),
    writeStaged(folder, places, terminal),
  ]);
  if (!guarded.ok) return guarded;
  return staged.ok ? ok({ git, objects, guarded: guarded.value, staged: staged.value }) : staged;
}
