/** Between two looks; short, because what is measured here is somebody else's speed. */
const PAUSE_MS = 20;

/**
 * Looks again and again until `look` yields something, and yields that. Throws with `what` and the
 * last words of `explain` when the deadline passes.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  options: Readonly<{ deadlineMs?: number; explain?: () => string }> = {},
): Promise<T> {
  const end = Date.now() + (options.deadlineMs ?? 30_000);
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}\n${options.explain?.() ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
