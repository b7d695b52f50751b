import { hashObject } from '../../../src/commit/oid.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { makePack } from '../../support/git-server/pack-maker.ts';
import type { TestRepo } from '../../support/repo-builder.ts';

/** Most commits that a failure shows. */
const MAX_TOLD = 5;

/** The real git over many commits at once: one pack in, one fsck, one verify-commit. */
export class Oracle {
  readonly #repo: TestRepo;
  readonly #env: Record<string, string>;
  readonly #config: readonly string[];

  constructor(repo: TestRepo, env: Readonly<Record<string, string>>, config: readonly string[]) {
    this.#repo = repo;
    this.#env = { ...env };
    this.#config = config;
  }

  /** Stores commits whatever git thinks of them; throws unless git names them as gitward does. */
  async store(commits: ReadonlyMap<Oid, Uint8Array>): Promise<void> {
    const parts = [...commits.values()].map((bytes) => ({ kind: 'commit', bytes }) as const);
    const stored = await this.#repo.run(['index-pack', '--stdin'], { input: makePack(parts) });
    if (stored.status !== 0) throw new Error(`git index-pack: ${stored.stderr}`);
    const input = [...commits.keys()].join('\n');
    const asked = await this.#repo.run(['cat-file', '--batch-check'], { input });
    const lines = [...commits].map(([oid, bytes]) => `${oid} commit ${bytes.length}`);
    const answered = asked.stdout.toString().trim();
    if (answered !== lines.join('\n')) throw new Error('git names a commit in another way');
  }

  /** Which of all commits stored `git fsck --strict` has something against, and what. */
  async faulty(): Promise<ReadonlyMap<string, string>> {
    const ran = await this.#repo.run(['fsck', '--strict', '--no-dangling', '--no-progress']);
    const said = `${ran.stdout.toString()}\n${ran.stderr}`;
    const lines = said.matchAll(/^(?:error|warning)(?:: | in commit )(?:.*?)([0-9a-f]{40}).*/gm);
    return new Map([...lines].map(([line, oid = '']) => [oid, line]));
  }

  /**
   * Those that git does not call good, each with the words of `git verify-commit`. Its exit status is
   * gpg's, which takes the END line behind armor without a checksum for data and complains after
   * GOODSIG; then `%G?` decides.
   */
  async notGood(oids: readonly Oid[]): Promise<readonly string[]> {
    const all = oids.length === 0 ? undefined : await this.#git(['verify-commit', ...oids]);
    if (all === undefined || all.status === 0) return [];
    const good = await this.good(oids);
    const refused = oids.filter((oid) => !good.has(oid)).slice(0, MAX_TOLD);
    const told = refused.map(async (oid) => {
      const { stderr } = await this.#git(['verify-commit', oid]);
      const commit = await this.#git(['cat-file', 'commit', oid]);
      return `${oid}: ${stderr}\n${commit.stdout.toString('latin1').slice(0, 2_000)}`;
    });
    return Promise.all(told);
  }

  /** Those that git calls good, one by one: `%G?` is G. */
  async good(oids: readonly Oid[]): Promise<ReadonlySet<string>> {
    const lines = await this.#log(oids, '%H %G?');
    return new Set(lines.filter((line) => line.endsWith(' G')).map((line) => line.slice(0, 40)));
  }

  /** Does `git verify-commit` exit with 0? It takes what `git log` gives up on. */
  async verifies(oid: Oid): Promise<boolean> {
    return (await this.#git(['verify-commit', oid])).status === 0;
  }

  /** How git reads each of them: name, tree and parents. */
  async read(oids: readonly Oid[]): Promise<ReadonlySet<string>> {
    return new Set(await this.#log(oids, '%H %T %P'));
  }

  async #log(oids: readonly Oid[], format: string): Promise<readonly string[]> {
    const args = ['log', '--no-walk=unsorted', '--stdin', `--format=${format}`];
    const ran = await this.#git(args, oids.join('\n'));
    return ran.stdout
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
  }

  #git(args: readonly string[], input = ''): ReturnType<TestRepo['run']> {
    return this.#repo.run([...this.#config, ...args], { env: this.#env, input });
  }
}

/** A commit's bytes under their name. */
export function named(bytes: Uint8Array): readonly [Oid, Uint8Array] {
  return [hashObject('commit', bytes), bytes];
}
