import type { GitObjectType, RawObject } from '../domain/git-object.ts';
import { parseOid, shortOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import { readBlock } from './armor.ts';
import type { CommitSignature } from './armor.ts';
import { latin1, splitHeaders } from './grammar.ts';
import type { Header, Problem } from './grammar.ts';
import { verifyOid } from './oid.ts';
import { subjectOf } from './parse.ts';
import { parsePerson } from './person.ts';
import type { PersonStamp } from './person.ts';
import { isRefName } from './ref-name.ts';

/** An annotated tag that was re-hashed to its name and read by the strict grammar. */
export type ParsedTag = Readonly<{
  oid: Oid;
  object: Oid;
  objectType: GitObjectType;
  /** Must equal the ref behind `refs/tags/`; else one release is served in the place of another. */
  name: string;
  tagger: PersonStamp;
  /** Absent when the message ends without a signature block. */
  signature?: CommitSignature;
  /** Exactly the bytes that a signature covers. */
  payload: Uint8Array;
  /** The message's first line for people: printable and short. */
  subject: string;
}>;

/** Largest tag read. */
export const MAX_TAG_BYTES = 1_048_576;

const HEADERS = 'object type tag tagger';
const NUL = 0x00;

const TYPES: ReadonlyMap<string, GitObjectType> = new Map(
  (['commit', 'tree', 'blob', 'tag'] as const).map((type) => [type, type]),
);

/** Where git lets a signature begin: these words at the start of a line, whatever follows them. */
const BEGIN = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/gm;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads an annotated tag from its raw bytes, or stops with `CommitMalformed`: `object`, `type`,
 * `tag`, `tagger` in this order and nothing else (git-mktag), a blank line, the message. The
 * signature begins at the last BEGIN line, as git cuts it, and must reach to the end of the tag.
 * A tag of a tag is read like any other; callers refuse it.
 */
export function parseTag(raw: RawObject): Result<ParsedTag> {
  if (raw.type !== 'tag') return malformed(raw.oid, `it is a ${raw.type}`);
  if (raw.bytes.length > MAX_TAG_BYTES) {
    return malformed(raw.oid, `it has ${raw.bytes.length} bytes, more than ${MAX_TAG_BYTES}`);
  }
  const hashed = verifyOid(raw);
  if (!hashed.ok) return hashed;
  const tag = readTag(raw);
  return tag.ok ? tag : malformed(raw.oid, tag.stop);
}

function malformed(oid: Oid, problem: Problem): Result<never> {
  const message = `tag ${shortOid(oid)} is malformed: ${problem}; make it again with git`;
  return stopped(stop('CommitMalformed', message, { oid }));
}

function readTag({ oid, bytes }: RawObject): Result<ParsedTag, Problem> {
  if (bytes.includes(NUL)) return stopped('it contains a NUL byte');
  const split = splitHeaders(bytes);
  if (!split.ok) return split;
  const target = readTarget(split.value.headers);
  if (!target.ok) return target;
  const { bodyStart } = split.value;
  const cut = signatureStart(bytes, bodyStart);
  const signature = readTail(bytes.subarray(cut));
  if (!signature.ok) return signature;
  return ok({
    oid,
    ...target.value,
    ...(signature.value === undefined ? {} : { signature: signature.value }),
    payload: bytes.subarray(0, cut),
    subject: subjectOf(bytes.subarray(bodyStart, cut)),
  });
}

type Target = Pick<ParsedTag, 'object' | 'objectType' | 'name' | 'tagger'>;

function readTarget(headers: readonly Header[]): Result<Target, Problem> {
  if (headers.map(({ name }) => name).join(' ') !== HEADERS) {
    return stopped('its headers are not object, type, tag and tagger, each once and in this order');
  }
  const value = (index: number): Uint8Array => headers[index]?.value ?? new Uint8Array();
  const object = parseOid(latin1(value(0)));
  if (object === undefined) return stopped('object is not 40 lower-case hex digits');
  const objectType = TYPES.get(latin1(value(1)));
  if (objectType === undefined) return stopped('type is none of commit, tree, blob and tag');
  const name = readName(value(2));
  if (name === undefined) return stopped('tag is no name that git gives a tag');
  const tagger = parsePerson(value(3));
  return tagger.ok
    ? ok({ object, objectType, name, tagger: tagger.value })
    : stopped(`tagger ${tagger.stop}`);
}

function readName(value: Uint8Array): string | undefined {
  try {
    const name = utf8.decode(value);
    // `git tag` makes no name that a command would take for an option.
    return !name.startsWith('-') && isRefName(`refs/tags/${name}`) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The offset of the last BEGIN line; the length of the tag when there is none (`parse_signed_buffer`). */
function signatureStart(bytes: Uint8Array, bodyStart: number): number {
  let start = bytes.length;
  // One character a byte, so offsets in the text are offsets in the bytes.
  for (const match of latin1(bytes.subarray(bodyStart)).matchAll(BEGIN)) {
    start = bodyStart + match.index;
  }
  return start;
}

function readTail(tail: Uint8Array): Result<CommitSignature | undefined, Problem> {
  if (tail.length === 0) return ok(undefined);
  // Forges' APIs leave out the last LF; nothing else may differ.
  return readBlock(tail.at(-1) === LF ? tail : Buffer.concat([tail, Buffer.of(LF)]));
}

const LF = 0x0a;
