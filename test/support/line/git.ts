import type { RawObject } from '../../../src/domain/git-object.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { ok, stopped } from '../../../src/domain/result.ts';
import type { Result } from '../../../src/domain/result.ts';
import { stop } from '../../../src/domain/stop.ts';
import type { Stop } from '../../../src/domain/stop.ts';
import type { GitPort, GitSource, ObjectReader, Quarantine } from '../../../src/reconcile/ports.ts';
import type { TestRepo } from '../repo-builder.ts';

/** A Git port over a real repository on disk, with a published store that only knows what was published. */
export class LocalGit implements GitSource {
  readonly #repo: TestRepo;
  readonly #published = new Set<Oid>();
  /** What the server names; HEAD unless set. */
  tip: Oid | undefined;
  /** Every call to the server ends so. */
  down: Stop | undefined;
  fetches = 0;

  constructor(repo: TestRepo) {
    this.#repo = repo;
  }

  /** Empties the published store, as a lost volume does. */
  loseStore(): void {
    this.#published.clear();
  }

  open(): GitPort {
    return {
      head: async () => (this.down === undefined ? ok(await this.#head()) : stopped(this.down)),
      fetch: () => this.#fetch(),
      published: this.#reader(async (oid) => this.#published.has(oid)),
      reset: async () => this.loseStore(),
    };
  }

  async #head(): Promise<Oid> {
    return this.tip ?? (await this.#repo.head());
  }

  async #fetch(): Promise<Result<Quarantine>> {
    if (this.down !== undefined) return stopped(this.down);
    this.fetches += 1;
    const tip = await this.#head();
    return ok({
      tip,
      ...this.#reader(async () => true),
      publish: async () => {
        const listed = await this.#repo.git('rev-list', '--objects', tip);
        for (const line of listed.split('\n')) {
          // rev-list prints an oid first on every line.
          this.#published.add(line.slice(0, 40) as Oid);
        }
        return ok(undefined);
      },
      discard: async () => undefined,
    });
  }

  #reader(has: (oid: Oid) => Promise<boolean>): ObjectReader {
    return {
      readMany: async (oids) => {
        const found = new Map<Oid, RawObject>();
        for (const oid of oids) {
          if (!(await has(oid))) continue;
          const known = await this.#repo.run(['cat-file', '-e', oid]);
          if (known.status === 0) found.set(oid, await this.#repo.object(oid));
        }
        return ok(found);
      },
    };
  }
}

/** A server that cannot be reached. */
export const UNREACHABLE = stop('GitUnreachable', 'no route');
