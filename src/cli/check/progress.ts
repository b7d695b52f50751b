import type { Clock } from '../../domain/clock.ts';

/** Nothing is shown of work that ends sooner. */
const QUIET_MS = 700;

/** Shortest time between two pictures. */
const FRAME_MS = 100;

const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\u001b[2K';

/** One line about commits judged; a bar once it is known how many there are. */
export function progressLine(judged: number, found: number, all: number | undefined): string {
  if (all === undefined || all === 0) return `${found} commits found, ${judged} judged`;
  const part = Math.min(1, judged / all);
  const full = Math.round(part * BAR_WIDTH);
  const bar = '#'.repeat(full).padEnd(BAR_WIDTH, '.');
  return `[${bar}] ${judged} of ${all} commits judged`;
}

/** Shows progress on a terminal, where work is long enough to want it. */
export class Progress {
  readonly #clock: Clock;
  readonly #write: (text: string) => void;
  readonly #start: number;
  #last = 0;
  #isShown = false;

  constructor(clock: Clock, write: (text: string) => void) {
    this.#clock = clock;
    this.#write = write;
    this.#start = clock.monotonic();
  }

  /** Draws a new picture, unless the last one is still fresh. */
  show(line: string): void {
    const now = this.#clock.monotonic();
    if (now - this.#start < QUIET_MS || now - this.#last < FRAME_MS) return;
    this.#last = now;
    this.#isShown = true;
    this.#write(`${CLEAR_LINE}${line}`);
  }

  /** Takes the picture away. */
  clear(): void {
    if (this.#isShown) this.#write(CLEAR_LINE);
    this.#isShown = false;
  }
}
