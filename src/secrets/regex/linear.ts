import type { RE2JS } from 're2js';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { emit } from './emit.ts';
import type { RegexFault } from './fault.ts';
import { hurdleOf } from './hurdle.ts';
import { splitLead } from './lead.ts';
import { re2 } from './linear-library.ts';
import { parseRegex } from './parse.ts';
import type { ParsedRegex } from './parse.ts';

/** Where a regex matched. `groups[0]` is the first group; undefined where it took no part. */
export type LinearMatch = Readonly<{
  start: number;
  end: number;
  groups: readonly (string | undefined)[];
}>;

/** A regex whose time is linear in the text, whatever the text; about twenty times slower than V8. */
export interface LinearRegex {
  /** The leftmost match that begins at `from` or behind it; edges see what stands before `from`. */
  exec(text: string, from: number): LinearMatch | undefined;
  /**
   * The match that begins at `start`, of the regex without its lead; edges see what stands before. Reads
   * no further than a match can go: a hundred times cheaper than `exec` where there is none.
   */
  matchAt(text: string, start: number): LinearMatch | undefined;
  test(text: string): boolean;
}

/** Compiles RE2's syntax for strings of one character a byte. */
export function linearRegex(source: string): Result<LinearRegex, RegexFault> {
  const parsed = parseRegex(source);
  return parsed.ok ? ok(linearOf(parsed.value)) : parsed;
}

/**
 * A linear regex of a tree. From the tree, not from the source: folding and UTF-8 are bytes already, for
 * both engines alike.
 */
export function linearOf({ root, groups }: ParsedRegex): LinearRegex {
  // Nothing is thrown here: syntax, counts and nesting are narrower than what RE2JS takes.
  const whole = lazily(() => re2().compile(emit(root, 're2')));
  const body = lazily(() => emit(splitLead(root).body, 're2'));
  // Behind `\A` the engine gives up once nothing can come of it; one byte in front is for edges.
  const first = lazily(() => re2().compile(`\\A(?:${body()})`));
  const behind = lazily(() => re2().compile(`\\A(?s:.)(?:${body()})`));
  const hurdle = lazily(() => hurdleOf(splitLead(root).body));
  const numbers = Array.from({ length: groups }, (_, at) => at + 1);
  const groupsOf = (found: Found): LinearMatch['groups'] =>
    numbers.map((number) => found.group(number) ?? undefined);
  return {
    exec: (text, from) => {
      const found = whole().matcher(text);
      if (from > text.length || !found.find(Math.max(0, from))) return undefined;
      return { start: found.start(), end: found.end(), groups: groupsOf(found) };
    },
    matchAt: (text, start) => {
      if (!hurdle()(text, start)) return undefined;
      const base = Math.max(0, start - 1);
      const anchored = start === 0 ? first() : behind();
      const rest = text.slice(base);
      // Without groups a table answers, and mostly the answer is no.
      if (!anchored.test(rest)) return undefined;
      const found = anchored.matcher(rest);
      if (!found.find()) return undefined;
      return { start, end: found.end() + base, groups: groupsOf(found) };
    },
    test: (text) => whole().test(text),
  };
}

type Found = ReturnType<RE2JS['matcher']>;

function lazily<T>(make: () => T): () => T {
  let made: Readonly<{ value: T }> | undefined;
  return () => (made ??= { value: make() }).value;
}
