import { join } from 'node:path';
import { isRefName } from '../../commit/ref-name.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { readBounded } from './files.ts';
import type { LocalRepo } from './locate.ts';

/** Longest file of one ref. */
const MAX_REF_BYTES = 4_096;

/** Longest packed-refs read: about a million refs. */
const MAX_PACKED_BYTES = 128 * 1024 * 1024;

/** Refs that name refs, followed this far; git itself goes 5 deep. */
const MAX_SYMBOLIC = 5;

const SYMBOLIC = /^ref: *([^\0\n]+?)\s*$/;

/** What a name leads to: the full name of the ref it ended at, where it is one, and the oid there. */
export type FoundRef = Readonly<{ oid: Oid; ref?: string }>;

/** Reads refs as they lie on disk, loose before packed; nothing of it is believed but names and oids. */
export class LocalRefs {
  readonly #repo: LocalRepo;
  #packed: Promise<ReadonlyMap<string, Oid>> | undefined;

  constructor(repo: LocalRepo) {
    this.#repo = repo;
  }

  /** What HEAD leads to; `undefined` for a branch without a commit. */
  head(): Promise<FoundRef | undefined> {
    return this.#follow('HEAD', this.#repo.gitDir);
  }

  /** A short or full name, in the order of gitrevisions(7): as it is, tag, branch, remote branch. */
  async find(name: string): Promise<FoundRef | undefined> {
    if (name === 'HEAD') return this.head();
    const places = ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/'];
    const names = [...places.map((place) => place + name), `refs/remotes/${name}/HEAD`];
    for (const full of names.filter(isRefName)) {
      const found = await this.#follow(full, this.#repo.commonDir);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #follow(name: string, dir: string, depth = 0): Promise<FoundRef | undefined> {
    if (depth > MAX_SYMBOLIC) return undefined;
    const text = (await readBounded(join(dir, name), MAX_REF_BYTES))?.toString('utf8');
    const named = depth === 0 && name === 'HEAD' ? {} : { ref: name };
    const oid = parseOid(text?.trimEnd() ?? '');
    if (oid !== undefined) return { oid, ...named };
    const target = SYMBOLIC.exec(text ?? '')?.[1];
    if (target !== undefined) {
      return isRefName(target) ? this.#follow(target, this.#repo.commonDir, depth + 1) : undefined;
    }
    const packed = (await (this.#packed ??= this.#readPacked())).get(name);
    return packed === undefined ? undefined : { oid: packed, ...named };
  }

  async #readPacked(): Promise<ReadonlyMap<string, Oid>> {
    const file = join(this.#repo.commonDir, 'packed-refs');
    const text = (await readBounded(file, MAX_PACKED_BYTES))?.toString('utf8') ?? '';
    const packed = new Map<string, Oid>();
    for (const line of text.split('\n')) {
      const oid = parseOid(line.slice(0, 40));
      if (oid !== undefined && line[40] === ' ') packed.set(line.slice(41), oid);
    }
    return packed;
  }
}
