import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { OWN_RULES } from '../src/secrets/rules/index.ts';
import { runGit } from './git-history.ts';

/** A repository to scan and the rules to scan it with. */
export type ScannedHistory = Readonly<{
  repositories: readonly string[];
  rules: string;
  remove: () => Promise<void>;
}>;

const COMMITS = 6_000;
const FILES = 300;
const LINES = 400;
/** One commit in so many leaks something. */
const LEAK_EVERY = 50;

/** Makes a history of text with leaks in it, and a file of gitward's own rules in gitleaks' TOML. */
export async function makeLeakyHistory(): Promise<ScannedHistory> {
  const dir = await mkdtemp(join(tmpdir(), 'gw-bench-secrets-'));
  const repository = join(dir, 'generated.git');
  await mkdir(repository);
  await runGit(repository, ['init', '--quiet', '--bare', '--initial-branch=main']);
  await runGit(repository, ['fast-import', '--quiet'], writeHistory);
  const rules = join(dir, 'rules.toml');
  await writeFile(rules, ownRulesAsToml());
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  return { repositories: [repository], rules, remove };
}

/** What of our own rules both programs read alike. */
function ownRulesAsToml(): string {
  const quoted = (text: string): string => JSON.stringify(text).replaceAll('\\u007f', '\\u007F');
  return OWN_RULES.rules
    .filter(({ regex, required }) => regex !== undefined && required.length === 0)
    .map(({ id, regex = '', path, keywords, entropy, secretGroup }) =>
      [
        '[[rules]]',
        `id = ${quoted(id)}`,
        `regex = ${quoted(regex)}`,
        ...(path === undefined ? [] : [`path = ${quoted(path)}`]),
        `keywords = [${keywords.map(quoted).join(', ')}]`,
        ...(entropy === undefined ? [] : [`entropy = ${entropy.toFixed(2)}`]),
        ...(secretGroup === undefined ? [] : [`secretGroup = ${secretGroup}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

async function writeHistory(stdin: Writable): Promise<void> {
  for (let at = 0; at < COMMITS; at++) {
    const message = `change ${at}\n`;
    const text = textOf(at % FILES, at);
    const head =
      `commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_700_000_000 + at} +0000\n` +
      `data ${message.length}\n${message}` +
      `M 100644 inline src/part${at % FILES}/file.ts\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    if (!stdin.write(head)) await once(stdin, 'drain');
  }
}

function textOf(file: number, version: number): string {
  const lines = Array.from({ length: LINES }, (_, line) => {
    const changed = line === version % LINES ? version : file;
    return `  const setting${line} = read('part-${file}', ${changed}); // as in the list of parts\n`;
  });
  if (version % LEAK_EVERY === 0) lines.push(`  const token = '${madeUpToken(version)}';\n`);
  return lines.join('');
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Looks like one of a forge; nobody issued it. */
function madeUpToken(seed: number): string {
  let state = seed * 2_654_435_761 + 1;
  const tail = Array.from({ length: 36 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return LETTERS[(state >>> 8) % LETTERS.length] ?? '';
  });
  return ['gh', 'p_', ...tail].join('');
}
