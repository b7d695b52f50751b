import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';

/** One header with its continuation lines, by byte offsets; `end` is behind the final LF. */
export type Header = Readonly<{ name: string; start: number; end: number; value: Uint8Array }>;

/** The headers of a commit by role, and where its message starts. */
export type CommitHeaders = Readonly<{
  tree: Header;
  parents: readonly Header[];
  author: Header;
  committer: Header;
  encoding: Header | undefined;
  gpgsig: Header | undefined;
  gpgsigSha256: Header | undefined;
  bodyStart: number;
}>;

/** What is wrong, for people; callers say where. */
export type Problem = string;

const LF = 0x0a;
const SP = 0x20;
const NUL = 0x00;

/** Headers that may be continued on lines that begin with a space are all but these. */
const ONE_LINE: ReadonlySet<string> = new Set([
  'tree',
  'parent',
  'author',
  'committer',
  'encoding',
]);

/** What Git and the tools around it name headers: `HG:extra`, `change-id`, `gpgsig-sha256`. */
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9:_-]{0,63}$/;

/** Anything that could be taken for a signature header by a looser reader. */
const LIKE_GPGSIG = /^gpgsig/i;

/**
 * Splits a commit into headers: `tree`, `parent`*, `author`, `committer`, optional `encoding`, then
 * `mergetag` and headers Git does not know, at most one `gpgsig` and one `gpgsig-sha256`
 * (git-commit-tree, gitformat-signature). No known header may come twice or late: readers disagree
 * on which one counts. NUL is refused everywhere, as `git fsck --strict` does.
 */
export function readHeaders(bytes: Uint8Array): Result<CommitHeaders, Problem> {
  if (bytes.includes(NUL)) return stopped('it contains a NUL byte');
  const split = splitHeaders(bytes);
  return split.ok ? arrange(split.value.headers, split.value.bodyStart) : split;
}

/** The headers in order, of whatever name, and the offset behind the blank line that ends them. */
export function splitHeaders(
  bytes: Uint8Array,
): Result<Readonly<{ headers: readonly Header[]; bodyStart: number }>, Problem> {
  const headers: Header[] = [];
  let start = 0;
  while (bytes[start] !== LF) {
    const end = endOfHeader(bytes, start);
    if (end === undefined) return stopped('no blank line ends its headers');
    const header = readHeader(bytes, start, end);
    if (!header.ok) return header;
    headers.push(header.value);
    start = end;
  }
  return ok({ headers, bodyStart: start + 1 });
}

/** The offset behind the last line of the header that starts here. */
function endOfHeader(bytes: Uint8Array, start: number): number | undefined {
  let end = start;
  do {
    end = bytes.indexOf(LF, end) + 1;
    if (end === 0) return undefined;
  } while (bytes[end] === SP);
  return end;
}

function readHeader(bytes: Uint8Array, start: number, end: number): Result<Header, Problem> {
  const space = bytes.subarray(start, end).indexOf(SP);
  const name = latin1(bytes.subarray(start, start + Math.min(Math.max(space, 0), 65)));
  if (!HEADER_NAME.test(name)) return stopped('a header line has no proper name');
  const value = bytes.subarray(start + space + 1, end - 1);
  if (ONE_LINE.has(name) && value.includes(LF)) {
    return stopped(`its header ${name} has a continuation line`);
  }
  return ok({ name, start, end, value });
}

function arrange(headers: readonly Header[], bodyStart: number): Result<CommitHeaders, Problem> {
  let next = 0;
  const take = (name: string): Header | undefined => {
    const header = headers[next];
    if (header?.name !== name) return undefined;
    next += 1;
    return header;
  };
  const tree = take('tree');
  const parents: Header[] = [];
  for (let parent = take('parent'); parent !== undefined; parent = take('parent')) {
    parents.push(parent);
  }
  const author = take('author');
  const committer = take('committer');
  if (tree === undefined) return stopped('its first header is not tree');
  if (author === undefined) return stopped('author does not follow tree and parents');
  if (committer === undefined) return stopped('committer does not follow author');
  const encoding = take('encoding');
  const signatures = readExtra(headers.slice(next));
  if (!signatures.ok) return signatures;
  return ok({ tree, parents, author, committer, encoding, ...signatures.value, bodyStart });
}

function readExtra(
  extra: readonly Header[],
): Result<Pick<CommitHeaders, 'gpgsig' | 'gpgsigSha256'>, Problem> {
  const found = new Map<string, Header>();
  for (const header of extra) {
    const { name } = header;
    if (ONE_LINE.has(name.toLowerCase())) return stopped(`its header ${name} is out of place`);
    if (!LIKE_GPGSIG.test(name)) continue;
    if (name !== 'gpgsig' && name !== 'gpgsig-sha256') {
      return stopped(`its header ${name} only looks like a signature`);
    }
    if (found.has(name)) return stopped(`it has two ${name} headers`);
    found.set(name, header);
  }
  return ok({ gpgsig: found.get('gpgsig'), gpgsigSha256: found.get('gpgsig-sha256') });
}

/** Bytes as text, one character a byte: never fails and never joins bytes. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
