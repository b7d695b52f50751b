import type { ServerRef } from '../../reconcile/ports.ts';
import { GitError, incomplete } from './failure.ts';
import { DELIMITER, FLUSH, packet } from './pkt-line.ts';
import type { Packet, PacketReader } from './pkt-line.ts';
import { RefCollector } from './server-refs.ts';

/** The two versions of the Git protocol that servers speak. */
export type ProtocolVersion = 1 | 2;

/** What a server says first; version 1 lists every ref at once. */
export type Greeting =
  Readonly<{ version: 2 }> | Readonly<{ version: 1; refs: ReadonlyMap<string, ServerRef> }>;

/** Most capability lines of version 2; git itself sends about eight. */
const MAX_CAPABILITIES = 100;

/**
 * Reads the server's first message up to its flush and keeps the refs that are wanted. Throws
 * `GitError`: HistoryIncomplete for a server that is a shallow clone itself, GitProtocolError for
 * what is no greeting, for SHA-256 and for a server that cannot send packs as we ask for them.
 */
export async function readGreeting(
  reader: PacketReader,
  wanted: readonly string[],
): Promise<Greeting> {
  let first = await reader.mustNext();
  // Smart HTTP announces the service first; some servers leave that out.
  if (lineOf(first)?.startsWith('# service=') === true) {
    if ((await reader.mustNext()).kind !== 'flush') throw senseless();
    first = await reader.mustNext();
  }
  if (lineOf(first) === 'version 2') {
    await readCapabilities(reader);
    return { version: 2 };
  }
  if (lineOf(first) === 'version 1') first = await reader.mustNext();
  return { version: 1, refs: await readRefsV1(reader, first, new RefCollector(wanted)) };
}

/** gitprotocol-v2(5), `command=ls-refs`; tags are peeled. */
export function askRefs(wanted: readonly string[]): Uint8Array {
  return Buffer.concat([
    packet('command=ls-refs\n'),
    packet('agent=gitward\n'),
    DELIMITER,
    packet('peel\n'),
    ...wanted.map((prefix) => packet(`ref-prefix ${prefix}\n`)),
    FLUSH,
  ]);
}

/** Reads the answer to `askRefs` up to its flush. Throws `GitError`. */
export async function readRefsV2(
  reader: PacketReader,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, ServerRef>> {
  const collector = new RefCollector(wanted);
  for (let read = await reader.mustNext(); read.kind !== 'flush'; read = await reader.mustNext()) {
    const [oid, name, ...attributes] = fieldsOf(read);
    if (oid === undefined || name === undefined) throw senseless();
    collector.add(name, oid.toString('latin1'), peeledOf(attributes));
  }
  return collector.found;
}

/** `peeled:<oid>`; what a symbolic ref leads to does not matter, and nothing else was asked for. */
function peeledOf(attributes: readonly Buffer[]): string | undefined {
  const texts = attributes.map((raw) => raw.toString('latin1'));
  const peeled = texts.filter((text) => text.startsWith('peeled:'));
  const isKnown = (text: string): boolean => /^(?:peeled|symref-target):/.test(text);
  if (peeled.length > 1 || !texts.every(isKnown)) throw senseless();
  return peeled[0]?.slice('peeled:'.length);
}

async function readCapabilities(reader: PacketReader): Promise<void> {
  const names = new Set<string>();
  for (let read = await reader.mustNext(); read.kind !== 'flush'; read = await reader.mustNext()) {
    const [name = '', value] = lineOf(read)?.split(/=(.*)/s) ?? [];
    names.add(name);
    if (names.size > MAX_CAPABILITIES || name === '') throw senseless();
    if (name === 'object-format' && value !== 'sha1') throw foreignFormat();
  }
  if (!names.has('ls-refs') || !names.has('fetch')) throw senseless();
}

/** gitprotocol-pack(5): the first line carries the capabilities behind a NUL. */
async function readRefsV1(
  reader: PacketReader,
  first: Packet,
  collector: RefCollector,
): Promise<ReadonlyMap<string, ServerRef>> {
  // A repository without refs may say nothing at all.
  if (first.kind === 'flush') return collector.found;
  const [ref, capabilities] = splitFirst(first);
  if (/(?:^| )object-format=(?!sha1(?: |$))/.test(capabilities)) throw foreignFormat();
  if (!/(?:^| )side-band-64k(?: |$)/.test(capabilities)) throw senseless();
  takeLineV1(ref, collector);
  for (let read = await reader.mustNext(); read.kind !== 'flush'; read = await reader.mustNext()) {
    takeLineV1(read, collector);
  }
  return collector.found;
}

function splitFirst(first: Packet): readonly [Packet, string] {
  const at = first.kind === 'data' ? first.bytes.indexOf(0) : -1;
  if (first.kind !== 'data' || at < 0) throw senseless();
  const capabilities = first.bytes.subarray(at + 1).toString('latin1');
  return [{ kind: 'data', bytes: first.bytes.subarray(0, at) }, capabilities.replace(/\n$/, '')];
}

function takeLineV1(read: Packet, collector: RefCollector): void {
  const [oid, name, ...more] = fieldsOf(read);
  if (oid === undefined || name === undefined || more.length > 0) throw senseless();
  const word = oid.toString('latin1');
  if (word === 'shallow') throw incomplete();
  if (!/^[0-9a-f]{40}$/.test(word)) throw senseless();
  const isPeeled = name.subarray(-PEELED.length).equals(PEELED);
  if (!isPeeled) collector.add(name, word);
  else collector.peel(name.subarray(0, -PEELED.length), word);
}

const PEELED = Buffer.from('^{}');

/** A line's bytes, cut at each space; its line feed is dropped. */
function fieldsOf(read: Packet): readonly Buffer[] {
  if (read.kind !== 'data') throw senseless();
  const line = read.bytes.at(-1) === 0x0a ? read.bytes.subarray(0, -1) : read.bytes;
  const fields: Buffer[] = [];
  let from = 0;
  for (let at = line.indexOf(0x20); at >= 0; at = line.indexOf(0x20, from)) {
    fields.push(line.subarray(from, at));
    from = at + 1;
  }
  return [...fields, line.subarray(from)];
}

function lineOf(read: Packet): string | undefined {
  return read.kind === 'data' ? read.bytes.toString('latin1').replace(/\n$/, '') : undefined;
}

function senseless(): GitError {
  return new GitError('GitProtocolError', "the Git server's list of refs makes no sense");
}

function foreignFormat(): GitError {
  const message = 'the repository names its objects by another hash than SHA-1; convert it';
  return new GitError('GitProtocolError', message);
}
