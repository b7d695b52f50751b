import process from 'node:process';
import { chooseEngine } from '../../../src/adapters/git/choose.ts';
import type { EngineName } from '../../../src/adapters/git/engine.ts';
import { gitSource } from '../../../src/adapters/git/source.ts';
import { loadKeyring } from '../../../src/signature/index.ts';
import type { Holder, Keyring } from '../../../src/signature/index.ts';
import { GitWorld } from '../../support/git-server/world.ts';
import { fakedTime, GpgHome } from '../../support/gpg.ts';
import type { GpgKey } from '../../support/gpg.ts';
import { buildRepo } from '../../support/repo-builder.ts';
import type { TestRepo } from '../../support/repo-builder.ts';
import { SshHome } from '../../support/ssh.ts';
import { person, trustIn } from '../../support/trust.ts';
import { CertificateHome } from './x509-people.ts';
import type { Certified } from './x509-people.ts';
import { commitText, judge, keyringOf, signedCommit } from '../judgement.ts';

/** The life of the keys that are over: made, used, ended. */
export const BORN = new Date('2024-01-01T00:00:00Z');
export const BACKDATED = new Date('2024-01-15T00:00:00Z');
export const ENDED_AT = new Date('2024-06-01T00:00:00Z');

/** The moment of decision of rows about time. */
export const DECIDED_AT = Date.UTC(2025, 5, 1);

/** A root, an authority below it, and Alice's certificate, which is over after a day. */
export type Infrastructure = Readonly<{
  home: CertificateHome;
  root: Certified;
  middle: Certified;
  alice: Certified;
}>;

/** Real tools and the people of the table: Alice is listed, Mallory is not, both say to be Alice. */
export class Workshop {
  readonly gpg: GpgHome;
  readonly ssh: SshHome;
  readonly repo: TestRepo;
  readonly alice: GpgKey;
  readonly mallory: GpgKey;
  readonly keyring: Keyring;
  #made = 0;
  #infrastructure: Promise<Infrastructure> | undefined;
  readonly #worlds = new Map<EngineName, Promise<GitWorld>>();

  private constructor(
    parts: Pick<Workshop, 'gpg' | 'ssh' | 'repo' | 'alice' | 'mallory' | 'keyring'>,
  ) {
    this.gpg = parts.gpg;
    this.ssh = parts.ssh;
    this.repo = parts.repo;
    this.alice = parts.alice;
    this.mallory = parts.mallory;
    this.keyring = parts.keyring;
  }

  static async create(): Promise<Workshop> {
    const gpg = await GpgHome.create();
    const elsewhere = await GpgHome.create();
    const alice = await gpg.newKey('Alice', 'alice@example.com');
    const mallory = await elsewhere.newKey('Alice', 'alice@example.com');
    const [ssh, repo, keyring] = [
      await SshHome.create(),
      await buildRepo(),
      await keyringOf(alice),
    ];
    return new Workshop({ gpg, ssh, repo, alice, mallory, keyring });
  }

  /** Certificates, made when first asked for. */
  infrastructure(): Promise<Infrastructure> {
    this.#infrastructure ??= issueAll();
    return this.#infrastructure;
  }

  /** A repository behind a real server, made when first asked for, and what fetches from it. */
  world(engine: EngineName = 'embedded'): Promise<GitWorld> {
    const known = this.#worlds.get(engine);
    if (known !== undefined) return known;
    const choice = chooseEngine(engine, process.env['PATH']);
    const flags = { allowHttp: true, allowPrivateAddresses: true };
    const made = GitWorld.create((dataDir, clock) =>
      gitSource({ dataDir, clock, engine: choice, ...flags }),
    );
    this.#worlds.set(engine, made);
    return made;
  }

  async close(): Promise<void> {
    for (const world of this.#worlds.values()) await (await world).close();
    await (await this.#infrastructure)?.home.remove();
    await this.repo.remove();
    await this.ssh.remove();
    await this.mallory.home.remove();
    await this.gpg.remove();
  }

  /** An old key of somebody new, in the same gpg. */
  newKey(options: Parameters<GpgHome['newKey']>[2] = {}): Promise<GpgKey> {
    this.#made += 1;
    return this.gpg.newKey(`Person ${this.#made}`, `p${this.#made}@example.com`, {
      at: BORN,
      ...options,
    });
  }

  /** The plain commit, signed back then. */
  backdated(key: GpgKey, ...extra: readonly string[]): Promise<Uint8Array> {
    return signedCommit(key, commitText(), [...fakedTime(BACKDATED), ...extra]);
  }

  /** What gitward says of a commit; of Alice's keyring and now, unless told otherwise. */
  async verdict(bytes: Uint8Array, keyring = this.keyring, at = Date.now()): Promise<string> {
    const said = await judge(bytes, keyring, at);
    return said === 'good' ? 'accepted' : said;
  }

  /** The same by this one key, at the moment of decision of rows about time. */
  async verdictOn(bytes: Uint8Array, key: GpgKey): Promise<string> {
    return this.verdict(bytes, await keyringOf(key), DECIDED_AT);
  }

  /** What `git verify-commit` says by its exit status. */
  async git(bytes: Uint8Array, config: readonly string[] = []): Promise<string> {
    const oid = await this.repo.write('commit', bytes);
    const set = config.flatMap((one) => ['-c', one]);
    const ran = await this.repo.run([...set, 'verify-commit', oid], { env: this.gpg.env });
    return ran.status === 0 ? 'accepted' : 'refused';
  }
}

async function issueAll(): Promise<Infrastructure> {
  const home = await CertificateHome.create();
  const root = await home.root('Root');
  const middle = await home.intermediate('Middle', root);
  return { home, root, middle, alice: await home.leaf('alice@example.com', middle, 1) };
}

/** The keyring of these holders. */
export async function ringOf(...holders: readonly Holder[]): Promise<Keyring> {
  return (await loadKeyring(trustIn(...holders))).keyring;
}

/** The keyring of one person with one armored key. */
export function ringOfArmored(armored: string): Promise<Keyring> {
  return ringOf(person('Alice', [armored]));
}
