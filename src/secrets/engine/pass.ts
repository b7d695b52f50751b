import type { Gap, Hit } from '../hit.ts';
import { Budget, CHUNK_BYTES, MAX_HITS } from './budget.ts';
import { Collector } from './collect.ts';
import type { Input } from './input.ts';
import { Judge } from './judge.ts';
import type { Pattern } from './pattern.ts';
import type { Program } from './program.ts';
import type { EngineOptions } from './scanner.ts';
import type { Slot } from './slot.ts';
import { searchLinear, searchNative } from './search.ts';
import type { Cursor, Match, Search } from './search.ts';
import { View } from './view.ts';

/** What one pass over an input found; silent rules count only where they are required. */
export type PassResult = Readonly<{ hits: readonly Hit[]; gaps: readonly Gap[] }>;

/** How far one rule has come in an input. */
type Progress = Cursor & { engine: 'native' | 'linear' | 'none' };

const NEWLINE = 10;

type Why = 'all' | 'required' | 'touch';

type Looking = Readonly<{
  off: Uint8Array;
  why: Why;
  found: (slot: Slot, match: Match) => void;
}>;

/** Runs every rule over an input, chunk by chunk. One at a time: it reuses its buffers. */
export class Pass {
  readonly #options: EngineOptions;
  readonly #collector: Collector;
  readonly #judge: Judge;
  readonly #silent: readonly number[];

  constructor(program: Program, options: EngineOptions) {
    this.#options = options;
    this.#collector = new Collector(program);
    this.#judge = new Judge(options, program.allowlists);
    const { slots } = program;
    this.#silent = slots.filter(({ rule }) => rule.isSilent).map(({ index }) => index);
  }

  /** `off`: by slot, 1 where the rule is left out. Required rules run without their keywords. */
  run(input: Input, off: Uint8Array, why: Why = 'all'): PassResult {
    const run = new Run(input, new Budget(this.#options.monotonic, input.bytes.length));
    const found = (slot: Slot, match: Match): void => {
      run.add(this.#judge.hitOf(slot, match, input));
    };
    this.#look(run, { off, why, found });
    return { hits: run.hits, gaps: run.gaps };
  }

  /**
   * Could anything be found in whole lines of this? A match on one line is found there as it is found
   * here, and judged alike; one over more of them may begin or end elsewhere, and so counts as it is.
   */
  touches(input: Input, off: Uint8Array): boolean {
    const run = new Run(input, new Budget(this.#options.monotonic, input.bytes.length));
    const found = (slot: Slot, match: Match): void => {
      const isSure = slot.pattern?.matchesWithinLines === true && isOnOneLine(match, input.bytes);
      if (!isSure || this.#judge.hitOf(slot, match, input) !== undefined) run.end();
    };
    this.#look(run, { off, why: 'touch', found });
    return run.isOver || run.gaps.length > 0;
  }

  #look(run: Run, given: Looking): void {
    const off = given.why === 'required' ? given.off : this.#withoutSilent(given.off);
    this.#collector.reset();
    const isWhole = this.#options.dialect === 'gitleaks';
    const { bytes } = run.input;
    // gitleaks asks for a keyword anywhere in the text, however far.
    if (isWhole && bytes.length > CHUNK_BYTES) this.#collector.readKeywords(bytes, off);
    for (let from = 0; from === 0 || from < bytes.length; from += CHUNK_BYTES) {
      if (from > 0 && run.isLate(from)) break;
      if (!isWhole) this.#collector.reset();
      const view = new View(bytes, from, Math.min(from + CHUNK_BYTES, bytes.length));
      this.#lookIn(view, run, { ...given, off });
      if (run.isOver) break;
    }
  }

  #lookIn(view: View, run: Run, { off, why, found }: Looking): void {
    this.#collector.read(view, off);
    for (const slot of this.#collector.due()) {
      if (why !== 'required' && !this.#collector.sees(slot)) continue;
      // In lines taken out, such a rule may find what it does not find here.
      if (why === 'touch' && slot.pattern?.matchesWithinLines === false) run.end();
      this.#search(slot, view, { run, found });
    }
  }

  #withoutSilent(off: Uint8Array): Uint8Array {
    if (this.#silent.length === 0) return off;
    const out = off.slice();
    for (const index of this.#silent) out[index] = 1;
    return out;
  }

  #search(slot: Slot, view: View, { run, found }: Pick<Looking, 'found'> & { run: Run }): void {
    if (run.isOver) return;
    const { rule, index, pattern } = slot;
    if (rule.regex === undefined && !slot.isBroken) return;
    if (slot.isBroken || pattern === undefined) {
      // Nothing was left unread where there is no text, unless the path is what cannot be judged.
      const isUntouched = rule.regex !== undefined && view.bytes.length === 0;
      return isUntouched ? undefined : run.gap('unreadable', rule.id, view.from);
    }
    const progress = run.progressOf(index, pattern);
    if (progress.engine === 'none') return;
    progress.next = 0;
    if (pattern.mode === 'full') progress.at = Math.max(progress.end, progress.at, view.from);
    const search: Search = {
      ...{ pattern, view },
      literals: this.#collector.startsOf(slot, view),
      found: (match) => found(slot, match),
    };
    const native = run.budget.share('native');
    if (progress.engine === 'native' && searchNative(search, progress, native)) return;
    // From here on: what cost too much once may do so in every chunk.
    progress.engine = 'linear';
    if (searchLinear(search, progress, run.budget.share('linear'))) return;
    progress.engine = 'none';
    run.gap('budget', rule.id, view.from);
  }
}

/** Does it stand on one line, the newline behind it included, and is there such a newline? */
function isOnOneLine({ start, end }: Match, bytes: Uint8Array): boolean {
  return bytes.indexOf(NEWLINE, start) >= end - 1;
}

/** One pass under way. */
class Run {
  readonly input: Input;
  readonly budget: Budget;
  readonly hits: Hit[] = [];
  readonly gaps: Gap[] = [];
  isOver = false;
  readonly #progress = new Map<number, Progress>();

  constructor(input: Input, budget: Budget) {
    this.input = input;
    this.budget = budget;
  }

  progressOf(slot: number, pattern: Pattern): Progress {
    const known = this.#progress.get(slot);
    if (known !== undefined) return known;
    const engine = pattern.bounds.isLinear ? 'linear' : 'native';
    const progress: Progress = { end: 0, next: 0, at: 0, engine };
    this.#progress.set(slot, progress);
    return progress;
  }

  add(hit: Hit | undefined): void {
    if (hit === undefined || this.isOver) return;
    if (this.hits.length < MAX_HITS) this.hits.push(hit);
    else this.#endWith('tooMany', hit.start);
  }

  /** Tells once a rule that something was not looked at. */
  gap(why: Gap['why'], rule: string, offset: number): void {
    if (this.gaps.some((gap) => gap.why === why && gap.rule === rule)) return;
    this.gaps.push({ why, rule, line: this.#lineOf(offset) });
    if (why === 'budget' && this.budget.isSpent()) this.#endWith('budget', offset);
  }

  /** Is the time over? Then all that is left is a gap. */
  isLate(offset: number): boolean {
    if (this.budget.isSpent()) this.#endWith('budget', offset);
    return this.isOver;
  }

  /** Nothing more is to be looked for. */
  end(): void {
    this.isOver = true;
  }

  #endWith(why: Gap['why'], offset: number): void {
    this.isOver = true;
    this.gaps.push({ why, line: this.#lineOf(offset) });
  }

  #lineOf(offset: number): number {
    return this.input.lines.countBefore(offset) + 1;
  }
}
