/** How hot one object is: its reverts, fading with time. Times are monotonic milliseconds. */
export type Heat = Readonly<{
  value: number;
  /** Of the last revert. */
  at: number;
  /** The reverts came so fast, at that time, that they were a fight. */
  fought: boolean;
}>;

/** A revert's heat fades to 1/e in this time. */
export const HEAT_DECAY_MS = 60_000;

/** Five reverts in quick succession, or a lasting five a minute, are a fight. */
export const FIGHT_HEAT = 4.5;

/** A fight is over when its heat is below this. */
export const COOL_HEAT = 1;

/** Least time between two reverts of a fought object. */
export const FIGHT_PAUSE_MS = 30_000;

/** Adds one revert. */
export function heatUp(heat: Heat | undefined, now: number): Heat {
  const value = heatAt(heat, now) + 1;
  return { value, at: now, fought: isFight(heat, now) || value >= FIGHT_HEAT };
}

/** The heat left at `now`. */
export function heatAt(heat: Heat | undefined, now: number): number {
  if (heat === undefined) return 0;
  return heat.value * Math.exp(-Math.max(0, now - heat.at) / HEAT_DECAY_MS);
}

/** Is somebody undoing the reverts? */
export function isFight(heat: Heat | undefined, now: number): boolean {
  return heat?.fought === true && heatAt(heat, now) >= COOL_HEAT;
}

/** How long the next revert must wait: nothing outside a fight. */
export function pauseLeftMs(heat: Heat | undefined, now: number): number {
  if (heat === undefined || !isFight(heat, now)) return 0;
  return Math.max(0, heat.at + FIGHT_PAUSE_MS - now);
}

/** When a fight is over if nothing more happens; 0 when there is none. */
export function coolsInMs(heat: Heat | undefined, now: number): number {
  if (!isFight(heat, now)) return 0;
  return Math.ceil(HEAT_DECAY_MS * Math.log(heatAt(heat, now) / COOL_HEAT)) + 1;
}
