import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import type { Oid } from '../../../src/domain/oid.ts';

/** What every attack is shown to beat: isomorphic-git as its manual uses it, in one directory for good. */
export class NaiveClone {
  readonly #dir: string;
  readonly #url: string;

  private constructor(dir: string, url: string) {
    this.#dir = dir;
    this.#url = url;
  }

  static async create(url: string): Promise<NaiveClone> {
    const dir = await mkdtemp(join(tmpdir(), 'gw-naive-'));
    await git.init({ fs, dir, bare: true, gitdir: dir, defaultBranch: 'main' });
    await git.addRemote({ fs, dir, gitdir: dir, remote: 'origin', url });
    return new NaiveClone(dir, url);
  }

  /** Yields what the fetch says the branch is, or the name of what it threw. */
  async fetch(headers: Record<string, string> = {}): Promise<string> {
    const where = { fs, dir: this.#dir, gitdir: this.#dir, http, remote: 'origin', headers };
    try {
      const fetched = await git.fetch({
        ...where,
        url: this.#url,
        ref: 'main',
        singleBranch: true,
      });
      return fetched.fetchHead ?? 'nothing';
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  }

  /** How many commits it believes in, or the name of what it threw. */
  async history(oid: Oid): Promise<number | string> {
    try {
      const where = { fs, dir: this.#dir, gitdir: this.#dir, cache: {} };
      return (await git.log({ ...where, ref: oid })).length;
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  }

  async remove(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }
}
