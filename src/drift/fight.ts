/** Heat of one object: reverts, fading with time. */
export type Heat = Readonly<{ value: number; at: number }>;

/** A revert's heat fades to 1/e in this time. */
export const HEAT_DECAY_MS = 60_000;

/** About this many reverts a minute are one fight. */
export const FIGHT_HEAT = 5;

/** Pause between two reverts of a fought object. */
export const FIGHT_PAUSE_MS = 30_000;

/** Adds one revert; `now` is monotonic time in milliseconds. */
export function heatUp(heat: Heat | undefined, now: number): Heat {
  return { value: heatAt(heat, now) + 1, at: now };
}

/** The heat left at `now`. */
export function heatAt(heat: Heat | undefined, now: number): number {
  if (heat === undefined) return 0;
  return heat.value * Math.exp(-Math.max(0, now - heat.at) / HEAT_DECAY_MS);
}

/** Has somebody been undoing the reverts for long enough to call it a fight? */
export function isFight(heat: Heat | undefined, now: number): boolean {
  return heatAt(heat, now) >= FIGHT_HEAT;
}
