import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runTool } from '../../test/support/gpg.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import { HELP } from './help.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FLAG = /^ {2}'?([a-z-]+)'?: \{ type: /gm;

function flagsIn(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const inLine = [...text.matchAll(/[{,] '?([a-z-]+)'?: \{ type: /g)].map(
    (match) => match[1] ?? '',
  );
  return [...[...text.matchAll(FLAG)].map((match) => match[1] ?? ''), ...inLine];
}

describe('the gitward program', () => {
  it('a repository with an unsigned commit, told on stdout with code 1', async () => {
    const repo = await buildRepo();
    const oid = await repo.commit({ message: 'unsigned\n' });
    const entry = join(ROOT, 'src/cli/main.ts');
    const argv = [
      process.execPath,
      '--import',
      'tsx',
      entry,
      'check',
      repo.dir,
      '--output=json',
    ] as const;
    const ran = await runTool(argv, { cwd: ROOT });
    const { verdict, findings } = JSON.parse(ran.stdout.toString()) as Record<string, unknown>;
    expect([ran.status, ran.stderr, verdict, findings]).toEqual([
      ...[1, '', 'rejected'],
      [{ reason: 'SignatureMissing', oid, message: expect.any(String) }],
    ]);
    await repo.remove();
  });

  it.each([
    ['src/cli/check/options.ts', 20, 'check'],
    ['src/cli/approve/options.ts', 5, 'check'],
    ['src/cli/signers/import.ts', 2, 'check'],
    ['src/cli/salt.ts', 1, 'check'],
    ['src/cli/hook/install.ts', 3, 'hooks'],
  ])('%s, every flag in help and page', (path, count, name) => {
    const flags = flagsIn(path);
    expect(flags).toHaveLength(count);
    const page = readFileSync(join(ROOT, 'docs', `${name}.md`), 'utf8');
    expect(flags.filter((flag) => !HELP.includes(`--${flag}`))).toEqual([]);
    expect(flags.filter((flag) => !page.includes(`\`--${flag}`))).toEqual([]);
  });
});
