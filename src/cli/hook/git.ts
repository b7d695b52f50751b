import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { runProgram } from '../approve/program.ts';
import type { Answer } from '../approve/program.ts';
import type { Terminal } from '../terminal.ts';

/** Where the repository of a hook lies, by absolute paths. */
export type HookPlaces = Readonly<{
  gitDir: string;
  commonDir: string;
  /** Where new objects are written: the quarantine while a push is received. */
  objectsDir: string;
  indexFile: string;
  isBare: boolean;
  /** The commit that HEAD leads to, where there is one. */
  head?: Oid;
}>;

/** What a clone knows of a remote. */
export type RemoteRefs = Readonly<{
  branches: ReadonlyMap<string, Oid>;
  followed: string | undefined;
}>;

/**
 * What of the caller's environment must not decide what history is: replaced objects, grafts, the
 * boundary of a shallow clone, objects that are fetched on the way.
 */
const HONEST = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_GRAFT_FILE: '/dev/null',
  // The empty name stands for: no boundary at all.
  GIT_SHALLOW_FILE: '',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
} as const;

/** A commit on the way is missing: a shallow boundary, or a damaged store. */
const NOT_COVERED =
  'history not covered: commits behind what is pushed are not there; push from a complete clone (git fetch --unshallow)';

/** What an answer of git's was not good for. */
type Failure = string;

/**
 * The git that runs a hook, in the environment that it gave the hook: the quarantine of a push, the
 * index of a commit. It lists; what it lists is read again and re-hashed.
 */
export class HookGit {
  readonly #honest: Pick<Terminal, 'cwd' | 'env'>;

  constructor({ cwd, env }: Pick<Terminal, 'cwd' | 'env'>) {
    this.#honest = { cwd, env: { ...env, ...HONEST } };
  }

  /** Finds the repository; one that is not read is told as such. */
  async places(): Promise<Result<HookPlaces, Failure>> {
    const paths = ['--git-path', 'objects', '--git-path', 'index'];
    const asked = ['--absolute-git-dir', '--git-common-dir', ...paths];
    const all = ['rev-parse', '--path-format=absolute', ...asked, '--show-object-format'] as const;
    const kind = '--is-bare-repository';
    const withHead = await this.run(...all, kind, 'HEAD^{commit}');
    // A branch without a commit is no failure; then git is asked for the rest alone.
    const found = withHead.status === 0 ? withHead : await this.run(...all, kind);
    if (found.status !== 0) return stopped('there is no Git repository here');
    const lines = textOf(found).split('\n');
    const [gitDir = '', commonDir = '', objectsDir = '', indexFile = ''] = lines;
    const [format = '', bare, head = '', ...more] = lines.slice(4);
    if (more.length > 0) return stopped('the path of the repository has a line break');
    if (format !== 'sha1') {
      return stopped(
        `the repository names objects by ${printable(format)}; gitward reads sha1 alone`,
      );
    }
    const places = { gitDir, commonDir, objectsDir, indexFile, isBare: bare === 'true' };
    const oid = parseOid(head);
    return ok(oid === undefined ? places : { ...places, head: oid });
  }

  /** A setting, where somebody made it. */
  async setting(name: string): Promise<string | undefined> {
    const found = await this.run('config', '--get', name);
    return found.status === 0 ? textOf(found) : undefined;
  }

  /** The full name that a symbolic ref names. */
  async symbolic(name: string): Promise<string | undefined> {
    const found = await this.run('symbolic-ref', '--quiet', name);
    return found.status === 0 ? textOf(found) : undefined;
  }

  /** What a full ref name, HEAD or a revision of our own making leads to. */
  async oid(name: string): Promise<Oid | undefined> {
    const found = await this.run('rev-parse', '--verify', '--quiet', '--end-of-options', name);
    return found.status === 0 ? parseOid(textOf(found)) : undefined;
  }

  /** The branches of a remote as they were last seen, by short name, and the one that its HEAD names. */
  async remoteRefs(remote: string): Promise<RemoteRefs> {
    const prefix = `refs/remotes/${remote}/`;
    const format = '--format=%(objectname) %(refname) %(symref)';
    const found = await this.run('for-each-ref', format, prefix);
    const branches = new Map<string, Oid>();
    let followed: string | undefined;
    for (const line of textOf(found).split('\n')) {
      const [text = '', name = '', target = ''] = line.split(' ');
      const oid = parseOid(text);
      const branch = name.slice(prefix.length);
      if (oid === undefined || !name.startsWith(prefix)) continue;
      if (branch !== 'HEAD') branches.set(branch, oid);
      else if (target.startsWith(prefix)) followed = target.slice(prefix.length);
    }
    return { branches, followed };
  }

  /** Those of these commits that are here. */
  async present(oids: readonly Oid[]): Promise<readonly Oid[]> {
    if (oids.length === 0) return [];
    const input = Buffer.from(oids.map((oid) => `${oid}\n`).join(''));
    const found = await this.run(
      { input },
      'cat-file',
      '--batch-check=%(objectname) %(objecttype)',
    );
    const there = new Set(textOf(found).split('\n'));
    return oids.filter((oid) => there.has(`${oid} commit`) || there.has(`${oid} tag`));
  }

  /** Does the second commit contain the first? No where one of them is not there. */
  async descends(old: Oid, next: Oid): Promise<boolean> {
    return (await this.run('merge-base', '--is-ancestor', old, next)).status === 0;
  }

  /** The first commit behind this one, by first parents: what its history began with. */
  async root(commit: Oid): Promise<Oid | undefined> {
    const found = await this.run('rev-list', '--max-parents=0', '--first-parent', commit);
    return found.status === 0 ? parseOid(textOf(found).split('\n').at(-1) ?? '') : undefined;
  }

  /**
   * Commits that the tips reach and what is known does not, newest first; `known` is oids and `refs`
   * the pseudo-options of rev-list. A commit that is missing on the way is a failure, never an end.
   */
  async newCommits(
    tips: readonly Oid[],
    { known, refs }: Readonly<{ known: readonly Oid[]; refs: readonly string[] }>,
  ): Promise<Result<readonly Oid[], Failure>> {
    if (tips.length === 0) return ok([]);
    const lines = [...tips, ...known.map((oid) => `^${oid}`)];
    const input = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const found = await this.run(
      { input },
      'rev-list',
      '--topo-order',
      '--stdin',
      '--not',
      ...refs,
    );
    if (found.status !== 0) return stopped(NOT_COVERED);
    const oids: Oid[] = [];
    for (const line of textOf(found).split('\n')) {
      const oid = parseOid(line);
      if (oid !== undefined) oids.push(oid);
      else if (line !== '') return stopped('git listed something that is no commit');
    }
    return ok(oids);
  }

  /** Runs git; with input where it is given. */
  run(...args: readonly string[]): Promise<Answer>;
  run(options: Readonly<{ input: Uint8Array }>, ...args: readonly string[]): Promise<Answer>;
  run(
    first: string | Readonly<{ input: Uint8Array }> = '',
    ...rest: readonly string[]
  ): Promise<Answer> {
    if (typeof first === 'string') return runProgram(['git', first, ...rest], this.#honest);
    return runProgram(['git', ...rest], this.#honest, first);
  }
}

function textOf({ stdout }: Answer): string {
  return stdout.toString('utf8').replace(/\n$/, '');
}
