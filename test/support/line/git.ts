import type { RawObject } from '../../../src/domain/git-object.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { ok, stopped } from '../../../src/domain/result.ts';
import type { Result } from '../../../src/domain/result.ts';
import { stop } from '../../../src/domain/stop.ts';
import type { Stop } from '../../../src/domain/stop.ts';
import type {
  GitPort,
  GitSource,
  ObjectReader,
  Quarantine,
  ServerRef,
} from '../../../src/reconcile/ports.ts';
import type { TestRepo } from '../repo-builder.ts';

/** A Git port over a real repository on disk, with a published store that only knows what was published. */
export class LocalGit implements GitSource {
  readonly #repo: TestRepo;
  readonly #published = new Set<Oid>();
  /** Objects never change: each is asked of git once. */
  readonly #objects = new Map<Oid, RawObject>();
  /** Objects that neither the server nor the store has. */
  readonly missing = new Set<Oid>();
  /** What every branch names; HEAD unless set. */
  tip: Oid | undefined;
  /** Other refs by full name: tags, notes. */
  readonly named = new Map<string, Oid>();
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
      refs: async (wanted) =>
        this.down === undefined ? ok(await this.#refs(wanted)) : stopped(this.down),
      fetch: (wanted) => this.#fetch(wanted),
      published: this.#reader(async (oid) => this.#published.has(oid)),
      reset: async () => this.loseStore(),
    };
  }

  async #head(): Promise<Oid> {
    return this.tip ?? (await this.#repo.head());
  }

  /** Branches name the tip; tags and notes what they were set to. */
  async #refs(wanted: readonly string[]): Promise<ReadonlyMap<string, ServerRef>> {
    const oid = await this.#head();
    const found = new Map<string, ServerRef>();
    for (const name of wanted) {
      if (name.startsWith('refs/heads/')) found.set(name, { name, oid });
    }
    for (const [name, named] of this.named) {
      const asked = wanted.some(
        (one) => one === name || (one.endsWith('/') && name.startsWith(one)),
      );
      if (asked) found.set(name, { name, oid: named });
    }
    return found;
  }

  async #fetch(wanted: readonly string[]): Promise<Result<Quarantine>> {
    if (this.down !== undefined) return stopped(this.down);
    this.fetches += 1;
    const refs = await this.#refs(wanted);
    return ok({
      refs,
      ...this.#reader(async () => true),
      publish: async () => {
        const oids = [...refs.values()].map(({ oid }) => oid);
        const listed = await this.#repo.git('rev-list', '--objects', ...oids);
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
          if (this.missing.has(oid) || !(await has(oid))) continue;
          const raw = await this.#object(oid);
          if (raw !== undefined) found.set(oid, raw);
        }
        return ok(found);
      },
    };
  }

  async #object(oid: Oid): Promise<RawObject | undefined> {
    const held = this.#objects.get(oid);
    if (held !== undefined) return held;
    const known = await this.#repo.run(['cat-file', '-e', oid]);
    if (known.status !== 0) return undefined;
    const raw = await this.#repo.object(oid);
    this.#objects.set(oid, raw);
    return raw;
  }
}

/** A server that cannot be reached. */
export const UNREACHABLE = stop('GitUnreachable', 'no route');
