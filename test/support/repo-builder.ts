import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitObjectType, RawObject } from '../../src/domain/git-object.ts';
import { parseOid } from '../../src/domain/oid.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { runTool } from './gpg.ts';
import type { GpgKey, Ran } from './gpg.ts';
import type { SshKey } from './ssh.ts';

/** What goes into one commit. */
export type CommitOptions = Readonly<{
  /** Path → content; `null` deletes. Nothing given makes an empty commit. */
  files?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Signs with this key, an SSH key with its certificate where it has one; unsigned without. */
  sign?: GpgKey | SshKey;
  /** Put before gpg's own arguments when signing, e.g. `fakedTime(date)`. */
  gpgArgs?: readonly string[];
  message?: string;
  /** `-c` settings, e.g. `['i18n.commitEncoding=ISO-8859-1']`. */
  config?: readonly string[];
  /** Author and committer date; now unless given. */
  at?: Date;
}>;

/** Options of a merge: always a real merge commit with two parents. */
export type MergeOptions = Pick<CommitOptions, 'sign' | 'gpgArgs' | 'message' | 'at'>;

/** Keeps the person who runs the tests out of every git call. */
export const HERMETIC_GIT_ENV = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
} as const;

/** A work tree on branch `main`, driven by the real git. */
export class TestRepo {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Runs git here and yields what it printed, trimmed; throws with its error text when it fails. */
  async git(...args: readonly string[]): Promise<string> {
    return checked(await this.run(args), args)
      .toString()
      .trim();
  }

  /** Runs git here whatever its exit status. */
  run(
    args: readonly string[],
    options: Readonly<{ env?: Record<string, string>; input?: string | Uint8Array }> = {},
  ): Promise<Ran> {
    const env = { ...HERMETIC_GIT_ENV, HOME: this.dir, ...options.env };
    const { input = '' } = options;
    return runTool(['git', '-C', this.dir, ...args], { env, input });
  }

  /** Commits on the current branch and yields the new oid. */
  async commit(options: CommitOptions = {}): Promise<Oid> {
    for (const [path, content] of Object.entries(options.files ?? {})) {
      await this.#put(path, content);
    }
    if (options.files !== undefined) await this.git('add', '--all');
    const config = (options.config ?? []).flatMap((setting) => ['-c', setting]);
    const command = ['commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--no-verify'];
    const input = options.message ?? 'change\n';
    await this.#signed([...config, ...command, '--file=-'], options, input);
    return this.head();
  }

  /** Merges another commit into the current branch with a merge commit. */
  async merge(other: Oid, options: MergeOptions = {}): Promise<Oid> {
    const message = options.message ?? 'merge\n';
    await this.#signed(['merge', '--quiet', '--no-ff', '-m', message], options, '', [other]);
    return this.head();
  }

  /** Moves the current branch and the work tree. */
  async reset(oid: Oid): Promise<void> {
    await this.git('reset', '--quiet', '--hard', oid);
  }

  /** Checks a branch out: moved to `oid` where given, else as it is, else started at HEAD. */
  async branch(name: string, oid?: Oid): Promise<void> {
    if (oid !== undefined) return void (await this.git('checkout', '--quiet', '-B', name, oid));
    const known = await this.run(['checkout', '--quiet', name]);
    if (known.status !== 0) await this.git('checkout', '--quiet', '-b', name);
  }

  /** The oid of a revision; HEAD unless given. */
  async head(revision = 'HEAD'): Promise<Oid> {
    return requireOid(await this.git('rev-parse', '--verify', revision));
  }

  /** Pushes the current HEAD to a branch of `url` (a path or URL), with force on request. */
  async push(
    url: string,
    options: Readonly<{ branch?: string; force?: boolean; config?: readonly string[] }> = {},
  ): Promise<void> {
    const config = (options.config ?? []).flatMap((setting) => ['-c', setting]);
    const force = options.force === true ? ['--force'] : [];
    const ref = `HEAD:refs/heads/${options.branch ?? 'main'}`;
    await this.git(...config, 'push', '--quiet', ...force, url, ref);
  }

