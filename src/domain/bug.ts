/** Frames told of a bug. */
const MAX_FRAMES = 3;

/** A frame of a stack: file, line and column of our own code, and nothing of what it worked on. */
const FRAME = /[/\\]([\w.-]+\.[cm]?[jt]s:\d+:\d+)\)?$/;

/**
 * `SyntaxError at reading.ts:12:3 < scan.ts:40:9`: which error was thrown, and where. Never its message,
 * for engines quote their input in it.
 */
export function placeOfBug(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error';
  const { name, message, stack = '' } = error;
  // The stack begins with the message, which may look like frames.
  const lines = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const frames = lines.flatMap((line) => FRAME.exec(line.trim())?.[1] ?? []).slice(0, MAX_FRAMES);
  const kind = /^[A-Za-z]{1,40}$/.test(name) ? name : 'Error';
  return frames.length === 0 ? kind : `${kind} at ${frames.join(' < ')}`;
}
