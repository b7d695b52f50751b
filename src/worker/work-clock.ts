/**
 * What the process computed is asked for no more often: it costs some microseconds, and budgets look at
 * the clock thousands of times. In between all time counts, which corrects itself at the next look.
 */
const LOOK_MS = 5;

/**
 * Milliseconds that never go back and in which work was done: the least of what went by and what the
 * process computed. Budgets on it are the same on a busy machine and under a CPU limit, where a small
 * honest file would else be over its time while its thread waits. The wall clock stays with whoever
 * watches the thread.
 */
export function workClock(
  wall: () => number = () => performance.now(),
  computed: () => number = processMs,
): () => number {
  let total = 0;
  let told = 0;
  let [lastWall, lastComputed] = [wall(), computed()];
  return () => {
    const passed = wall() - lastWall;
    if (passed < LOOK_MS) {
      told = Math.max(told, total + Math.max(0, passed));
      return told;
    }
    const nowComputed = computed();
    total += Math.max(0, Math.min(passed, nowComputed - lastComputed));
    lastWall += passed;
    lastComputed = nowComputed;
    told = Math.max(told, total);
    return told;
  };
}

/** Of all threads: what one of them did is never more. */
function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
