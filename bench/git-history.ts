import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import process from 'node:process';
import type { Writable } from 'node:stream';
import { HERMETIC_GIT_ENV } from '../test/support/repo-builder.ts';

/** What a made-up history is like. */
export type HistoryShape = Readonly<{
  commits: number;
  /** Text files that the commits change in turn: they make deltas, as manifests do. */
  files: number;
  /** Bytes that do not compress, added by each commit: they make the pack as large as wanted. */
  bulkPerCommit: number;
}>;

/** Lines of one text file; one of them changes with each commit. */
const LINES = 120;

/** Makes a bare repository with such a history on `main`, packed as `git fast-import` leaves it. */
export async function makeHistory(dir: string, shape: HistoryShape): Promise<void> {
  await mkdir(dir, { recursive: true });
  await runGit(dir, ['init', '--quiet', '--bare', '--initial-branch=main']);
  await runGit(dir, ['fast-import', '--quiet'], (stdin) => writeCommits(stdin, shape, 0));
}

/** Adds commits to `main`; the numbering goes on from `from`. */
export async function extendHistory(dir: string, shape: HistoryShape, from: number): Promise<void> {
  await runGit(dir, ['fast-import', '--quiet'], (stdin) => writeCommits(stdin, shape, from));
}

/** Runs git in a folder and yields what it printed, trimmed; throws with its error text. */
export async function runGit(
  dir: string,
  args: readonly string[],
  feed?: (stdin: Writable) => Promise<void>,
): Promise<string> {
  const env = { ...HERMETIC_GIT_ENV, PATH: process.env['PATH'], HOME: dir };
  const child = spawn('git', ['-C', dir, ...args], { env });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const closed = once(child, 'close');
  await feed?.(child.stdin);
  child.stdin.end();
  const [status]: unknown[] = await closed;
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${errors}`);
  return output.trim();
}

async function writeCommits(stdin: Writable, shape: HistoryShape, from: number): Promise<void> {
  for (let at = from; at < from + shape.commits; at++) {
    const message = `change ${at}\n`;
    const head =
      `commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_700_000_000 + at} +0000\n` +
      `data ${message.length}\n${message}` +
      (at === from && from > 0 ? 'from refs/heads/main^0\n' : '');
    const path = `apps/${at % shape.files}/deployment.yaml`;
    const bulk = randomBytes(shape.bulkPerCommit);
    const parts = [Buffer.from(head), ...inlineFile(path, textOf(at % shape.files, at))];
    if (bulk.length > 0) parts.push(...inlineFile(`bulk/${at % 97}.bin`, bulk));
    if (!stdin.write(Buffer.concat(parts))) await once(stdin, 'drain');
  }
}

function inlineFile(path: string, bytes: Buffer): readonly Buffer[] {
  return [Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n')];
}

function textOf(file: number, version: number): Buffer {
  const lines = Array.from({ length: LINES }, (_, line) => {
    const value = line === version % LINES ? `changed by ${version}` : `of file ${file}`;
    return `  - name: setting-${line}\n    value: ${value}\n`;
  });
  return Buffer.from(lines.join(''));
}
