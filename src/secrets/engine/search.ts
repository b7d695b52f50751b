import { NATIVE_WINDOW } from '../regex/compile.ts';
import type { LinearMatch, LinearRegex } from '../regex/linear.ts';
import type { Share } from './budget.ts';
import type { Pattern } from './pattern.ts';
import type { View } from './view.ts';

/** A match by its offsets in the input. Groups that took no part are undefined. */
export type Match = Readonly<{
  start: number;
  end: number;
  groups: readonly (string | undefined)[];
}>;

/** One rule in one chunk. */
export type Search = Readonly<{
  pattern: Pattern;
  view: View;
  /** Where its literals begin, ascending; nothing for regexes without an anchor. */
  literals: readonly number[];
  found: (match: Match) => void;
}>;

/** How far a search has come. */
export type Cursor = {
  /** End of the last match, in the input: matches do not overlap. */
  end: number;
  /** The literal to go on with. */
  next: number;
  /** The start to go on with. */
  at: number;
};

/** Starts that the linear engine tries between two looks at the clock. */
const LINEAR_PIECE = 16 * 1024;

/** As many as make the share look at the clock each time. */
const LINEAR_STEPS = Infinity;

/** Looks with V8 as long as the share lasts; true when the chunk is through. */
export function searchNative(search: Search, cursor: Cursor, share: Share): boolean {
  switch (search.pattern.mode) {
    case 'fixed':
      return searchFixed(search, cursor, share);
    case 'window':
      return searchWindows(search, cursor, share);
    case 'full':
      return searchEverywhere(search, cursor, share);
  }
}

function searchFixed(search: Search, cursor: Cursor, share: Share): boolean {
  const { pattern, literals } = search;
  let previous = -1;
  for (; cursor.next < literals.length; cursor.next++) {
    const start = (literals[cursor.next] ?? 0) - pattern.lo;
    if (start < cursor.end || start === previous) continue;
    if (!share.take(pattern.bounds.steps)) return false;
    previous = start;
    tryAt(search, cursor, start);
  }
  return true;
}

/** Every start in front of a literal is tried once, in order: the leftmost match is the first. */
function searchWindows(search: Search, cursor: Cursor, share: Share): boolean {
  const { pattern, literals } = search;
  for (; cursor.next < literals.length; cursor.next++) {
    const literal = literals[cursor.next] ?? 0;
    const last = literal - pattern.lo;
    cursor.at = Math.max(cursor.end, literal - pattern.hi, cursor.at);
    while (cursor.at <= last) {
      if (!share.take(pattern.bounds.steps)) return false;
      cursor.at = tryAt(search, cursor, cursor.at) ? cursor.end : cursor.at + 1;
    }
  }
  return true;
}

/** Is there a match of the body at this start? Then it is told. */
function tryAt(search: Search, cursor: Cursor, start: number): boolean {
  const { pattern, view } = search;
  // What is long sees so far and no further, or each of many beginnings would read to the end.
  const isShort = pattern.regex.maxLength <= NATIVE_WINDOW;
  const base = isShort ? view.base : Math.max(view.base, start - 1);
  const text = isShort ? view.text : view.slice(base, start + pattern.bounds.reach + 1);
  pattern.sticky.lastIndex = start - base;
  const match = pattern.sticky.exec(text);
  if (match !== null) tell(search, cursor, { match, base });
  return match !== null;
}

function searchEverywhere(search: Search, cursor: Cursor, share: Share): boolean {
  const { pattern, view } = search;
  while (cursor.at < view.to) {
    const stop = Math.min(cursor.at + pattern.bounds.piece, view.to);
    if (!share.take((stop - cursor.at) * pattern.bounds.steps)) return false;
    const base = Math.max(view.base, cursor.at - 1);
    pattern.whole.lastIndex = cursor.at - base;
    const match = pattern.whole.exec(view.slice(base, stop + pattern.bounds.reach + 1));
    if (match === null || base + match.index >= stop) cursor.at = stop;
    else {
      if (match[0] !== '') take(search, cursor, matchAt(match, base));
      cursor.at = base + match.index + Math.max(1, match[0].length);
    }
  }
  return true;
}

