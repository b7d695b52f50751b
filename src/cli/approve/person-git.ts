import { isRefName } from '../../commit/ref-name.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { repositoryIdentity } from '../../policy/approval.ts';
import type { Terminal } from '../terminal.ts';
import { runProgram } from './program.ts';
import type { Answer } from './program.ts';
import type { SigningConfig } from './signing.ts';

/** Where approvals are written. */
export const NOTES_REF = 'gitward-approvals';

const SETTINGS = [
  'gpg.format',
  'gpg.program',
  'gpg.openpgp.program',
  'gpg.ssh.program',
  'gpg.x509.program',
] as const;

/** The caller's own git in the caller's own work tree: here its configuration is wanted. */
export class PersonGit {
  readonly #terminal: Pick<Terminal, 'cwd' | 'env'>;

  constructor(terminal: Pick<Terminal, 'cwd' | 'env'>) {
    this.#terminal = terminal;
  }

  /** The commit that a revision names. */
  async commit(revision: string): Promise<Result<Oid, string>> {
    const wanted = `${revision}^{commit}`;
    const found = await this.#run('rev-parse', '--verify', '--quiet', '--end-of-options', wanted);
    const oid = parseOid(textOf(found));
    return oid === undefined ? stopped(`${printable(revision)} names no commit here`) : ok(oid);
  }

  /** The ref on the server that the current branch follows. */
  async upstream(): Promise<Result<string, string>> {
    const branch = textOf(await this.#run('symbolic-ref', '--quiet', '--short', 'HEAD'));
    const merge = branch === '' ? undefined : await this.#setting(`branch.${branch}.merge`);
    if (merge !== undefined && isRefName(merge)) return ok(merge);
    return stopped('the current branch follows none; give --ref refs/heads/main');
  }

  /** What the repository behind `origin` is called. */
  async repository(): Promise<Result<string, string>> {
    const url = textOf(await this.#run('remote', 'get-url', 'origin'));
    const identity = repositoryIdentity(url);
    if (identity !== undefined) return ok(identity);
    return stopped('the URL of remote origin names no host and path; give --repository');
  }

  /** What is set up for signing. */
  async signing(): Promise<SigningConfig> {
    const config: Record<string, string> = {};
    for (const name of SETTINGS) {
      const value = await this.#setting(name);
      if (value !== undefined) config[name] = value;
    }
    const isSsh = config['gpg.format'] === 'ssh';
    const key = await this.#setting('user.signingkey', isSsh ? ['--type=path'] : []);
    return key === undefined ? config : { ...config, 'user.signingkey': key };
  }

  /** `Name <address>` of the committer, by which gpg finds a key. */
  async identity(): Promise<string> {
    const ident = textOf(await this.#run('var', 'GIT_COMMITTER_IDENT'));
    return ident.replace(/ \d+ [+-]\d{4}$/, '');
  }

  /** The note of a commit as it is; nothing where there is none. */
  async note(oid: Oid): Promise<Uint8Array> {
    const found = await this.#run('notes', '--ref', NOTES_REF, 'show', oid);
    return found.status === 0 ? found.stdout : new Uint8Array();
  }

  /** Adds to the note of a commit, one empty line below what is there. */
  async appendNote(oid: Oid, file: string): Promise<Result<void, string>> {
    const done = await this.#run('notes', '--ref', NOTES_REF, 'append', '-F', file, oid);
    return done.status === 0
      ? ok(undefined)
      : stopped(`git notes failed: ${printable(done.stderr)}`);
  }

  async #setting(name: string, how: readonly string[] = []): Promise<string | undefined> {
    const found = await this.#run('config', ...how, '--get', name);
    return found.status === 0 ? textOf(found) : undefined;
  }

  #run(...args: readonly string[]): Promise<Answer> {
    return runProgram(['git', ...args], this.#terminal);
  }
}

function textOf({ status, stdout }: Answer): string {
  return status === 0 ? stdout.toString('utf8').replace(/\n$/, '') : '';
}
