import type { Pattern } from './pattern.ts';
import { isDemanding } from './slot.ts';
import type { Slot } from './slot.ts';

/** What one literal in the text sets going. */
export type Trigger = {
  readonly slot: Slot;
  readonly literal: string;
  /**
   * How far in front of it a literal of the regex may begin; undefined while the rule sleeps, nothing
   * where it looks for its literals itself.
   */
  shifts: readonly number[] | undefined;
};

/** The triggers of a rule that is ready. */
export function triggersOf(slot: Slot): readonly Trigger[] {
  const { pattern } = slot;
  if (pattern === undefined || pattern.mode === 'full') return [];
  return pattern.literals.map((literal) => ({ slot, literal, shifts: [0] }));
}

/**
 * Works a rule out, now that one of its keywords was seen. Where every literal of its regex holds a
 * keyword, the keywords call it from now on; else it looks for its literals itself.
 */
export function wake(trigger: Trigger): void {
  const { slot, literal } = trigger;
  const { pattern } = slot;
  const anchors = pattern !== undefined && isImplied(slot, pattern) ? pattern.anchors : [];
  trigger.shifts = [...new Set(anchors.flatMap((anchor) => placesOf(literal, anchor)))];
}

/** Does every literal of the regex hold a keyword? Then a match is a proof of it. */
export function isImplied({ rule }: Slot, pattern: Pattern): boolean {
  if (pattern.mode === 'full' || !isDemanding(rule.keywords)) return false;
  return pattern.anchors.every((anchor) =>
    rule.keywords.some((word) => anchor.includes(bytesOf(word))),
  );
}

/** One character a byte of UTF-8. */
export function bytesOf(word: string): string {
  return Buffer.from(word, 'utf8').toString('latin1');
}

function placesOf(word: string, literal: string): readonly number[] {
  const places: number[] = [];
  for (let at = literal.indexOf(word); at >= 0; at = literal.indexOf(word, at + 1)) places.push(at);
  return places;
}
