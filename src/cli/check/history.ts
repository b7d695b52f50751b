import { chooseEngine } from '../../adapters/git/choose.ts';
import type { EngineChoice } from '../../adapters/git/choose.ts';
import { ConfigError } from '../../config.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { readGiven } from '../read-given.ts';
import { readTeamFiles } from '../leaks/team-files.ts';
import { readCredentials } from '../repo/credentials.ts';
import { openLocal } from '../repo/local.ts';
import type { NotOpened, Opened } from '../repo/opened.ts';
import { readSigners } from '../signers/read-file.ts';
import type { SignersFile } from '../signers/read-file.ts';
import { usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { inspect, unopened } from './inspect.ts';
import type { Given } from './inspect.ts';
import type { CheckOptions } from './options.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';
import type { CheckPolicy } from './policy.ts';
import { joinTrust } from './trust.ts';
import { startWork } from './work.ts';
import { writeReport } from './write.ts';

/** Judges every commit of a repository as the operator would, without a cluster. */
export async function checkHistory(options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const policy = await loadPolicy(options, terminal);
  if (!policy.ok) return usageError(terminal, policy.stop);
  const signers = await loadSigners(options, terminal);
  if (!signers.ok) return usageError(terminal, signers.stop);
  const adjust = await readTeamFiles(options, terminal.cwd);
  if (!adjust.ok) return usageError(terminal, adjust.stop);
  const { trust, problems } = joinTrust(signers.value, policy.value);
  for (const problem of problems) note(terminal, problem);
  const started = await startWork(trust, terminal);
  if (!started.ok) return usageError(terminal, started.stop.message);
  const { work, usableKeys } = started.value;
  try {
    for (const problem of started.value.problems) note(terminal, problem);
    if (usableKeys === 0 && signers.value.length > 0) {
      return usageError(terminal, 'none of the keys given with --signers can be used');
    }
    const given: Given = {
      ...{ options, policy: policy.value, trust, work: started.value, adjust: adjust.value },
    };
    const opened = await open(options, policy.value, terminal);
    if (opened.ok) {
      const report = await inspect(opened.value, given, terminal);
      return await writeReport(report, options, terminal);
    }
    if (opened.stop.kind === 'usage') return usageError(terminal, opened.stop.text);
    return await writeReport(unopened(opened.stop.stop, given), options, terminal);
  } finally {
    await work.close();
  }
}

function note(terminal: Terminal, problem: string): void {
  terminal.err(`gitward: ${printable(problem)}\n`);
}

async function loadPolicy(
  { policy, repository, ref }: CheckOptions,
  { cwd }: Terminal,
): Promise<Result<CheckPolicy, string>> {
  const named = {
    ...(repository === undefined ? {} : { repository }),
    ...(ref === undefined ? {} : { ref }),
  };
  if (policy === undefined) return ok({ ...DEFAULT_POLICY, ...named });
  const bytes = await readGiven(cwd, policy);
  if (!bytes.ok) return bytes;
  const parsed = parsePolicy(bytes.value);
  return parsed.ok
    ? ok({ ...parsed.value, ...named })
    : stopped(`${printable(policy)}: ${parsed.stop}`);
}

async function loadSigners(
  { signers }: CheckOptions,
  { cwd }: Terminal,
): Promise<Result<readonly SignersFile[], string>> {
  const files: SignersFile[] = [];
  for (const path of signers) {
    const bytes = await readGiven(cwd, path);
    if (!bytes.ok) return bytes;
    const read = readSigners(bytes.value, path);
    if (!read.ok) return stopped(`${printable(path)}: ${read.stop}`);
    files.push(read.value);
  }
  return ok(files);
}

async function open(
  options: CheckOptions,
  { branch }: CheckPolicy,
  terminal: Terminal,
): Promise<Result<Opened, NotOpened>> {
  const engine = engineOf(options, terminal);
  if (!engine.ok) return stopped({ kind: 'usage', text: engine.stop });
  const { place, range } = options;
  if (place.kind === 'local') {
    return openLocal({ path: place.path, range, branch, engine: engine.value }, terminal);
  }
  const credentials = await readCredentials(place.url, terminal);
  if (!credentials.ok) return stopped({ kind: 'usage', text: credentials.stop });
  const remote = { url: place.url, credentials: credentials.value };
  // What speaks to servers takes its time to load, and most checks are of a local repository.
  const { openRemote } = await import('../repo/remote.ts');
  return openRemote({ remote, range, branch, engine: engine.value, limits: options }, terminal);
}

function engineOf({ engine }: CheckOptions, { env }: Terminal): Result<EngineChoice, string> {
  try {
    return ok(chooseEngine(engine, env['PATH']));
  } catch (error) {
    if (error instanceof ConfigError) return stopped(error.message.replace('--git', '--engine'));
    throw error;
  }
}
