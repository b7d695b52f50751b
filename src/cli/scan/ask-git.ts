import { GitRun } from './git-run.ts';
import type { GitGround } from './git-run.ts';

/** Longest answer read whole. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** What a git program prints, given this on its input; `undefined` when it fails or says too much. */
export async function askGit(
  ground: GitGround,
  args: readonly string[],
  input = '',
): Promise<Buffer | undefined> {
  const run = new GitRun(ground, args);
  const chunks: Buffer[] = [];
  let length = 0;
  run.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) run.kill();
  });
  run.stdin.end(input);
  return (await run.ended) ? Buffer.concat(chunks) : undefined;
}
