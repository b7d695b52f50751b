import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../support/cli.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// A repository that was handed over with its .git: settings that make git run programs, attributes that
// make it call text binary, and a ref that puts a harmless object in the place of one with a leak. The
// naive scanner reads what `git log -p` prints there.

const CANARY = ['canary', 'abcd'.repeat(3)].join('-');
const RULES = '[[rules]]\nid = "canary"\nregex = "canary-[a-z]{12}"\nkeywords = ["canary"]\n';

let repo: TestRepo;
let dir: string;
let flags: readonly string[];

beforeAll(async () => {
  [repo, dir] = await Promise.all([buildRepo(), mkdtemp(join(tmpdir(), 'gw-hostile-'))]);
  await writeFile(join(dir, 'rules.toml'), RULES);
  flags = ['--config', join(dir, 'rules.toml'), '--report', 'json'];
  await repo.commit({ files: { 'a.txt': `${CANARY}\n` } });
});

afterAll(async () => {
  await Promise.all([repo.remove(), rm(dir, { recursive: true, force: true })]);
});

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const naive = async (): Promise<string> =>
  (await repo.run(['log', '-p', '-U0', '--full-history', '--all'])).stdout.toString();

describe('a hostile repository', () => {
  it('a program for diffs, run by the naive scanner and not by ours', async () => {
    const [mark, program] = [join(dir, 'ran'), join(dir, 'program')];
    await writeFile(program, `#!/bin/sh\ntouch ${mark}\ncat "$1"\n`, { mode: 0o755 });
    await repo.git('config', 'diff.evil.textconv', program);
    await repo.git('config', 'core.fsmonitor', program);
    await writeFile(join(repo.dir, '.git/info/attributes'), '* diff=evil\n');
    for (const dialect of ['gitward', 'gitleaks']) {
      const { code } = await gitward(['scan', repo.dir, '--dialect', dialect, ...flags]);
      expect([code, await isThere(mark)]).toEqual([1, false]);
    }
    await naive();
    expect(await isThere(mark)).toBe(true);
  });

  it('attributes that call text binary, believed by the naive scanner only', async () => {
    await writeFile(join(repo.dir, '.git/info/attributes'), '* -diff\n');
    for (const dialect of ['gitward', 'gitleaks']) {
      const { code } = await gitward(['scan', repo.dir, '--dialect', dialect, ...flags]);
      expect(code).toBe(1);
    }
    expect(await naive()).not.toContain(CANARY);
    await rm(join(repo.dir, '.git/info/attributes'));
  });

  it('a replaced object, seen by the naive scanner and not by ours', async () => {
    const blob = await repo.git('rev-parse', 'HEAD:a.txt');
    const harmless = await repo.write('blob', 'nothing\n');
    await repo.git('replace', blob, harmless);
    const { code } = await gitward(['scan', repo.dir, ...flags]);
    expect(code).toBe(1);
    expect(await naive()).not.toContain(CANARY);
    await repo.git('replace', '-d', blob);
  });
});
