import type { Anchor } from '../regex/anchors.ts';
import type { CompiledRegex } from '../regex/compile.ts';
import type { Lead } from '../regex/lead.ts';
import type { Analyses, Analysis } from './analysis.ts';
import type { Tail } from './lookahead.ts';

/** Byte sets by their place in a table: most regexes share the same few. */
type StoredTail = readonly [name: number, max: number, operator: number, value: number, need: number, lo: number, hi: number]; // prettier-ignore

type StoredAnalysis = Readonly<{
  js: string;
  /** Absent where it is `js`. */
  body?: string;
  groups: number;
  minLength: number;
  /** Infinity, which JSON has no word for, is null. */
  maxLength: number | null;
  steps: number | null;
  lead?: Readonly<{ set: number; max: number }>;
  isLinear?: true;
  hasEdges?: true;
  tail?: StoredTail;
}>;

/** What every scanner reads of a regex; null where it has no anchor. */
type StoredAnchor = readonly [lo: number, hi: number, ...literals: readonly string[]] | null;

/**
 * Writes analyses down: a line for the anchors of all, one for the byte sets, and one for each, which
 * is read only when its regex runs.
 */
export function storeAnalyses(analyses: readonly Analysis[]): string {
  const sets = new Map<string, number>();
  const place = (set: Uint8Array): number => {
    const digits = digitsOf(set);
    const known = sets.get(digits) ?? sets.size;
    sets.set(digits, known);
    return known;
  };
  const lines = analyses.map((one) => storeOne(one, place));
  const anchors = analyses.map(({ regex }) => storeAnchor(regex.anchor));
  // No line of JSON has a line break in it.
  return [anchors, [...sets.keys()], ...lines].map((one) => JSON.stringify(one)).join('\n');
}

function storeAnchor(anchor: Anchor | undefined): StoredAnchor {
  return anchor === undefined ? null : [anchor.lo, anchor.hi, ...anchor.literals];
}

function storeOne(analysis: Analysis, place: (set: Uint8Array) => number): StoredAnalysis {
  const { regex, tail } = analysis;
  const { js, body, groups, minLength, maxLength, steps, lead, engine, hasEdges } = regex;
  return {
    ...{ js, groups, minLength },
    maxLength: maxLength === Infinity ? null : maxLength,
    steps: steps === Infinity ? null : steps,
    ...(body === js ? {} : { body }),
    ...(lead === undefined ? {} : { lead: { set: place(lead.set), max: lead.max } }),
    ...(engine === 'linear' ? { isLinear: true } : {}),
    ...(hasEdges ? { hasEdges: true } : {}),
    ...(tail === undefined ? {} : { tail: storeTail(tail, place) }),
  };
}

function storeTail(tail: Tail, place: (set: Uint8Array) => number): StoredTail {
  const [name, operator, value] = [place(tail.name), place(tail.operator), place(tail.value)];
  return [name, tail.max, operator, value, tail.need, tail.lo, tail.hi];
}

/**
 * Reads what `storeAnalyses` wrote of these regexes, in their order; each when it is first asked for.
 * The text is our own: it is not checked.
 */
export function readAnalyses(sources: readonly string[], text: string): Analyses {
  const [anchors = '', sets = '', ...lines] = text.split('\n');
  // Our own module, held to its source by a test.
  const stored = JSON.parse(anchors) as readonly StoredAnchor[];
  const table = new SetTable(sets);
  const readOne = (source: string, at: number): [string, Analysis] => {
    const line = new StoredLine(lines[at] ?? '', table);
    return [source, new ReadAnalysis(new ReadRegex(source, stored[at] ?? null, line), line)];
  };
  return new Map(sources.map(readOne));
}

/** Byte sets by their place; each is made when it is first asked for. */
class SetTable {
  readonly #text: string;
  readonly #made = new Map<number, Uint8Array>();
  #digits?: readonly string[];

  constructor(text: string) {
    this.#text = text;
  }

  at(place: number): Uint8Array {
    const known = this.#made.get(place);
    if (known !== undefined) return known;
    // See `readAnalyses`.
    this.#digits ??= JSON.parse(this.#text) as readonly string[];
    const made = setOf(this.#digits[place] ?? '');
    this.#made.set(place, made);
    return made;
  }
}

/** The line of one regex, read when it is first asked for. */
class StoredLine {
  readonly sets: SetTable;
  readonly #text: string;
  #read?: StoredAnalysis;

  constructor(text: string, sets: SetTable) {
    this.#text = text;
    this.sets = sets;
  }

  get read(): StoredAnalysis {
    // See `readAnalyses`.
    return (this.#read ??= JSON.parse(this.#text) as StoredAnalysis);
  }
}

class ReadAnalysis implements Analysis {
  readonly regex: CompiledRegex;
  readonly #line: StoredLine;

  constructor(regex: CompiledRegex, line: StoredLine) {
    this.regex = regex;
    this.#line = line;
  }

  get tail(): Tail | undefined {
    const { read, sets } = this.#line;
    return read.tail === undefined ? undefined : readTail(read.tail, sets);
  }
}

class ReadRegex implements CompiledRegex {
  readonly source: string;
  readonly anchor: Anchor | undefined;
  readonly #line: StoredLine;

  constructor(source: string, anchor: StoredAnchor, line: StoredLine) {
    this.source = source;
    this.anchor = anchor === null ? undefined : readAnchor(anchor);
    this.#line = line;
  }

  get js(): string {
    return this.#line.read.js;
  }

  get body(): string {
    return this.#line.read.body ?? this.js;
  }

  get groups(): number {
    return this.#line.read.groups;
  }

  get minLength(): number {
    return this.#line.read.minLength;
  }

  get maxLength(): number {
    return this.#line.read.maxLength ?? Infinity;
  }

  get steps(): number {
    return this.#line.read.steps ?? Infinity;
  }

  get lead(): Lead | undefined {
    const { read, sets } = this.#line;
    return read.lead === undefined ? undefined : { ...read.lead, set: sets.at(read.lead.set) };
  }

  get engine(): CompiledRegex['engine'] {
    return this.#line.read.isLinear === true ? 'linear' : 'native';
  }

  get hasEdges(): boolean {
    return this.#line.read.hasEdges === true;
  }
}

function readAnchor([lo, hi, ...literals]: NonNullable<StoredAnchor>): Anchor {
  return { lo, hi, literals };
}

function readTail(stored: StoredTail, sets: SetTable): Tail {
  const [name, max, operator, value, need, lo, hi] = stored;
  const tables = { name: sets.at(name), operator: sets.at(operator), value: sets.at(value) };
  return { ...tables, max, need, lo, hi };
}

/** 64 hexadecimal digits, a bit a byte. */
function digitsOf(set: Uint8Array): string {
  const bits = new Uint8Array(32);
  for (const [byte, has] of set.entries()) {
    if (has === 1) bits[byte >> 3] = (bits[byte >> 3] ?? 0) | (1 << (byte & 7));
  }
  return Buffer.from(bits).toString('hex');
}

function setOf(digits: string): Uint8Array {
  const bits = Buffer.from(digits, 'hex');
  return Uint8Array.from({ length: 256 }, (_, byte) => ((bits[byte >> 3] ?? 0) >> (byte & 7)) & 1);
}
