import type { Workshop } from './workshop.ts';

/** What readers made of one attack: gitward, and the naive one where the row has one. */
export type Played = Readonly<{ verdict: string; naive?: string }>;

/** What a row says when it cannot be played on this machine. */
export type Unplayable = Readonly<{ skipped: string }>;

/** One row of git.md §7, or one variant of it. */
export type AttackCase = Readonly<{
  number: number;
  name: string;
  /** `accepted`, or the reason why not. */
  expected: string;
  /** A reader that falls for it, and what that one says. */
  naive?: readonly [reader: string, verdict: string];
  /** Its absence is no failure in CI; says why. */
  excused?: true;
  play: (workshop: Workshop) => Promise<Played | Unplayable>;
}>;

/** Says why a row was not played; undefined when it was. */
export function skippedIn(played: Played | Unplayable): string | undefined {
  return 'skipped' in played ? played.skipped : undefined;
}

/** Rows of one attack that differ in a name and a value. */
export function variants<T>(
  values: readonly (readonly [name: string, value: T])[],
  row: (name: string, value: T) => AttackCase,
): readonly AttackCase[] {
  return values.map(([name, value]) => row(name, value));
}
