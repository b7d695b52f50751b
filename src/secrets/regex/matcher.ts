import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { anchorOf } from './anchors.ts';
import type { Node } from './ast.ts';
import { stepsOf } from './cost.ts';
import { emit } from './emit.ts';
import type { RegexFault } from './fault.ts';
import { linearOf } from './linear.ts';
import { fitsV8 } from './native.ts';
import { parseRegex } from './parse.ts';
import type { ParsedRegex } from './parse.ts';

/** Says whether a regex matches anywhere in a short text: a path, a secret, a line. */
export interface Matcher {
  /** One character a byte. Linear time beyond `MATCHER_WINDOW` bytes. */
  test(text: string): boolean;
}

/** Longer texts are left to the linear engine. */
export const MATCHER_WINDOW = 1024;
/** Steps of V8 over all starts of such a text. */
const MAX_STEPS = 60_000_000;

/** Most regexes that an alternation is cut into. */
const MAX_PARTS = 64;

/** Where a regex is too costly in such a text, it may still do for a shorter one: most secrets are. */
const WINDOWS = [MATCHER_WINDOW, 384, 128];

/** What is worked out about a matcher before it runs: V8's source, or null where V8 alone may not. */
export type MatcherForm = string | null;

/** Forms by the source of the regex. */
export type MatcherForms = ReadonlyMap<string, MatcherForm>;

/** A matcher for RE2's syntax: V8 where its steps are bounded, else the linear engine. */
export function matcher(source: string): Result<Matcher, RegexFault> {
  const parsed = parseRegex(source);
  return parsed.ok ? ok(matcherOf(parsed.value)) : parsed;
}

/** What a matcher of the source stands on. */
export function matcherForm(source: string): Result<MatcherForm, RegexFault> {
  const parsed = parseRegex(source);
  if (!parsed.ok) return parsed;
  const { js, window } = partOf(parsed.value.root);
  return ok(window === MATCHER_WINDOW ? js : null);
}

/** A matcher whose form was worked out before; the source is one that compiles. */
export function readyMatcher(source: string, form: MatcherForm): Matcher {
  const native = once(() => new RegExp(form ?? '(?!)'));
  const other = once(() => {
    const parsed = treeOf(source);
    return form === null ? matcherOf(parsed) : linearOf(parsed);
  });
  const isNative = (text: string): boolean => form !== null && text.length <= MATCHER_WINDOW;
  return { test: (text) => (isNative(text) ? native().test(text) : other().test(text)) };
}

function matcherOf(parsed: ParsedRegex): Matcher {
  const whole = once(() => linearOf(parsed));
  const tests = once(() => partsOf(parsed.root).map(testOf));
  return {
    test: (text) =>
      text.length > MATCHER_WINDOW ? whole().test(text) : tests().some((test) => test(text)),
  };
}

function treeOf(source: string): ParsedRegex {
  const parsed = parseRegex(source);
  if (!parsed.ok) throw new Error('a form is made of a regex that compiles');
  return parsed.value;
}

/** What V8 may try, on texts up to a length; 0 where it may not. */
type Part = Readonly<{ node: Node; js: string; window: number }>;

/**
 * The regex as it is, or its branches where it is too costly as one: of a long list of paths one that
 * costs too much must not leave all to the linear engine.
 */
function partsOf(root: Node): readonly Part[] {
  const part = partOf(root);
  if (part.window === MATCHER_WINDOW || root.kind !== 'alt') return [part];
  return root.branches.length > MAX_PARTS ? [part] : root.branches.map(partOf);
}

function partOf(node: Node): Part {
  const js = emit(node, 'js');
  const isPinnedHere = isPinned(node);
  const isCheap = (window: number): boolean =>
    stepsOf(node, window) * (isPinnedHere ? 1 : window) <= MAX_STEPS;
  const window = fitsV8(node, js) ? WINDOWS.find(isCheap) : undefined;
  return { node, js, window: window ?? 0 };
}

function testOf({ node, js, window }: Part): (text: string) => boolean {
  const native = once(() => new RegExp(js));
  if (window === MATCHER_WINDOW) return (text) => native().test(text);
  // Groups are numbered in the whole, and nobody asks for them here.
  const linear = once(() => linearOf({ root: node, groups: 0 }));
  const mayMatch = literalTest(node);
  return (text) => {
    if (!mayMatch(text)) return false;
    return text.length <= window ? native().test(text) : linear().test(text);
  };
}

/** Does the text hold one of the literals that every match holds? */
function literalTest(node: Node): (text: string) => boolean {
  const literals = anchorOf(node)?.literals ?? [];
  if (literals.length === 0 || literals.includes('')) return () => true;
  const escaped = literals.map((one) => one.replace(/[^0-9a-z]/g, escapeByte));
  const any = new RegExp(escaped.join('|'), 'i');
  return (text) => any.test(text);
}

function escapeByte(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function once<T>(make: () => T): () => T {
  let made: Readonly<{ value: T }> | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Does every match begin where the text does? */
function isPinned(node: Node): boolean {
  switch (node.kind) {
    case 'edge':
      return node.edge === 'textStart';
    case 'cat':
      return node.parts[0] !== undefined && isPinned(node.parts[0]);
    case 'alt':
      return node.branches.every(isPinned);
    case 'group':
      return isPinned(node.body);
    case 'set':
    case 'repeat':
      return false;
  }
}
