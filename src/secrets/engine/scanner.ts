import type { Gap, Hit, Scanned, TextScanner, Where } from '../hit.ts';
import type { LeakRule, RuleSet } from '../rule.ts';
import type { Place } from './allowlist.ts';
import { MAX_INPUT_BYTES } from './budget.ts';
import { decoded, encodingOf } from './encoding.ts';
import { hasRequired, withoutEchoes } from './filter.ts';
import { Input } from './input.ts';
import { Pass } from './pass.ts';
import type { PassResult } from './pass.ts';
import { Places } from './places.ts';
import type { Terms } from './places.ts';
import { sharedProgram } from './program.ts';
import type { Known, Program } from './program.ts';
import type { Slot } from './slot.ts';

/** How rules are read and how long they may take. */
export type EngineOptions = Readonly<{
  dialect: 'gitward' | 'gitleaks';
  /** Whether `gitleaks:allow` on a line silences it. */
  inlineAllow: boolean;
  /** Milliseconds that never go back; budgets are measured on it. */
  monotonic: () => number;
  /** How unlike a word a secret is, 0 to 1; without it rules may ask for any rarity and get it. */
  rarity?: (secret: string) => number;
}> &
  Known;

/** Looks for leaks in bytes, and tells cheaply where there are none. */
export interface Engine extends TextScanner {
  /**
   * A cheaper question: false only if `scan` finds nothing in any part of these bytes that begins and
   * ends at line ends.
   */
  touches(bytes: Uint8Array, where: Where): boolean;
}

const NOTHING: Scanned = { hits: [], gaps: [] };

/**
 * A scanner for these rules; making it is the expensive part. It is bounded whatever the bytes are: a
 * rule that takes too long is run again in linear time, and is a gap if that takes too long as well.
 */
export function textScanner(set: RuleSet, options: EngineOptions): Engine {
  return new RuleScanner(set, options);
}

class RuleScanner implements Engine {
  readonly #options: EngineOptions;
  readonly #rules: ReadonlyMap<string, LeakRule>;
  readonly #program: Program;
  readonly #places: Places;
  readonly #pass: Pass;

  constructor(set: RuleSet, options: EngineOptions) {
    this.#options = options;
    this.#rules = new Map(set.rules.map((rule) => [rule.id, rule]));
    this.#program = sharedProgram(set, options.dialect, options);
    this.#places = new Places(this.#program, namesCommits(set));
    this.#pass = new Pass(this.#program, options);
  }

  scan(bytes: Uint8Array, where: Where): Scanned {
    const place = placeOf(where);
    const terms = this.#places.of(place);
    if (terms.isSkipped) return NOTHING;
    const told = terms.byPath.filter(({ rule }) => !rule.isSilent).map(hitOfPath);
    const text = this.#scanText(bytes, place, terms);
    return { hits: [...told, ...text.hits], gaps: text.gaps };
  }

  touches(bytes: Uint8Array, where: Where): boolean {
    const place = placeOf(where);
    const terms = this.#places.of(place);
    if (terms.isSkipped) return false;
    if (bytes.length > MAX_INPUT_BYTES || terms.byPath.length > 0) return true;
    const encoding = encodingOf(bytes, this.#options.dialect === 'gitward');
    if (encoding === 'binary') return false;
    return this.#pass.touches(new Input(decoded(bytes, encoding), place), terms.off);
  }

  #scanText(bytes: Uint8Array, place: Place, terms: Terms): Scanned {
    if (bytes.length > MAX_INPUT_BYTES) return { hits: [], gaps: [{ why: 'tooLarge', line: 1 }] };
    const encoding = encodingOf(bytes, this.#options.dialect === 'gitward');
    const text = encoding === 'binary' ? new Uint8Array() : decoded(bytes, encoding);
    const input = new Input(text, place);
    const first = this.#pass.run(input, terms.off);
    const { hits, gaps } = this.#settled(first, input, terms);
    return { hits: withoutEchoes(hits, this.#rules).toSorted(byPlace), gaps };
  }

  /** Without hits that lack what their rules require; what these find is looked for only now. */
  #settled({ hits, gaps }: PassResult, input: Input, { off, byPath }: Terms): PassResult {
    const isAsking = ({ rule }: Hit): boolean => this.#requiredBy(rule).length > 0;
    const asked = new Set(
      hits.flatMap(({ rule }) => this.#requiredBy(rule).map((one) => one.rule)),
    );
    if (asked.size === 0) return { hits, gaps };
    const isWanted = ({ rule, index }: Slot): boolean => asked.has(rule.id) && off[index] === 0;
    const others = new Uint8Array(off.length).fill(1);
    for (const slot of this.#program.slots) if (isWanted(slot)) others[slot.index] = 0;
    const second = this.#pass.run(input, others, 'required');
    const found = [...second.hits, ...byPath.map(hitOfPath)];
    const context = { found, lines: input.lines };
    return {
      hits: hits.filter(
        (hit) => !isAsking(hit) || hasRequired(hit, this.#requiredBy(hit.rule), context),
      ),
      gaps: [...gaps, ...second.gaps.filter((gap) => !gaps.some((one) => isSame(one, gap)))],
    };
  }

  #requiredBy(rule: string): LeakRule['required'] {
    return this.#rules.get(rule)?.required ?? [];
  }
}

/** The same order whatever came first to light. */
function byPlace(a: Hit, b: Hit): number {
  return a.start - b.start || a.end - b.end || (a.rule < b.rule ? -1 : 1);
}

function namesCommits({ rules, allowlists }: RuleSet): boolean {
  const all = [...allowlists, ...rules.flatMap((rule) => rule.allowlists)];
  return all.some(({ commits }) => commits.length > 0);
}

function placeOf({ path, commit = '' }: Where): Place {
  return { path: Buffer.from(path, 'utf8').toString('latin1'), commit: commit.toLowerCase() };
}

/** The path is at fault: no line, and nothing secret in it. */
function hitOfPath({ rule }: Slot): Hit {
  return { rule: rule.id, start: 0, end: 0, secret: '', match: '', line: 0, endLine: 0 };
}

function isSame(one: Gap, other: Gap): boolean {
  return one.why === other.why && one.rule === other.rule;
}
