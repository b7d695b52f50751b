import { parseOid } from '../../domain/oid.ts';
import type { ServerRef } from '../../reconcile/ports.ts';
import { GitError } from './failure.ts';
import { isRefPrefix } from './ref-name.ts';

/** Most refs taken for one prefix. */
export const MAX_REFS_PER_PREFIX = 10_000;

const NO_OBJECT = '0'.repeat(40);

/**
 * Gathers the refs that were asked for out of all that a server names. Throws `GitError`:
 * GitProtocolError for names and oids that Git does not have or that contradict each other,
 * RepositoryTooLarge for more refs below one prefix than the limit.
 */
export class RefCollector {
  readonly #names: ReadonlySet<string>;
  readonly #counts: Map<string, number>;
  readonly #found = new Map<string, ServerRef>();

  constructor(wanted: readonly string[]) {
    this.#names = new Set(wanted.filter((text) => !isRefPrefix(text)));
    this.#counts = new Map(wanted.filter(isRefPrefix).map((prefix) => [prefix, 0]));
  }

  get found(): ReadonlyMap<string, ServerRef> {
    return this.#found;
  }

  /** Takes one ref if it was asked for; names that nobody can ask for are passed over. */
  add(rawName: Buffer, oidText: string, peeledText?: string): void {
    const name = nameOf(rawName);
    if (name === undefined || !this.#takes(name)) return;
    const oid = parseOid(oidText);
    const peeled = peeledText === undefined ? undefined : parseOid(peeledText);
    if (oid === undefined || oid === NO_OBJECT || (peeledText !== undefined && !peeled)) {
      throw new GitError('GitProtocolError', `what the server says about ${name} is no SHA-1 name`);
    }
    const known = this.#found.get(name);
    if (known === undefined) {
      this.#count(name);
      this.#found.set(name, { name, oid, ...(peeled === undefined ? {} : { peeled }) });
    } else if (known.oid !== oid || known.peeled !== peeled) {
      throw new GitError('GitProtocolError', `the server names two different objects for ${name}`);
    }
  }

  /** Takes the `^{}` line of protocol version 1: the object behind the tag of the line before. */
  peel(rawName: Buffer, oidText: string): void {
    const name = nameOf(rawName);
    const known = name === undefined ? undefined : this.#found.get(name);
    if (name === undefined || known === undefined) return;
    const peeled = parseOid(oidText);
    if (peeled === undefined || (known.peeled ?? peeled) !== peeled) {
      throw new GitError('GitProtocolError', `what the server says about ${name} makes no sense`);
    }
    this.#found.set(name, { ...known, peeled });
  }

  #takes(name: string): boolean {
    return this.#names.has(name) || this.#prefixesOf(name).length > 0;
  }

  #prefixesOf(name: string): readonly string[] {
    return [...this.#counts.keys()].filter((prefix) => name.startsWith(prefix));
  }

  #count(name: string): void {
    for (const prefix of this.#prefixesOf(name)) {
      const count = (this.#counts.get(prefix) ?? 0) + 1;
      if (count > MAX_REFS_PER_PREFIX) {
        const message = `the server has more than ${MAX_REFS_PER_PREFIX} refs below ${prefix}; remove old ones`;
        throw new GitError('RepositoryTooLarge', message);
      }
      this.#counts.set(prefix, count);
    }
  }
}

/** The name as text; `undefined` for one that is no UTF-8, which no spec can hold. */
function nameOf(raw: Buffer): string | undefined {
  if (FORBIDDEN_BYTES.test(raw.toString('latin1'))) {
    throw new GitError('GitProtocolError', 'the server names a ref in a way that Git does not');
  }
  const name = raw.toString('utf8');
  return Buffer.from(name).equals(raw) ? name : undefined;
}

/** Control characters, space and what else separates things in Git. */
const FORBIDDEN_BYTES = /^$|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/;
