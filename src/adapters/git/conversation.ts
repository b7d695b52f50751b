import type { Oid } from '../../domain/oid.ts';
import type { ServerRef } from '../../reconcile/ports.ts';
import { askRefs, readGreeting, readRefsV2 } from './advertisement.ts';
import type { ProtocolVersion } from './advertisement.ts';
import { GitError } from './failure.ts';
import { DELIMITER, FLUSH, packet } from './pkt-line.ts';
import type { PacketReader } from './pkt-line.ts';
import type { Wire } from './wire/wire.ts';

/** Most bytes of a list of refs: a server without protocol version 2 lists every ref it has. */
export const MAX_REFS_BYTES = 16 * 1024 * 1024;

/** Side-band and progress around a pack: one byte band and four digits per packet, and some text. */
const BAND_OVERHEAD = 1.01;
const BAND_SLACK_BYTES = 1024 * 1024;

/** What is known of a server from before: whether it speaks version 2. Only ever saves a request. */
export type ServerMemory = { speaksV2: boolean };

/** One poll, or one fetch, with one server: `refs` first, then `requestPack` at most once. */
export class Conversation {
  readonly #wire: Wire;
  readonly #memory: ServerMemory;
  #version: ProtocolVersion = 1;

  constructor(wire: Wire, memory: ServerMemory = { speaksV2: false }) {
    this.#wire = wire;
    this.#memory = memory;
  }

  /** What the server speaks; known after `refs`. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /**
   * Asks what refs name, by full names and by prefixes; what the server lacks is missing from the
   * answer. `isLast` says that no pack will be asked for. Throws `GitError` and `NetError`.
   */
  async refs(
    wanted: readonly string[],
    { isLast = false }: Readonly<{ isLast?: boolean }> = {},
  ): Promise<ReadonlyMap<string, ServerRef>> {
    if (this.#wire.isStateless && this.#memory.speaksV2) {
      const refs = await this.#refsUngreeted(wanted, isLast);
      if (refs !== undefined) return refs;
    }
    const reader = await this.#wire.greeting(MAX_REFS_BYTES);
    const greeting = await readGreeting(reader, wanted);
    await this.#finish(reader);
    this.#version = greeting.version;
    if (greeting.version === 1) return greeting.refs;
    const refs = await this.#listRefs(wanted, isLast);
    this.#memory.speaksV2 = true;
    return refs;
  }

  /**
   * The same by full names, for a fetch: without the first of them there is nothing to fetch
   * (`RefNotFound`).
   */
  async mustRefs(wanted: readonly string[]): Promise<ReadonlyMap<string, ServerRef>> {
    const refs = await this.refs(wanted);
    const [first = ''] = wanted;
    if (refs.has(first)) return refs;
    throw new GitError('RefNotFound', `the server has no ${first}; push it or correct source.ref`);
  }

  /** Asks for everything `wants` reach and `have` does not, as one self-contained pack. */
  requestPack(
    wants: readonly Oid[],
    have: Oid | undefined,
    maxPackBytes: number,
  ): Promise<PacketReader> {
    const body = this.#version === 2 ? askV2(wants, have) : askV1(wants, have);
    const maxBytes = Math.ceil(maxPackBytes * BAND_OVERHEAD) + BAND_SLACK_BYTES;
    return this.#wire.ask(body, { maxBytes, isLast: true });
  }

  close(): void {
    this.#wire.close();
  }

  /** Straight to the list of refs; `undefined` if the server does not answer as it did before. */
  async #refsUngreeted(
    wanted: readonly string[],
    isLast: boolean,
  ): Promise<ReadonlyMap<string, ServerRef> | undefined> {
    this.#version = 2;
    try {
      return await this.#listRefs(wanted, isLast);
    } catch (error) {
      if (!(error instanceof GitError) || !ODD.has(error.stop.reason)) throw error;
      this.#memory.speaksV2 = false;
      return undefined;
    }
  }

  async #listRefs(
    wanted: readonly string[],
    isLast: boolean,
  ): Promise<ReadonlyMap<string, ServerRef>> {
    const reader = await this.#wire.ask(askRefs(wanted), { maxBytes: MAX_REFS_BYTES, isLast });
    const refs = await readRefsV2(reader, wanted);
    await this.#finish(reader);
    return refs;
  }

  async #finish(reader: PacketReader): Promise<void> {
    if (this.#wire.isStateless) await reader.mustEnd();
  }
}

/** How a server answers that was changed for one without version 2, or moved. */
const ODD: ReadonlySet<string> = new Set(['GitProtocolError', 'GitTruncated', 'RefNotFound']);

/** gitprotocol-v2(5), `command=fetch`; without `thin-pack` the pack leans on nothing outside it. */
function askV2(wants: readonly Oid[], have: Oid | undefined): Uint8Array {
  const lines = ['ofs-delta\n', 'no-progress\n', ...wants.map((want) => `want ${want}\n`)];
  if (have !== undefined) lines.push(`have ${have}\n`);
  return Buffer.concat([
    packet('command=fetch\n'),
    packet('agent=gitward\n'),
    DELIMITER,
    ...lines.map(packet),
    packet('done\n'),
    FLUSH,
  ]);
}

/** gitprotocol-pack(5), one round without negotiation. */
function askV1([first, ...more]: readonly Oid[], have: Oid | undefined): Uint8Array {
  const known = have === undefined ? [] : [packet(`have ${have}\n`)];
  const wanted = [
    packet(`want ${first} side-band-64k ofs-delta no-progress agent=gitward\n`),
    ...more.map((want) => packet(`want ${want}\n`)),
  ];
  return Buffer.concat([...wanted, FLUSH, ...known, packet('done\n')]);
}
