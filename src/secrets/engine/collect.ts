import type { AutomatonSink } from './automaton.ts';
import type { Program } from './program.ts';
import type { Slot } from './slot.ts';
import { isImplied, wake } from './trigger.ts';
import type { Trigger } from './trigger.ts';
import type { View } from './view.ts';

/** Bytes around a chunk whose keywords count for it. */
const KEYWORD_MARGIN_BYTES = 4 * 1024;

/** Collects, in one pass over a chunk, which literals begin where and which keywords are there. */
export class Collector implements AutomatonSink {
  readonly #program: Program;
  /** By slot: where its literals begin, in the order they end. */
  readonly #starts: number[][];
  /** Slots that have any. */
  readonly #touched: Slot[] = [];
  /** Slots that no literal calls: they look for themselves, or are broken. */
  readonly #searching: Set<Slot>;
  readonly #waking = new Set<Trigger>();
  readonly #keywords: Uint8Array;
  #bytes: Uint8Array = new Uint8Array();
  #off: Uint8Array = new Uint8Array();
  #from = 0;
  #to = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#starts = program.slots.map(() => []);
    const ready = program.slots.filter(({ isReady }) => isReady);
    this.#searching = new Set(
      ready.filter(({ pattern }) => pattern === undefined || pattern.mode === 'full'),
    );
    this.#keywords = new Uint8Array(program.keywordCount);
  }

  /** Forgets every keyword. */
  reset(): void {
    this.#keywords.fill(0);
  }

  /** Reads a chunk; literals that end in it are its own, keywords count from a little around it too. */
  read({ bytes, from, to }: Pick<View, 'bytes' | 'from' | 'to'>, off: Uint8Array): void {
    for (const slot of this.#touched) {
      const starts = this.#starts[slot.index];
      if (starts !== undefined) starts.length = 0;
    }
    this.#touched.length = 0;
    this.#bytes = bytes;
    this.#off = off;
    [this.#from, this.#to] = [from, to];
    const span = {
      from: Math.max(0, from - KEYWORD_MARGIN_BYTES),
      to: Math.min(bytes.length, to + KEYWORD_MARGIN_BYTES),
    };
    this.#program.automaton.read(bytes, span, this);
    if (this.#wakeAll()) this.read({ bytes, from, to }, off);
  }

  /** Looks for keywords only, in all of it. */
  readKeywords(bytes: Uint8Array, off: Uint8Array): void {
    this.#off = off;
    [this.#from, this.#to] = [bytes.length, bytes.length];
    this.#program.automaton.read(bytes, { from: 0, to: bytes.length }, this);
    this.#wakeAll();
  }

  onEnding(set: number, end: number): void {
    for (const word of this.#program.keywords[set] ?? []) this.#keywords[word] = 1;
    const isInside = end > this.#from && end <= this.#to;
    for (const trigger of this.#program.triggers[set] ?? []) {
      if (trigger.shifts === undefined) this.#rouse(trigger);
      else if (isInside) this.#add(trigger, end);
    }
  }

  #add({ slot, literal, shifts = [] }: Trigger, end: number): void {
    if (this.#off[slot.index] === 1) return;
    for (const shift of shifts) {
      const begin = end - literal.length - shift;
      const starts = this.#starts[slot.index];
      if (starts === undefined || slot.ahead?.(this.#bytes, begin) === false) continue;
      if (starts.length === 0) this.#touched.push(slot);
      starts.push(begin);
    }
  }

  #rouse(trigger: Trigger): void {
    if (this.#off[trigger.slot.index] === 0) this.#waking.add(trigger);
  }

  /** Works out the rules whose keywords were seen for the first time; were there any? */
  #wakeAll(): boolean {
    const waking = [...this.#waking];
    this.#waking.clear();
    for (const trigger of waking) {
      wake(trigger);
      const { slot } = trigger;
      const { pattern } = slot;
      const isCalled = !slot.isBroken && pattern !== undefined && isImplied(slot, pattern);
      if (!isCalled) this.#searching.add(slot);
    }
    return waking.length > 0;
  }

  /** Where the literals of a slot begin, ascending. */
  startsOf(slot: Slot, view: View): readonly number[] {
    if (this.#searching.has(slot)) return slot.pattern?.literalsIn(view) ?? [];
    const starts = this.#starts[slot.index] ?? [];
    // They come by their ends: a longer literal may begin in front of one that was told before it.
    return starts.length > 1 ? starts.sort((a, b) => a - b) : starts;
  }

  /** Slots that have something to do in the chunk: their literals are there, or nothing calls them. */
  due(): readonly Slot[] {
    const searching = [...this.#searching].filter(({ index }) => this.#off[index] === 0);
    return [...this.#touched, ...searching];
  }

  /** Is a keyword of the rule there, or does it demand none? */
  sees({ keywords }: Slot): boolean {
    return keywords === undefined || keywords.some((word) => this.#keywords[word] === 1);
  }
}
