import { spawn } from 'node:child_process';
import type { Terminal } from '../terminal.ts';

/** What a program answered. Its stderr goes to the terminal unless it is held. */
export type Answer = Readonly<{ status: number; stdout: Buffer; stderr: string }>;

/** How a program is run. */
export type RunOptions = Readonly<{
  input?: Uint8Array;
  /** Lets what it says on stderr, prompts and errors, through to the person. */
  isTalking?: boolean;
}>;

/**
 * Runs one of the caller's own programs in the caller's own environment, and never through a shell. A
 * program that cannot be started answers with status 127.
 */
export function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env }: Pick<Terminal, 'cwd' | 'env'>,
  { input, isTalking = false }: RunOptions = {},
): Promise<Answer> {
  const stderr = isTalking ? 'inherit' : 'pipe';
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', stderr] });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that ends without reading its input says so by its status.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input ?? '');
  return new Promise((resolve) => {
    const answer = (status: number): void =>
      resolve({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    child.once('error', () => answer(127));
    child.once('close', (code) => answer(code ?? 1));
  });
}
