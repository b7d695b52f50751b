import { MAX_NATIVE_STEPS, NATIVE_WINDOW } from '../regex/compile.ts';
import type { CompiledRegex } from '../regex/compile.ts';
import { linearRegex } from '../regex/linear.ts';
import type { LinearRegex } from '../regex/linear.ts';
import { parseRegex } from '../regex/parse.ts';
import { matchesWithinLines } from './line-parts.ts';
import { Automaton } from './automaton.ts';
import { BACK_BYTES, REACH_BYTES } from './budget.ts';
import type { View } from './view.ts';

/** How a regex is looked for: at one place, in a stretch in front of a literal, or everywhere. */
export type Mode = 'fixed' | 'window' | 'full';

/** Starts that V8 tries in one go where nothing anchors a regex: at most, and at least to be worth it. */
const MAX_PIECE = 8 * 1024;
const MIN_PIECE = 64;

/** Longer literals are hardly more telling, and each of their bytes is a state of the automaton. */
const MAX_LITERAL = 8;

/** A wider reach than the analysis looked at may cost up to the cube of the factor. */
const REACH_FACTOR = (REACH_BYTES / NATIVE_WINDOW) ** 3;

/** What a regex may cost, known once it runs. */
export type Bounds = Readonly<{
  /** Steps of one attempt on V8, at most. */
  steps: number;
  /** Bytes that a match is looked for in from its start on. */
  reach: number;
  /** Starts tried in one go in mode `full`. */
  piece: number;
  /** Must the linear engine do it? V8 cannot be stopped within an attempt. */
  isLinear: boolean;
}>;

/** A rule's regex made ready: what is costly is made when it is first needed, once. */
export class Pattern {
  readonly regex: CompiledRegex;
  readonly mode: Mode;
  /** Where a literal begins in a match without its lead: at least and at most. */
  readonly lo: number;
  readonly hi: number;
  /** What a match must hold. */
  readonly anchors: readonly string[];
  /** What anchors begin with, none the beginning of another: as much as is looked for. */
  readonly literals: readonly string[];
  #bounds?: Bounds;
  #automaton?: Automaton;
  #sticky?: RegExp;
  #whole?: RegExp;
  #linear?: LinearRegex | 'none';
  #withinLines?: boolean;

  constructor(regex: CompiledRegex) {
    const { anchor } = regex;
    this.regex = regex;
    this.lo = anchor?.lo ?? 0;
    this.hi = anchor?.hi ?? 0;
    this.mode = modeOf(regex);
    this.anchors = anchor?.literals ?? [];
    this.literals = beginningsOf(this.anchors);
  }

  get bounds(): Bounds {
    return (this.#bounds ??= boundsOf(this.regex, this.mode));
  }

  /** Where literals begin that end in the chunk, ascending. */
  literalsIn({ bytes, from, to }: View): readonly number[] {
    if (this.mode === 'full') return [];
    const starts: number[] = [];
    const automaton = (this.#automaton ??= new Automaton(this.literals));
    const onEnding = (set: number, end: number): void => {
      if (end <= from) return;
      for (const index of automaton.endings[set] ?? []) {
        starts.push(end - (this.literals[index]?.length ?? 0));
      }
    };
    automaton.read(bytes, { from: Math.max(0, from - MAX_LITERAL), to }, { onEnding });
    return starts.toSorted((a, b) => a - b);
  }

  /** Matches at its `lastIndex` only; without the lead. */
  get sticky(): RegExp {
    return (this.#sticky ??= new RegExp(this.regex.body, 'y'));
  }

  /** The whole of it, from its `lastIndex` on. */
  get whole(): RegExp {
    return (this.#whole ??= new RegExp(this.regex.js, 'g'));
  }

  /** Whether a match in lines taken out of a text stands in the text as well. */
  get matchesWithinLines(): boolean {
    const { source, hasEdges } = this.regex;
    if (!hasEdges) return true;
    if (this.#withinLines === undefined) {
      const parsed = parseRegex(source);
      this.#withinLines = parsed.ok && matchesWithinLines(parsed.value.root);
    }
    return this.#withinLines;
  }

  /** The same in linear time; absent where that engine does not take it. */
  get linear(): LinearRegex | undefined {
    if (this.#linear === undefined) {
      const made = linearRegex(this.regex.source);
      this.#linear = made.ok ? made.value : 'none';
    }
    return this.#linear === 'none' ? undefined : this.#linear;
  }
}

function beginningsOf(anchors: readonly string[]): readonly string[] {
  const cut = [...new Set(anchors.map((anchor) => anchor.slice(0, MAX_LITERAL)))];
  return cut.filter((one) => !cut.some((other) => other !== one && one.startsWith(other)));
}

function modeOf({ anchor }: CompiledRegex): Mode {
  if (anchor === undefined || anchor.literals.length === 0) return 'full';
  // The text of a chunk begins so far in front of it; a lead may take a little more.
  if (anchor.hi > BACK_BYTES / 2) return 'full';
  return anchor.lo === anchor.hi ? 'fixed' : 'window';
}

function boundsOf({ steps, engine, maxLength }: CompiledRegex, mode: Mode): Bounds {
  const isCheap = steps * REACH_FACTOR <= MAX_NATIVE_STEPS;
  const reach = isCheap || engine === 'linear' ? REACH_BYTES : NATIVE_WINDOW;
  const piece = Math.min(MAX_PIECE, Math.floor(MAX_NATIVE_STEPS / steps));
  const isDense = mode === 'full' && piece < MIN_PIECE;
  const isLinear = engine === 'linear' || isDense;
  return { steps, reach: Math.min(maxLength, reach), piece, isLinear };
}
