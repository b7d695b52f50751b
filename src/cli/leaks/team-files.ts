import { resolve } from 'node:path';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import type { GatheredPlan } from '../../reconcile/gather/scan-plan.ts';
import { readIgnores, readTeamRules } from '../../reconcile/gather/team-files.ts';
import type { GitleaksConfig } from '../../secrets/index.ts';
import { readBounded } from '../repo/files.ts';
import { readGiven } from '../read-given.ts';
import { NO_COMMIT } from './stand-in.ts';

/** Files that a caller gives by flags; each takes the place of the team's own. */
export type GivenFiles = Readonly<{
  config?: string;
  ignoreFile?: string;
  baseline?: string;
}>;

/** Puts what was given in the place of what the repository says. */
export type Adjust = (plan: GatheredPlan) => GatheredPlan;

/** Largest file that a given configuration extends. */
const MAX_EXTENDED_BYTES = 4 * 1024 * 1024;

/** Reads given files, or says which one cannot be used: who gives a file wants it to count. */
export async function readTeamFiles(
  { config, ignoreFile, baseline }: GivenFiles,
  cwd: string,
): Promise<Result<Adjust, string>> {
  const team = config === undefined ? ok(undefined) : await readConfig(config, cwd);
  if (!team.ok) return team;
  const ignore = ignoreFile === undefined ? ok(undefined) : await readGiven(cwd, ignoreFile);
  if (!ignore.ok) return ignore;
  const known = baseline === undefined ? ok(undefined) : await readGiven(cwd, baseline);
  if (!known.ok) return known;
  return ok((how) => {
    const { salt } = how.plan;
    const isIgnoring = ignore.value !== undefined || known.value !== undefined;
    const ignores = isIgnoring ? readIgnores(ignore.value, known.value, salt) : how.ignores;
    const rules = team.value === undefined ? {} : { team: team.value.rules };
    const warnings = [...(team.value?.warnings ?? []), ...(isIgnoring ? ignores.warnings : [])];
    return {
      ...how,
      plan: { ...how.plan, ...rules },
      ...{ ignores, warnings: [...how.warnings, ...warnings] },
    };
  });
}

async function readConfig(path: string, cwd: string): Promise<Result<GitleaksConfig, string>> {
  const bytes = await readGiven(cwd, path);
  if (!bytes.ok) return bytes;
  const read = await readTeamRules(bytes.value, async (other) => {
    const found = await readBounded(resolve(cwd, other), MAX_EXTENDED_BYTES);
    if (found === undefined) return ok({ kind: 'none' as const });
    return ok({ kind: 'file' as const, oid: NO_COMMIT, bytes: found });
  });
  if (!read.ok) return stopped(read.stop.message);
  return read.value.ok ? read.value : stopped(`${printable(path)}: ${read.value.stop}`);
}
