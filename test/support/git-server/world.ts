import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseOid } from '../../../src/domain/oid.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { repoKey } from '../../../src/domain/repo-key.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import type { Result } from '../../../src/domain/result.ts';
import type {
  Credentials,
  GitPort,
  GitSource,
  ObjectReader,
  Quarantine,
  Remote,
} from '../../../src/reconcile/ports.ts';
import { manualClock } from '../clock.ts';
import type { ManualClock } from '../clock.ts';
import { startGitServer } from '../git-server.ts';
import type { GitServer, GitServerOptions } from '../git-server.ts';
import { startSshd } from '../sshd.ts';
import type { SshdOptions } from '../sshd.ts';
import { sshServer } from './ssh-server.ts';
import { TestRepo, buildBareRepo, buildRepo } from '../repo-builder.ts';

/** Makes the adapter under test; `dataDir` may have been used by an earlier one. */
export type MakeSource = (dataDir: string, clock: Clock) => GitSource;

/** Over HTTP, or over SSH where that is set up. */
export type WorldOptions = Partial<GitServerOptions> & Readonly<{ ssh?: SshdOptions }>;

/** Signal of a pass that nobody cancels. */
export const NEVER = new AbortController().signal;

/** The branch that every world has. */
export const MAIN = 'refs/heads/main';

const LIMITS = { maxPackBytes: 8 * 1024 * 1024, timeoutMs: 60_000 };

/** Bytes of the first commit, which do not compress: fetching it again cannot be missed. */
export const BULK_BYTES = 300_000;

/** A served repository with three commits on `main`, and a way to open it. */
export class GitWorld {
  readonly root: string;
  readonly work: TestRepo;
  readonly bare: TestRepo;
  readonly server: GitServer;
  readonly credentials: Credentials;
  readonly clock: ManualClock = manualClock();
  readonly #make: MakeSource;
  readonly #dirs: string[] = [];

  private constructor(
    parts: Pick<GitWorld, 'root' | 'work' | 'bare' | 'server' | 'credentials'>,
    make: MakeSource,
  ) {
    this.root = parts.root;
    this.work = parts.work;
    this.bare = parts.bare;
    this.server = parts.server;
    this.credentials = parts.credentials;
    this.#make = make;
  }

  static async create(make: MakeSource, options: WorldOptions = {}): Promise<GitWorld> {
    const root = await mkdtemp(join(tmpdir(), 'gw-world-'));
    await cp(await (template ??= buildTemplate()), root, { recursive: true });
    const bare = new TestRepo(join(root, 'app.git'));
    const work = new TestRepo(join(root, 'work'));
    const { ssh, ...http } = options;
    if (ssh === undefined) {
      const server = await startGitServer({ root, ...http });
      return new GitWorld({ root, work, bare, server, credentials: { kind: 'none' } }, make);
    }
    const sshd = await startSshd(ssh);
    const { knownHosts, client } = sshd;
    const credentials = { kind: 'ssh', knownHosts, identity: client.identity } as const;
    const server = sshServer(sshd, root);
    return new GitWorld({ root, work, bare, server, credentials }, make);
  }

  async close(): Promise<void> {
    await this.server.close();
    for (const dir of [this.root, ...this.#dirs]) await rm(dir, { recursive: true, force: true });
  }

  get remote(): Remote {
    return { url: `${this.server.url}/app.git`, credentials: this.credentials };
  }

  /** The same with nobody there. */
  get goneUrl(): string {
    return this.remote.url.replace(/:\d+\//, ':1/');
  }

  /** A data directory that goes away with the world. */
  async dataDir(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'gw-data-'));
    this.#dirs.push(dir);
    return dir;
  }

  /** The adapter under test, as a process has it. */
  source(dataDir: string): GitSource {
    return this.#make(dataDir, this.clock);
  }

  /** Opens the repository in a fresh data directory, or in the one given. */
  async open(
    options: Readonly<{
      dataDir?: string;
      source?: GitSource;
      remote?: Partial<Remote>;
      limits?: Partial<typeof LIMITS>;
    }> = {},
  ): Promise<GitPort> {
    const source = options.source ?? this.source(options.dataDir ?? (await this.dataDir()));
    const remote = { ...this.remote, ...options.remote };
    return source.open(repoKey('payments', 'app'), remote, { ...LIMITS, ...options.limits });
  }

  /** Commits and pushes one more file to `main`. */
  async advance(): Promise<Oid> {
    const name = `a/${randomBytes(4).toString('hex')}.yaml`;
    const oid = await this.work.commit({ files: { [name]: 'more: true\n' } });
    await this.work.push(this.bare.dir, { force: true });
    return oid;
  }

  /** Moves the clock on until the promise settles, as fast as the sockets allow. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    const wait = { isOver: false };
    const over = (): void => void (wait.isOver = true);
    promise.then(over, over);
    while (!wait.isOver) await this.clock.advance(500);
    return promise;
  }

  /** Every object that `oid` reaches, as git itself lists them. */
  async reachable(oid: Oid): Promise<readonly Oid[]> {
    const listed = await this.work.git('rev-list', '--objects', oid);
    return listed.split('\n').flatMap((line) => parseOid(line.slice(0, 40)) ?? []);
  }
}

/** Built once in a test file and copied for each of its worlds. */
let template: Promise<string> | undefined;

afterAll(async () => {
  if (template !== undefined) await rm(await template, { recursive: true });
});

async function buildTemplate(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gw-template-'));
  const bare = await buildBareRepo(join(root, 'app.git'));
  const work = await buildRepo(join(root, 'work'));
  await work.commit({ files: { 'bulk.bin': randomBytes(BULK_BYTES), 'a/one.yaml': 'one: 1\n' } });
  await work.commit({ files: { 'a/two.yaml': 'two: 2\n'.repeat(200) } });
  await work.commit({ files: { 'a/two.yaml': 'two: 2\n'.repeat(201) } });
  await work.push(bare.dir);
  return root;
}

/** The value, or a failed test that shows the stop. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.stop.reason}: ${result.stop.message}`);
  return result.value;
}

/** The reason of a stop, `ok` without one. */
export function reasonOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.stop.reason;
}

/** What the fetched branch named. */
export function tipOf(quarantine: Quarantine, ref = MAIN): Oid {
  const found = quarantine.refs.get(ref);
  if (found === undefined) throw new Error(`${ref} is not among the fetched refs`);
  return found.oid;
}

/** What one ref names on the server; `missing` where it names nothing. */
export async function oidNamed(port: GitPort, ref = MAIN): Promise<Oid | 'missing'> {
  return must(await port.refs([ref], NEVER)).get(ref)?.oid ?? 'missing';
}

/** Fetches, publishes, and yields the tip. */
export async function adopt(port: GitPort, have?: Oid): Promise<Oid> {
  const quarantine = must(await port.fetch([MAIN], have, NEVER));
  must(await quarantine.publish());
  return tipOf(quarantine);
}

/** Which of these objects a reader has. */
export async function heldBy(reader: ObjectReader, oids: readonly Oid[]): Promise<readonly Oid[]> {
  return [...must(await reader.readMany(oids)).keys()];
}

/** Files below a data directory, scratch and store alike. */
export async function filesIn(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
