/** Gets what the automaton reads. `end` is the offset behind the last byte of what was found. */
export interface AutomatonSink {
  /** `set` numbers the set of literals that end here; see `Automaton.endings`. */
  onEnding(set: number, end: number): void;
}

/** Class of bytes that are in no literal. */
const OTHER = 0;

/**
 * Finds every occurrence of many literals in one pass over bytes, one table look-up a byte, whatever
 * the bytes are (Aho and Corasick 1975, with the whole goto table, an entry worked out when a text first
 * comes to it). ASCII letters match in both cases. Literals are lower-cased and not empty; one character
 * is one byte.
 */
export class Automaton {
  /** By set: indexes of the literals that end together. */
  readonly endings: readonly (readonly number[])[];
  /**
   * State and class give the next state; a state is its row's offset. 0 is an entry that was not worked
   * out, an accepting state has a minus in front.
   */
  readonly #table: Int32Array;
  readonly #classes: Uint8Array;
  readonly #shift: number;
  readonly #trie: Trie;
  readonly #suffix: Int32Array;
  /** By state of the trie: the set that ends there. */
  readonly #sets: Int32Array;

  constructor(literals: readonly string[]) {
    const { classes, width } = classesOf(literals);
    this.#classes = classes;
    this.#shift = Math.ceil(Math.log2(width));
    this.#trie = trieOf(literals, classes);
    const { order, suffix } = linkFailures(this.#trie);
    const { found, size } = this.#trie;
    this.#suffix = suffix;
    // The first row is nobody's: no state is 0.
    this.#table = new Int32Array((size + 1) << this.#shift);
    this.#sets = new Int32Array(size);
    const accepting = order.filter((state) => found[state] !== undefined);
    for (const [set, state] of accepting.entries()) this.#sets[state] = set;
    this.endings = accepting.map((state) => found[state] ?? []);
  }

  /**
   * Reads `bytes` from `from` to `to` and tells what ends there. `state` is what an earlier call
   * answered for the bytes just before, 0 at a beginning; the answer is the state to go on with.
   */
  read(bytes: Uint8Array, span: Span, sink: AutomatonSink): number {
    const table = this.#table;
    const classes = this.#classes;
    const to = Math.min(span.to, bytes.length);
    let state = span.state ?? 0;
    if (state === 0) state = 1 << this.#shift;
    for (let at = span.from; at < to; at++) {
      // Both look-ups are in range: a byte has a class, a state and a class have a row and a column.
      const kind = classes[bytes[at] as number] as number;
      let next = table[state + kind] as number;
      if (next <= 0) {
        if (next === 0) next = this.#workOut(state, kind);
        if (next < 0) {
          next = -next;
          sink.onEnding(this.#setOf(next), at + 1);
        }
      }
      state = next;
    }
    return state;
  }

  /** Is one of the literals in the text? One character is one byte. */
  isIn(text: string): boolean {
    let state = 1 << this.#shift;
    for (let at = 0; at < text.length; at++) {
      const kind = this.#classes[text.charCodeAt(at) & 0xff] ?? OTHER;
      const next = this.#table[state + kind] || this.#workOut(state, kind);
      if (next < 0) return true;
      state = next;
    }
    return false;
  }

  #setOf(state: number): number {
    return this.#sets[(state >> this.#shift) - 1] ?? 0;
  }

  /** The entry for a state and a class: the longest suffix that a literal goes on with. */
  #workOut(state: number, kind: number): number {
    let from = (state >> this.#shift) - 1;
    let target = childOf(this.#trie, from, kind);
    while (target === 0 && from !== 0) {
      from = this.#suffix[from] ?? 0;
      target = childOf(this.#trie, from, kind);
    }
    const offset = (target + 1) << this.#shift;
    const entry = this.#trie.found[target] === undefined ? offset : -offset;
    this.#table[state + kind] = entry;
    return entry;
  }
}

/** What to read, and the state to read it in. */
export type Span = Readonly<{ from: number; to: number; state?: number }>;

/** Bytes that no literal tells apart share a column; so do the two cases of a letter. */
function classesOf(literals: readonly string[]): { classes: Uint8Array; width: number } {
  const classes = new Uint8Array(256);
  let width = 1;
  for (const literal of literals) {
    for (let at = 0; at < literal.length; at++) {
      const byte = literal.charCodeAt(at) & 0xff;
      if (classes[byte] === OTHER) classes[byte] = width++;
    }
  }
  for (let lower = 97; lower <= 122; lower++) classes[lower - 32] = classes[lower] ?? OTHER;
  return { classes, width };
}

/** States are numbered from the root, 0; a child is one class of bytes further. */
type Trie = {
  /** By state: its first child, the next child of its parent (0: none), and its class. */
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  readonly label: Uint8Array;
  /** By class: the child of the root, which has many and is asked most. */
  readonly first: Int32Array;
  /** By state: the literals that end in it; most have none. */
  readonly found: (readonly number[] | undefined)[];
  size: number;
};

function trieOf(literals: readonly string[], classes: Uint8Array): Trie {
  const most = literals.reduce((sum, literal) => sum + literal.length, 1);
  const [child, sibling] = [new Int32Array(most), new Int32Array(most)];
  const label = new Uint8Array(most);
  const found = Array.from({ length: most }, (): readonly number[] | undefined => undefined);
  const first = new Int32Array(256);
  const trie: Trie = { child, sibling, label, first, found, size: 1 };
  const words = literals.map((literal) => labelsOf(literal, classes));
  const order = words.map((_, index) => index);
  // In order, a word shares more with the one before it than with all before that: no child is searched.
  order.sort((a, b) => ((words[a] ?? '') < (words[b] ?? '') ? -1 : 1));
  const path = [0];
  let before = '';
  for (const index of order) {
    const word = words[index] ?? '';
    let at = 0;
    while (at < word.length && word[at] === before[at]) at++;
    for (; at < word.length; at++)
      path[at + 1] = addChild(trie, path[at] ?? 0, word.charCodeAt(at));
    const state = path[word.length] ?? 0;
    found[state] = [...(found[state] ?? []), index];
    before = word;
  }
  return trie;
}

/** Its classes, one a character. */
function labelsOf(literal: string, classes: Uint8Array): string {
  let labels = '';
  for (let at = 0; at < literal.length; at++) {
    labels += String.fromCharCode(classes[literal.charCodeAt(at) & 0xff] ?? OTHER);
  }
  return labels;
}

/** The child by a class of bytes; 0 is none, as nothing leads to the root. */
function childOf({ first, child, sibling, label }: Trie, state: number, wanted: number): number {
  if (state === 0) return first[wanted] ?? 0;
  let next = child[state] ?? 0;
  while (next !== 0 && label[next] !== wanted) next = sibling[next] ?? 0;
  return next;
}

function addChild(trie: Trie, state: number, wanted: number): number {
  const { child, sibling, label } = trie;
  const made = trie.size++;
  label[made] = wanted;
  sibling[made] = child[state] ?? 0;
  child[state] = made;
  if (state === 0) trie.first[wanted] = made;
  return made;
}

/** The states, shorter ones first, and by state its longest proper suffix that is a state too. */
type Links = Readonly<{ order: readonly number[]; suffix: Int32Array }>;

/** Links every state to its suffix, and lets it have found what the suffix finds. */
function linkFailures(trie: Trie): Links {
  const { child, sibling, label, found } = trie;
  const suffix = new Int32Array(trie.size);
  const order = [0];
  for (let head = 0; head < order.length; head++) {
    const state = order[head] ?? 0;
    const shared = found[suffix[state] ?? 0];
    if (state !== 0 && shared !== undefined) found[state] = [...(found[state] ?? []), ...shared];
    for (let next = child[state] ?? 0; next !== 0; next = sibling[next] ?? 0) {
      order.push(next);
      let shorter = state;
      while (shorter !== 0 && suffix[next] === 0) {
        shorter = suffix[shorter] ?? 0;
        suffix[next] = childOf(trie, shorter, label[next] ?? OTHER);
      }
    }
  }
  return { order, suffix };
}