/** As `searchFixed`, in linear time. */
function searchLinearFixed(search: Search, cursor: Cursor, share: Share): boolean {
  const { pattern, view, literals } = search;
  let previous = -1;
  for (; cursor.next < literals.length; cursor.next++) {
    const start = (literals[cursor.next] ?? 0) - pattern.lo;
    if (start < cursor.end || start === previous) continue;
    if (!share.take(LINEAR_STEPS)) return false;
    previous = start;
    const base = Math.max(view.base, start - 1);
    const text = view.slice(base, start + pattern.bounds.reach + 1);
    const match = pattern.linear?.matchAt(text, start - base);
    if (match !== undefined) withLead(search, cursor, moved(match, base));
  }
  return true;
}

/** Looks with the linear engine for what is left; true when the chunk is through. */
export function searchLinear(search: Search, cursor: Cursor, share: Share): boolean {
  const { linear } = search.pattern;
  if (linear === undefined) return false;
  if (search.pattern.mode === 'fixed') return searchLinearFixed(search, cursor, share);
  return stretches(search, cursor).every((stretch) =>
    searchStretch({ ...search, linear }, cursor, { ...stretch, share }),
  );
}

function searchStretch(
  { linear, ...search }: Search & Readonly<{ linear: LinearRegex }>,
  cursor: Cursor,
  { from, to, share }: Stretch & Readonly<{ share: Share }>,
): boolean {
  const { pattern, view } = search;
  let at = Math.max(from, cursor.end);
  while (at < to) {
    if (!share.take(LINEAR_STEPS)) return false;
    const stop = Math.min(at + LINEAR_PIECE, to);
    const base = Math.max(view.base, at - 1);
    const match = linear.exec(view.slice(base, stop + pattern.bounds.reach + 1), at - base);
    if (match === undefined || base + match.start >= stop) {
      at = stop;
      continue;
    }
    if (match.end > match.start) take(search, cursor, moved(match, base));
    at = base + Math.max(match.end, match.start + 1);
  }
  return true;
}

type Stretch = { readonly from: number; to: number };

/** Where matches may begin: around the literals that are left, or everywhere; ascending and apart. */
function stretches(search: Search, cursor: Cursor): readonly Stretch[] {
  const { pattern, view, literals } = search;
  if (pattern.mode === 'full') return [{ from: cursor.at, to: view.to }];
  const lead = pattern.regex.lead?.max ?? 0;
  const apart: Stretch[] = [];
  for (let next = cursor.next; next < literals.length; next++) {
    const literal = literals[next] ?? 0;
    const from = Math.max(view.base, literal - pattern.hi - lead);
    const to = literal - pattern.lo + 1;
    const last = apart.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else apart.push({ from, to });
  }
  return apart;
}

type Raw = Readonly<{ match: RegExpExecArray; base: number }>;

/** Puts the lead back: the body was found without it, and it reaches left as far as it can. */
function tell(search: Search, cursor: Cursor, { match, base }: Raw): void {
  withLead(search, cursor, matchAt(match, base));
}

function withLead(search: Search, cursor: Cursor, found: Match): void {
  const { lead } = search.pattern.regex;
  if (lead === undefined) return take(search, cursor, found);
  const limit = Math.max(cursor.end, found.start - lead.max, 0);
  let { start } = found;
  while (start > limit && lead.set[search.view.bytes[start - 1] ?? 0] === 1) start--;
  take(search, cursor, { ...found, start });
}

function take({ found }: Search, cursor: Cursor, match: Match): void {
  cursor.end = match.end;
  found(match);
}

function matchAt(match: RegExpExecArray, base: number): Match {
  const start = base + match.index;
  const groups: readonly (string | undefined)[] = match.slice(1);
  return { start, end: start + match[0].length, groups };
}

function moved({ start, end, groups }: LinearMatch, base: number): Match {
  return { start: base + start, end: base + end, groups };
}