  /** An object as gitward's adapters hand it over. */
  async object(oid: Oid): Promise<RawObject> {
    const type = await this.git('cat-file', '-t', oid);
    const args = ['cat-file', type, oid];
    const bytes = new Uint8Array(checked(await this.run(args), args));
    return { oid, type: type as GitObjectType, bytes }; // git names only its own four types.
  }

  /** Writes any bytes as an object, whether git likes them or not. */
  async write(type: GitObjectType, bytes: string | Uint8Array): Promise<Oid> {
    const args = ['hash-object', '-w', '--stdin', '--literally', '-t', type];
    return requireOid(
      checked(await this.run(args, { input: bytes }), args)
        .toString()
        .trim(),
    );
  }

  /** Deletes the work tree and its repository. */
  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  async #put(path: string, content: string | Uint8Array | null): Promise<void> {
    const file = join(this.dir, path);
    if (content === null) return rm(file, { recursive: true });
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  async #signed(
    args: readonly string[],
    options: MergeOptions,
    input: string,
    operands: readonly string[] = [],
  ): Promise<void> {
    const key = options.sign;
    const program = key === undefined ? [] : programOf(key);
    const sign = key === undefined ? '--no-gpg-sign' : `--gpg-sign=${signingKeyOf(key)}`;
    const env = {
      ...(key !== undefined && 'home' in key ? key.home.env : {}),
      ...(key === undefined ? {} : person(key)),
      ...(options.at === undefined ? {} : dates(options.at)),
      GPG_EXTRA: (options.gpgArgs ?? []).join(' '),
    };
    const command = [...program, ...args, sign, ...operands];
    checked(await this.run(command, { env, input }), command);
  }
}

/** Makes an empty repository with a work tree; in a fresh temporary directory unless `dir` is given. */
export async function buildRepo(dir?: string): Promise<TestRepo> {
  const repo = new TestRepo(dir ?? (await mkdtemp(join(tmpdir(), 'gw-repo-'))));
  await mkdir(repo.dir, { recursive: true });
  await repo.git('init', '--quiet', '--initial-branch=main');
  return repo;
}

/** Makes an empty bare repository to push to and to serve. */
export async function buildBareRepo(dir?: string): Promise<TestRepo> {
  const repo = new TestRepo(dir ?? (await mkdtemp(join(tmpdir(), 'gw-bare-'))));
  await mkdir(repo.dir, { recursive: true });
  await repo.git('init', '--quiet', '--bare', '--initial-branch=main');
  await repo.git('config', 'receive.denyNonFastForwards', 'false');
  return repo;
}

/** A commit's bytes with the signature of `armor` put in as the `gpgsig` header, last before the message. */
export function withSignature(payload: Uint8Array, armor: string): Uint8Array {
  const bytes = Buffer.from(payload);
  const end = bytes.indexOf('\n\n') + 1;
  const header = `gpgsig ${armor.trimEnd().replaceAll('\n', '\n ')}\n`;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(header), bytes.subarray(end)]);
}

function checked(ran: Ran, args: readonly string[]): Buffer {
  if (ran.status !== 0) throw new Error(`git ${args.join(' ')}: ${ran.stderr}`);
  return ran.stdout;
}

function requireOid(text: string): Oid {
  const oid = parseOid(text);
  if (oid === undefined) throw new Error(`git answered ${text} instead of an oid`);
  return oid;
}

function programOf(key: GpgKey | SshKey): readonly string[] {
  if ('home' in key) return ['-c', `gpg.program=${key.home.program}`];
  return ['-c', 'gpg.format=ssh'];
}

function signingKeyOf(key: GpgKey | SshKey): string {
  return 'home' in key ? key.fingerprint : (key.certificate ?? key.file);
}

function person(key: GpgKey | SshKey): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: key.name,
    GIT_AUTHOR_EMAIL: key.email,
    GIT_COMMITTER_NAME: key.name,
    GIT_COMMITTER_EMAIL: key.email,
  };
}

function dates(at: Date): Record<string, string> {
  const stamp = `@${Math.floor(at.getTime() / 1_000)} +0000`;
  return { GIT_AUTHOR_DATE: stamp, GIT_COMMITTER_DATE: stamp };
}
