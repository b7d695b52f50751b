import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { anchorOf } from './anchors.ts';
import type { Anchor } from './anchors.ts';
import { someNode } from './ast.ts';
import type { Node } from './ast.ts';
import { stepsOf } from './cost.ts';
import { emit } from './emit.ts';
import { isFaithful } from './faithful.ts';
import type { RegexFault } from './fault.ts';
import { splitLead } from './lead.ts';
import type { Lead } from './lead.ts';
import { maxLength, minLength } from './lengths.ts';
import { fitsV8 } from './native.ts';
import { parseRegex } from './parse.ts';

export type { RegexFault } from './fault.ts';

/**
 * A regex as the engine needs it. Sources are for V8 without flags over strings of one character a
 * byte, where they match what RE2 matches, groups included (if `engine` is native).
 */
export type CompiledRegex = Readonly<{
  /** As given, RE2's syntax. */
  source: string;
  js: string;
  groups: number;
  /** Bytes; the longest may be Infinity. */
  minLength: number;
  maxLength: number;
  /** Offsets are from the start of a match of `body`. */
  anchor: Anchor | undefined;
  /**
   * What was dropped in front of `body`: walking left from a match of `body` over at most `max` bytes
   * of the set gives the leftmost match of the whole.
   */
  lead: Lead | undefined;
  /** `js` without the lead. */
  body: string;
  /** `native`: V8 may run `body` over `NATIVE_WINDOW` bytes from one start; `linear`: `linearRegex` only. */
  engine: 'native' | 'linear';
  /** Depends on what stands around the match. */
  hasEdges: boolean;
  /** Most steps of V8 for `body` from one start over `NATIVE_WINDOW` bytes; Infinity if nothing bounds them. */
  steps: number;
}>;

/** Bytes behind one start that the promise of `native` is for. */
export const NATIVE_WINDOW = 8192;
/** Steps that V8 takes in well under a second; real texts come nowhere near their bound. */
export const MAX_NATIVE_STEPS = 100_000_000;

/**
 * Reads a regex in RE2's syntax; a fault says why it cannot be. What only a regex that runs needs
 * (sources, steps, engine) is made when it is first asked for.
 */
export function compileRegex(source: string): Result<CompiledRegex, RegexFault> {
  const parsed = parseRegex(source);
  if (!parsed.ok) return parsed;
  const { root, groups } = parsed.value;
  const { lead, body } = splitLead(root);
  const anchor = anchorOf(body);
  const js = once(() => emit(root, 'js'));
  const bodyJs = once(() => (lead === undefined ? js() : emit(body, 'js')));
  const steps = once(() => stepsOf(body, NATIVE_WINDOW));
  const isNative = once(
    () => isFaithful(root) && fitsV8(root, js()) && steps() <= MAX_NATIVE_STEPS,
  );
  return ok({
    source,
    groups,
    minLength: minLength(root),
    maxLength: maxLength(root),
    ...{ anchor, lead },
    hasEdges: someNode(root, isEdge),
    get js() {
      return js();
    },
    get body() {
      return bodyJs();
    },
    get steps() {
      return steps();
    },
    get engine() {
      return isNative() ? 'native' : 'linear';
    },
  });
}

function once<T>(make: () => T): () => T {
  let made: Readonly<{ value: T }> | undefined;
  return () => (made ??= { value: make() }).value;
}

function isEdge(node: Node): boolean {
  return node.kind === 'edge';
}
