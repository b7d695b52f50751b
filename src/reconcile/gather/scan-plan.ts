import type { SecretsSpec } from '../../api/guardedrepo.ts';
import { verifyOid } from '../../commit/oid.ts';
import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { OWN_RULES } from '../../secrets/rules/index.ts';
import { NO_IGNORES } from '../../secrets/index.ts';
import { parseSalt, SALT_PATH } from '../../secrets/salt.ts';
import type { Ignores, ScanPlan, SopsConfig, TeamRules } from '../../secrets/index.ts';
import type { ObjectReader } from '../ports.ts';
import { SopsFinder } from './sops-files.ts';
import type { SopsFile } from './sops-files.ts';
import { readIgnores, readSops, readTeamRules } from './team-files.ts';
import { fileAt } from './tree-file.ts';

/** Team's files beside the rules, by their fixed paths in the protected ref. */
const IGNORE_PATH = '.gitleaksignore';
const BASELINE_PATH = '.gitward/baseline.json';

/** Whose trees the plan is read from. */
export type PlanAt = Readonly<{
  /** The anchor's, or startAt's: what was accepted before. Nothing of the team's counts without it. */
  protectedTree: Oid | undefined;
  /** What is judged. It can add demands, and never take one away. */
  tipTree: Oid;
  /** The first commit of the history: key of the fingerprints where there is no salt. */
  rootOid: Oid | undefined;
}>;

/** A file of the team's that would count and cannot be used: the scan is not whole. */
export type BrokenFile = Readonly<{ path: string; why: string }>;

/** How to scan, what to be silent about, and what people should know of it. */
export type GatheredPlan = Readonly<{
  plan: ScanPlan;
  ignores: Ignores;
  warnings: readonly string[];
  broken: readonly BrokenFile[];
}>;

/** For whoever scans nothing. */
export const SECRETS_OFF: SecretsSpec = {
  mode: 'Off',
  inlineAllow: 'Ignore',
  configPath: '.gitleaks.toml',
};

/**
 * Reads how to scan from the protected tree, so that no commit decides how it is judged itself. What is
 * absent there is no demand. A file of the tip's that cannot be used is `broken`, and the scan is not
 * whole: no commit may break what the next ones are judged by. What was broken before, the tip may mend.
 */
export async function gatherPlan(
  at: PlanAt,
  secrets: SecretsSpec,
  objects: ObjectReader,
  finder: SopsFinder = new SopsFinder(),
): Promise<Result<GatheredPlan>> {
  const told: Told = { warnings: [], broken: [] };
  const { protectedTree } = at;
  const team = await teamRules(at, secrets.configPath, { objects, told });
  if (!team.ok) return team;
  const salt = await saltOf(at, { objects, told });
  if (!salt.ok) return salt;
  const ignores = await ignoresIn(protectedTree, salt.value, { objects, told });
  if (!ignores.ok) return ignores;
  const sops = await sopsOf(at, finder, { objects, told });
  if (!sops.ok) return sops;
  const plan: ScanPlan = {
    dialect: 'gitward',
    ...(team.value === undefined ? {} : { team: team.value }),
    inlineAllow: secrets.inlineAllow === 'Honour',
    salt: salt.value,
    sops: sops.value,
  };
  return ok({ plan, ignores: ignores.value, ...told });
}

type Told = Readonly<{ warnings: string[]; broken: BrokenFile[] }>;

type Ground = Readonly<{ objects: ObjectReader; told: Told }>;

type Configured =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'rules'; rules: TeamRules; warnings: readonly string[] }>
  | Readonly<{ kind: 'broken'; why: string }>;

/**
 * The rules of the protected tree. Where those cannot be used the tip may mend them: until it is accepted
 * its rules only add to our own, and nothing that it allows counts.
 */
async function teamRules(
  { protectedTree, tipTree }: PlanAt,
  path: string,
  { objects, told }: Ground,
): Promise<Result<TeamRules | undefined>> {
  const old = await configOf(protectedTree, path, objects);
  if (!old.ok) return old;
  const next = protectedTree === tipTree ? old : await configOf(tipTree, path, objects);
  if (!next.ok) return next;
  // Once it were accepted it would be the protected one, and the team's rules would be lost.
  if (next.value.kind === 'broken') told.broken.push({ path, why: next.value.why });
  switch (old.value.kind) {
    case 'none':
      return ok(undefined);
    case 'rules':
      told.warnings.push(...old.value.warnings.map((text) => `${path}: ${text}`));
      return ok(old.value.rules);
    case 'broken':
      told.warnings.push(`${path}: ${old.value.why}`);
      return ok(next.value.kind === 'rules' ? addedOnly(next.value.rules) : undefined);
  }
}

