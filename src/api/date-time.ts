/** Length of the form below, in characters. */
export const DATE_TIME_LENGTH = 20;

/** RFC 3339 in UTC, to the second: `2026-01-31T08:00:00Z`. It lets days pass that a month does not have. */
export const DATE_TIME_PATTERN =
  '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$';

const FORM = new RegExp(DATE_TIME_PATTERN);

/**
 * Reads a moment such as `2026-01-31T08:00:00Z` and yields milliseconds since the Unix epoch, or
 * `undefined` for anything else, a day that does not exist too (RFC 3339 §5.6, no offset, no fraction,
 * no leap second). Texts of this form sort as the moments do.
 */
export function parseDateTime(text: string): number | undefined {
  if (text.length !== DATE_TIME_LENGTH || !FORM.test(text)) return undefined;
  const instant = Date.parse(text);
  // The platform makes 30 February a day in March.
  const same =
    Number.isFinite(instant) && new Date(instant).toISOString() === `${text.slice(0, -1)}.000Z`;
  return same ? instant : undefined;
}
