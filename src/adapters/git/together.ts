/**
 * Waits for two pieces of work that go on at the same time, for both of them also when one fails, so
 * that nothing of either is under way afterwards. Throws what the first of the failed ones threw;
 * then `undo` gets what the other one made.
 */
export async function together<A, B>(
  first: Promise<A>,
  second: Promise<B>,
  undo: (made: B) => Promise<void> = () => Promise.resolve(),
): Promise<readonly [A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'rejected') {
    if (b.status === 'fulfilled') await undo(b.value);
    throw a.reason;
  }
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}
