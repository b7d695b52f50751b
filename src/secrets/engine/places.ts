import type { Place } from './allowlist.ts';
import type { Program } from './program.ts';
import type { Slot } from './slot.ts';

/** What the path and the commit alone decide about a text. */
export type Terms = Readonly<{
  /** Harmless whatever it holds. */
  isSkipped: boolean;
  /** By slot: 1 where the rule has nothing to say here. */
  off: Uint8Array;
  /** Rules by path alone that the path matches. */
  byPath: readonly Slot[];
}>;

/** Terms kept; histories name the same paths over and over. */
const MAX_TERMS = 2048;

const NO_SLOTS: readonly Slot[] = [];

/** Decides by path and commit, and remembers what it decided. */
export class Places {
  readonly #program: Program;
  readonly #dependsOnCommit: boolean;
  readonly #known = new Map<string, Terms>();
  readonly #nothingOff: Uint8Array;

  constructor(program: Program, dependsOnCommit: boolean) {
    this.#program = program;
    this.#dependsOnCommit = dependsOnCommit;
    this.#nothingOff = new Uint8Array(program.slots.length);
  }

  of(place: Place): Terms {
    if (this.#dependsOnCommit) return this.#judge(place);
    const known = this.#known.get(place.path);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_TERMS) this.#known.clear();
    const terms = this.#judge(place);
    this.#known.set(place.path, terms);
    return terms;
  }

  #judge(place: Place): Terms {
    const { slots, allowlists } = this.#program;
    if (allowlists.some((list) => list.allowsPlace(place))) {
      return { isSkipped: true, off: this.#nothingOff, byPath: NO_SLOTS };
    }
    const here = slots.filter((slot) => isOn(slot, place));
    // Whether a regex is broken is asked of nobody else: it would have to be worked out.
    const byPath = here.filter((slot) => slot.rule.regex === undefined && !slot.isBroken);
    if (here.length === slots.length) return { isSkipped: false, off: this.#nothingOff, byPath };
    const off = new Uint8Array(slots.length).fill(1);
    for (const { index } of here) off[index] = 0;
    return { isSkipped: false, off, byPath };
  }
}

function isOn(slot: Slot, place: Place): boolean {
  return slot.isFor(place.path) && !slot.allowlists.some((list) => list.allowsPlace(place));
}
