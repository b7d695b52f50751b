/** A stretch of bytes. */
export type Range = Readonly<{ start: number; end: number }>;

/** Neighbours that one range is compared with; more of them overlap only where somebody piles them up. */
const MAX_NEIGHBOURS = 32;

/** Ranges in any order and overlap, asked in logarithmic time. */
export class Ranges {
  readonly #starts: number[] = [];
  /** The furthest end of this range and all before it. */
  readonly #ends: number[] = [];

  constructor(ranges: readonly Range[]) {
    let furthest = 0;
    for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
      furthest = Math.max(furthest, end);
      this.#starts.push(start);
      this.#ends.push(furthest);
    }
  }

  /** Does any of them share a byte with this one? */
  touch({ start, end }: Range): boolean {
    const index = lastBelow(this.#starts, end);
    return index >= 0 && (this.#ends[index] ?? 0) > start;
  }

  /** Does one of them hold all of this one? Exact where they do not overlap each other. */
  cover({ start, end }: Range): boolean {
    const index = lastBelow(this.#starts, start + 1);
    return index >= 0 && (this.#ends[index] ?? 0) >= end;
  }
}

/** Ranges that come in the order of their starts, with what they stand for. */
export class Neighbours<T extends Range> {
  readonly #ranges: T[];
  readonly #starts: number[];

  constructor(ordered: readonly T[]) {
    this.#ranges = [...ordered];
    this.#starts = ordered.map(({ start }) => start);
  }

  /** Adds one that starts no earlier than those before it. */
  add(range: T): void {
    this.#ranges.push(range);
    this.#starts.push(range.start);
  }

  /** Is there one that shares a byte with this one and is as asked? Looks at the nearest few. */
  some(range: T, isAsked: (other: T, range: T) => boolean): boolean {
    const last = lastBelow(this.#starts, range.end);
    for (let index = last; index >= 0 && index > last - MAX_NEIGHBOURS; index -= 1) {
      const other = this.#ranges[index];
      if (other !== undefined && other.end > range.start && isAsked(other, range)) return true;
    }
    return false;
  }
}

/** Index of the last number below a bound, or -1. */
function lastBelow(sorted: readonly number[], bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
