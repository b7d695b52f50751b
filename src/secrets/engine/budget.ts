/** Bytes whose matches are looked for together: rules have their budgets a chunk at a time. */
export const CHUNK_BYTES = 256 * 1024;

/** Bytes in front of a chunk that its text holds as well: what a match has before its anchor. */
export const BACK_BYTES = 8 * 1024;

/** Bytes behind a chunk that its text holds as well: the rest of matches that begin in it. */
export const AHEAD_BYTES = 64 * 1024;

/** How far an unbounded regex sees from where it begins; the longest PEM and PGP blocks are shorter. */
export const REACH_BYTES = 32 * 1024;

/** More than this is not text that people write; it would not fit into memory either. */
export const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/** Hits of one input; what is beyond is told as a gap. */
export const MAX_HITS = 5000;

/** Attempts of one rule in one chunk on V8: one for every byte, and for what reaches into the next. */
const MAX_ATTEMPTS = 2 * CHUNK_BYTES;

/** Steps of a regex, by its worst case, between two looks at the clock. */
const STEPS_BETWEEN_LOOKS = 200_000;

const NATIVE_MS = 100;
const LINEAR_MS = 400;

/** For one input: a constant, and what each byte adds, up to a limit. */
const INPUT_MS = 800;
const INPUT_MS_PER_BYTE = 0.5 / 1024;
const MAX_INPUT_MS = 10_000;

/** The time that one input may take; each rule gets shares of it, chunk by chunk. */
export class Budget {
  readonly #monotonic: () => number;
  readonly #deadline: number;

  constructor(monotonic: () => number, bytes: number) {
    this.#monotonic = monotonic;
    const allowed = Math.min(INPUT_MS + bytes * INPUT_MS_PER_BYTE, MAX_INPUT_MS);
    this.#deadline = monotonic() + allowed;
  }

  /** Is the time of the whole input over? */
  isSpent(): boolean {
    return this.#monotonic() >= this.#deadline;
  }

  /** A share for one rule in one chunk, on V8 or on the linear engine. */
  share(engine: 'native' | 'linear'): Share {
    const allowed = engine === 'native' ? NATIVE_MS : LINEAR_MS;
    return new Share(this.#monotonic, { allowed, deadline: this.#deadline });
  }
}

/** What one rule may still do in one chunk. Its time begins with its first look at the clock. */
export class Share {
  readonly #monotonic: () => number;
  readonly #allowed: number;
  #deadline: number;
  #isRunning = false;
  #attempts = 0;
  #steps = 0;

  constructor(
    monotonic: () => number,
    { allowed, deadline }: Readonly<{ allowed: number; deadline: number }>,
  ) {
    this.#monotonic = monotonic;
    this.#allowed = allowed;
    this.#deadline = deadline;
  }

  /** Takes one attempt that may cost so many steps; false when there is none left. */
  take(steps: number): boolean {
    this.#attempts++;
    this.#steps += steps;
    if (this.#attempts > MAX_ATTEMPTS) return false;
    if (this.#steps < STEPS_BETWEEN_LOOKS) return true;
    this.#steps = 0;
    const now = this.#monotonic();
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#deadline = Math.min(this.#deadline, now + this.#allowed);
    }
    return now < this.#deadline;
  }
}
