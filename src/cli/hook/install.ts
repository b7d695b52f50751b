import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { readArgs } from '../args.ts';
import { isSystemError } from '../repo/files.ts';
import { EXIT, usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { HookGit } from './git.ts';
import { CHAINED, HOOKS, hookScript, isOurs } from './script.ts';
import type { HookName } from './script.ts';

const FLAGS = {
  hook: { type: 'string', multiple: true },
  gitward: { type: 'string' },
  force: { type: 'boolean', default: false },
} as const;

/** Who may do what with a hook: as git's own samples, less what the umask takes. */
const HOOK_MODE = 0o755;

/** What `install` and `uninstall` were told. */
type Wish = Readonly<{ hooks: readonly HookName[]; command: readonly string[]; isForced: boolean }>;

/** `gitward hook install`: writes hooks that call this very gitward, and never over one of somebody else. */
export async function installHooks(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const place = await hooksFolder(terminal);
  if (!place.ok) return usageError(terminal, place.stop);
  const { folder, isBare } = place.value;
  const wish = readWish(args, terminal, isBare ? ['pre-receive'] : ['pre-commit', 'pre-push']);
  if (!wish.ok) return usageError(terminal, wish.stop);
  await mkdir(folder, { recursive: true });
  for (const name of wish.value.hooks) {
    const written = await installOne(join(folder, name), name, wish.value);
    if (!written.ok) return usageError(terminal, written.stop);
    await terminal.out(`${printable(`${written.value} ${join(folder, name)}`)}\n`);
  }
  return EXIT.clean;
}

/** `gitward hook uninstall`: takes our hooks away and puts back what stood there before. */
export async function uninstallHooks(
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const place = await hooksFolder(terminal);
  if (!place.ok) return usageError(terminal, place.stop);
  const wish = readWish(args, terminal, HOOKS);
  if (!wish.ok) return usageError(terminal, wish.stop);
  const { folder } = place.value;
  for (const name of wish.value.hooks) {
    const path = join(folder, name);
    const there = await readHook(path);
    if (there === undefined || !isOurs(there)) continue;
    await rm(path);
    const old = `${path}${CHAINED}`;
    const hadOld = (await readHook(old)) !== undefined;
    if (hadOld) await rename(old, path);
    await terminal.out(`${printable(`${hadOld ? 'put back' : 'removed'} ${path}`)}\n`);
  }
  return EXIT.clean;
}

function readWish(
  args: readonly string[],
  { self }: Terminal,
  usual: readonly HookName[],
): Result<Wish, string> {
  const given = readArgs(args, FLAGS);
  if (!given.ok) return given;
  const { values, positionals } = given.value;
  if (positionals.length > 0) return stopped('hooks are named with --hook');
  const hooks: HookName[] = [];
  for (const text of values.hook ?? usual) {
    const name = HOOKS.find((one) => one === text);
    if (name === undefined) return stopped(`--hook takes ${HOOKS.join(', ')}`);
    hooks.push(name);
  }
  const { gitward } = values;
  if (gitward !== undefined && !isAbsolute(gitward)) {
    return stopped('--gitward takes an absolute path');
  }
  return ok({ hooks, command: gitward === undefined ? self : [gitward], isForced: values.force });
}

/** Where git looks for the hooks of this repository: `core.hooksPath`, or its own folder of them. */
async function hooksFolder(
  terminal: Terminal,
): Promise<Result<Readonly<{ folder: string; isBare: boolean }>, string>> {
  const git = new HookGit(terminal);
  const places = await git.places();
  if (!places.ok) return places;
  const { commonDir, gitDir, isBare } = places.value;
  const set = await git.run('config', '--type=path', '--get', 'core.hooksPath');
  const path = set.status === 0 ? set.stdout.toString('utf8').replace(/\n$/, '') : '';
  if (path === '') return ok({ folder: join(commonDir, 'hooks'), isBare });
  // Git runs hooks in the top of the work tree, or in the bare repository, and looks for them from there.
  const top = await git.run('rev-parse', '--show-toplevel');
  const root = isBare || top.status !== 0 ? gitDir : top.stdout.toString('utf8').replace(/\n$/, '');
  return ok({ folder: resolve(root, path), isBare });
}

async function installOne(
  path: string,
  name: HookName,
  { command, isForced }: Wish,
): Promise<Result<string, string>> {
  const old = `${path}${CHAINED}`;
  const there = await readHook(path);
  const isForeign = there !== undefined && !isOurs(there);
  const hasOld = (await readHook(old)) !== undefined;
  if (isForeign && !isForced) {
    return stopped(`${path} is there already; with --force gitward runs first and then that one`);
  }
  if (isForeign && hasOld) return stopped(`${old} is there already; put one hook out of the way`);
  if (isForeign) await rename(path, old);
  const text = hookScript(name, { command, isChained: isForeign || hasOld });
  // Written whole before it is a hook: a push meanwhile meets the old one or the new one.
  const draft = `${path}.gitward-new`;
  await writeFile(draft, text, { mode: HOOK_MODE });
  await chmod(draft, HOOK_MODE);
  await rename(draft, path);
  return ok(isForeign ? 'chained' : 'wrote');
}

/** What stands there, a link to nowhere included; `undefined` for nothing. */
async function readHook(path: string): Promise<string | undefined> {
  try {
    await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}
