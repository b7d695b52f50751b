import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { parseBaseline } from '../../secrets/gitleaks/baseline.ts';
import { parseIgnoreFile } from '../../secrets/gitleaks/ignore-file.ts';
import { mergeIgnores, NO_IGNORES } from '../../secrets/gitleaks/ignores.ts';
import { parseWholeConfig } from '../../secrets/gitleaks/whole-config.ts';
import type { GitleaksConfig, Ignores, LoadFile, RuleSet, TeamRules } from '../../secrets/index.ts';
import { parseSalt } from '../../secrets/salt.ts';
import { readGiven } from '../read-given.ts';
import { isSystemError } from '../repo/files.ts';
import type { Terminal } from '../terminal.ts';
import type { ScanOptions } from './options.ts';

/** The rules that the caller gave, and what to know of them. */
export type GivenRules = Readonly<{ team: TeamRules | undefined; warnings: readonly string[] }>;

const MAX_EXTENDED_BYTES = 1024 * 1024;

const NOTHING: RuleSet = { rules: [], allowlists: [] };

/** Reads `--config`, and `--defaults` for what it extends. */
export async function readRules(
  { dialect, config, defaults }: ScanOptions,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<Result<GivenRules, string>> {
  if (config === undefined) return ok({ team: undefined, warnings: [] });
  const base = defaults === undefined ? undefined : await readConfig(cwd, defaults, NOTHING);
  if (base !== undefined && !base.ok) return base;
  const ours = dialect === 'gitleaks' ? (base?.value.rules ?? NOTHING) : undefined;
  const read = await readConfig(cwd, config, ours);
  if (!read.ok) return read;
  const { rules, warnings } = read.value;
  if (dialect === 'gitleaks' && rules.rules.length === 0) {
    const advice = 'if it extends the rules of gitleaks, give those with --defaults';
    return stopped(`${printable(config)} gives no rule; ${advice}`);
  }
  return ok({ team: rules, warnings: warnings.map((text) => `${printable(config)}: ${text}`) });
}

async function readConfig(
  cwd: string,
  path: string,
  defaults: RuleSet | undefined,
): Promise<Result<Readonly<{ rules: TeamRules; warnings: readonly string[] }>, string>> {
  const bytes = await readGiven(cwd, path);
  if (!bytes.ok) return bytes;
  const parsed =
    defaults === undefined
      ? await parseOnOwnRules(bytes.value, fromDisk(cwd))
      : parseWholeConfig(bytes.value, fromDisk(cwd), defaults);
  return parsed.ok ? parsed : stopped(`${printable(path)}: ${parsed.stop}`);
}

/** Our own rules are loaded only where they are in force. */
async function parseOnOwnRules(
  bytes: Uint8Array,
  load: LoadFile,
): Promise<Result<GitleaksConfig, string>> {
  const { parseGitleaksConfig } = await import('../../secrets/gitleaks/config.ts');
  return parseGitleaksConfig(bytes, load);
}

/** Extended files are looked for where gitleaks does, below the current directory. */
function fromDisk(cwd: string): LoadFile {
  return (path) => {
    try {
      const file = join(cwd, path);
      const found = statSync(file);
      return found.isFile() && found.size <= MAX_EXTENDED_BYTES ? readFileSync(file) : undefined;
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  };
}

/** Reads what is known already: ignore files and baselines. */
export async function readIgnores(
  { ignoreFiles, baselines }: ScanOptions,
  salt: string,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<Result<Ignores, string>> {
  const all: Ignores[] = [NO_IGNORES];
  for (const path of ignoreFiles) {
    const bytes = await readGiven(cwd, path);
    if (!bytes.ok) return bytes;
    all.push(parseIgnoreFile(bytes.value));
  }
  for (const path of baselines) {
    const bytes = await readGiven(cwd, path);
    if (!bytes.ok) return bytes;
    all.push(parseBaseline(bytes.value, salt));
  }
  return ok(mergeIgnores(...all));
}

/** Reads `--salt-file`; `undefined` where none was given. */
export async function readSalt(
  { saltFile }: ScanOptions,
  { cwd }: Pick<Terminal, 'cwd'>,
): Promise<Result<string | undefined, string>> {
  if (saltFile === undefined) return ok(undefined);
  const bytes = await readGiven(cwd, saltFile);
  if (!bytes.ok) return bytes;
  const salt = parseSalt(bytes.value);
  if (salt !== undefined) return ok(salt);
  return stopped(`${printable(saltFile)} is no salt: 16 to 256 printable characters on one line`);
}