async function configOf(
  tree: Oid | undefined,
  path: string,
  objects: ObjectReader,
): Promise<Result<Configured>> {
  if (tree === undefined) return ok({ kind: 'none' });
  const file = await fileAt(tree, path, objects);
  if (!file.ok) return file;
  if (file.value.kind === 'none') return ok(file.value);
  if (file.value.kind === 'unusable') return ok({ kind: 'broken', why: file.value.why });
  const read = await readTeamRules(file.value.bytes, (other) => fileAt(tree, other, objects));
  if (!read.ok) return read;
  const parsed = read.value;
  return ok(parsed.ok ? { kind: 'rules', ...parsed.value } : { kind: 'broken', why: parsed.stop });
}

/** What rules demand, and nothing of what they allow or take away. */
function addedOnly({ rules }: TeamRules): TeamRules {
  const own = new Set(OWN_RULES.rules.map(({ id }) => id));
  const added = rules.filter(({ id }) => !own.has(id));
  return {
    rules: added.map((rule) => ({ ...rule, allowlists: [] })),
    allowlists: [],
    disabled: [],
  };
}

async function ignoresIn(
  tree: Oid | undefined,
  salt: string,
  { objects, told }: Ground,
): Promise<Result<Ignores>> {
  if (tree === undefined) return ok(NO_IGNORES);
  const bytes: (Uint8Array | undefined)[] = [];
  for (const path of [IGNORE_PATH, BASELINE_PATH]) {
    const file = await fileAt(tree, path, objects);
    if (!file.ok) return file;
    // Without it more is found, never less: a warning is enough.
    if (file.value.kind === 'unusable') told.warnings.push(`${path}: ${file.value.why}`);
    bytes.push(file.value.kind === 'file' ? file.value.bytes : undefined);
  }
  const ignores = readIgnores(bytes[0], bytes[1], salt);
  told.warnings.push(...ignores.warnings);
  return ok(ignores);
}

async function saltOf(
  { protectedTree, tipTree, rootOid }: PlanAt,
  { objects, told }: Ground,
): Promise<Result<string>> {
  const file =
    protectedTree === undefined ? ok(undefined) : await fileAt(protectedTree, SALT_PATH, objects);
  if (!file.ok) return file;
  const found = file.value;
  const salt = found?.kind === 'file' ? parseSalt(found.bytes) : undefined;
  if (salt !== undefined) return ok(salt);
  if (found !== undefined && found.kind !== 'none') {
    told.warnings.push(`${SALT_PATH} is not 16 to 256 printable characters and does not count`);
  }
  if (rootOid !== undefined) return ok(rootOid);
  told.warnings.push('the first commit is not here: fingerprints hold for this look alone');
  return ok(protectedTree ?? tipTree);
}

/** The protected tree's, and the tip's own where it has others, marked: those can only add demands. */
async function sopsOf(
  { protectedTree, tipTree }: PlanAt,
  finder: SopsFinder,
  { objects, told }: Ground,
): Promise<Result<readonly SopsConfig[]>> {
  const old = protectedTree === undefined ? ok([]) : await finder.find(protectedTree, objects);
  if (!old.ok) return old;
  const next = await finder.find(tipTree, objects);
  if (!next.ok) return next;
  const nameOf = ({ directory, oid }: SopsFile): string => `${directory} ${oid}`;
  const [inOld, inTip] = [old.value, next.value].map((files) => new Set(files.map(nameOf)));
  const files = new Map([...old.value, ...next.value].map((file) => [nameOf(file), file]));
  const blobs = await objects.readMany([...new Set([...files.values()].map(({ oid }) => oid))]);
  if (!blobs.ok) return blobs;
  const configs: SopsConfig[] = [];
  for (const [name, file] of files) {
    const read = readSopsFile(file, blobs.value.get(file.oid));
    const path = file.directory === '' ? '.sops.yaml' : `${file.directory}/.sops.yaml`;
    const isShared = inOld?.has(name) === inTip?.has(name);
    const origin = inTip?.has(name) === true ? 'commit' : 'protected';
    if (read.ok) configs.push(isShared ? read.value : { ...read.value, origin });
    // What the tip mends must not keep the tip out.
    else if (inTip?.has(name) === true) told.broken.push({ path, why: read.stop });
    // Where it lies is not told: the names of directories are anybody's words.
    else told.warnings.push(`a .sops.yaml that the commit mends or removes: ${read.stop}`);
  }
  return ok(configs);
}

function readSopsFile(
  { directory, oid }: SopsFile,
  raw: RawObject | undefined,
): Result<SopsConfig, string> {
  const isSound = raw?.type === 'blob' && verifyOid({ ...raw, oid }).ok;
  return isSound ? readSops(raw.bytes, directory) : stopped('it is not there');
}
