import type { RawObject } from '../domain/git-object.ts';
import { parseOid, shortOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable, stop } from '../domain/stop.ts';
import { readSignature } from './armor.ts';
import type { CommitSignature } from './armor.ts';
import { latin1, readHeaders } from './grammar.ts';
import type { CommitHeaders, Header, Problem } from './grammar.ts';
import { verifyOid } from './oid.ts';
import { cutHeaders } from './payload.ts';
import { parsePerson } from './person.ts';
import type { PersonStamp } from './person.ts';

export type { CommitSignature } from './armor.ts';
export type { PersonStamp } from './person.ts';

/** A commit that was re-hashed to its name and read by the strict grammar. */
export type ParsedCommit = Readonly<{
  oid: Oid;
  tree: Oid;
  parents: readonly Oid[];
  author: PersonStamp;
  committer: PersonStamp;
  /** Absent when there is none or it is empty. A SHA-256 signature alone counts as `unknown`. */
  signature?: CommitSignature;
  /** Exactly the bytes that a signature covers. */
  payload: Uint8Array;
  /** The bytes behind the blank line that ends the headers, as they are. */
  message: Uint8Array;
  /** The message's first line for people: printable, at most `MAX_SUBJECT_LENGTH` characters. */
  subject: string;
}>;

/** Largest commit read. Git's own have less than 100 kB. */
export const MAX_COMMIT_BYTES = 1_048_576;

/** Longest subject kept, in UTF-16 code units. */
export const MAX_SUBJECT_LENGTH = 100;

/** What `encoding` may name; it steers display only. */
const ENCODING = /^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$/;

/**
 * Reads a commit from its raw bytes, or stops with `CommitMalformed`. What is accepted Git reads
 * the same way: one tree, distinct parents, one author and committer, at most one signature whose
 * block stands alone. Honest oddities pass: CRLF, no final newline, other encodings, `mergetag`,
 * headers of other tools.
 */
export function parseCommit(raw: RawObject): Result<ParsedCommit> {
  if (raw.type !== 'commit') return malformed(raw.oid, `it is a ${raw.type}`);
  if (raw.bytes.length > MAX_COMMIT_BYTES) {
    return malformed(raw.oid, `it has ${raw.bytes.length} bytes, more than ${MAX_COMMIT_BYTES}`);
  }
  const hashed = verifyOid(raw);
  if (!hashed.ok) return hashed;
  const headers = readHeaders(raw.bytes);
  if (!headers.ok) return malformed(raw.oid, headers.stop);
  const commit = readCommit(raw, headers.value);
  return commit.ok ? commit : malformed(raw.oid, commit.stop);
}

function malformed(oid: Oid, problem: Problem): Result<never> {
  const message = `commit ${shortOid(oid)} is malformed: ${problem}; make it again with git`;
  return stopped(stop('CommitMalformed', message, { oid }));
}

function readCommit(raw: RawObject, headers: CommitHeaders): Result<ParsedCommit, Problem> {
  const tree = readOid(headers.tree);
  if (!tree.ok) return tree;
  const parents = readParents(headers.parents);
  if (!parents.ok) return parents;
  // One name cannot be a tree and a commit; git gives up on reading such a commit (git-fsck).
  if (parents.value.includes(tree.value)) return stopped('it names its tree as a parent');
  const author = parsePerson(headers.author.value);
  if (!author.ok) return stopped(`author ${author.stop}`);
  const committer = parsePerson(headers.committer.value);
  if (!committer.ok) return stopped(`committer ${committer.stop}`);
  if (headers.encoding !== undefined && !ENCODING.test(latin1(headers.encoding.value))) {
    return stopped('encoding is no name of an encoding');
  }
  const signature = pickSignature(headers);
  if (!signature.ok) return signature;
  const message = raw.bytes.subarray(headers.bodyStart);
  return ok({
    oid: raw.oid,
    tree: tree.value,
    parents: parents.value,
    author: author.value,
    committer: committer.value,
    ...(signature.value === undefined ? {} : { signature: signature.value }),
    payload: cutHeaders(raw.bytes, [headers.gpgsig, headers.gpgsigSha256]),
    message,
    subject: subjectOf(message),
  });
}

function readOid(header: Header): Result<Oid, Problem> {
  const oid = parseOid(latin1(header.value));
  return oid === undefined ? stopped(`${header.name} is not 40 lower-case hex digits`) : ok(oid);
}

function readParents(headers: readonly Header[]): Result<readonly Oid[], Problem> {
  const parents = new Set<Oid>();
  for (const header of headers) {
    const oid = readOid(header);
    if (!oid.ok) return oid;
    if (parents.has(oid.value)) return stopped('it names the same parent twice');
    parents.add(oid.value);
  }
  return ok([...parents]);
}

/** The SHA-1 signature; both are checked for form, for neither is part of the signed bytes. */
function pickSignature(headers: CommitHeaders): Result<CommitSignature | undefined, Problem> {
  const read = (header: Header | undefined): Result<CommitSignature | undefined, Problem> =>
    header === undefined ? ok(undefined) : readSignature(header.value);
  const other = read(headers.gpgsigSha256);
  if (!other.ok) return other;
  const own = read(headers.gpgsig);
  if (!own.ok || other.value === undefined) return own;
  if (own.value !== undefined) {
    return other.value.format === 'unknown'
      ? stopped('its gpgsig-sha256 is no signature that git makes')
      : own;
  }
  return ok({ format: 'unknown', armor: other.value.armor });
}

/** The first line of a message for people: printable, at most `MAX_SUBJECT_LENGTH` characters. */
export function subjectOf(message: Uint8Array): string {
  // UTF-8 needs at most three bytes for one UTF-16 code unit.
  const start = Buffer.from(message.subarray(0, MAX_SUBJECT_LENGTH * 3)).toString('utf8');
  const line = printable(start.trimStart().split('\n', 1)[0] ?? '').trim();
  return line.length <= MAX_SUBJECT_LENGTH ? line : `${line.slice(0, MAX_SUBJECT_LENGTH - 1)}…`;
}
