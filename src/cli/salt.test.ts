import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../test/support/cli.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';

let repo: TestRepo;

beforeAll(async () => {
  repo = await buildRepo();
});

afterAll(async () => {
  await repo.remove();
});

describe('gitward salt', () => {
  it('printed, 256 bits and another one each time', async () => {
    const [one, two] = await Promise.all([gitward(['salt']), gitward(['salt'])]);
    expect([one.code, one.out]).toEqual([0, expect.stringMatching(/^[\w-]{43}\n$/)]);
    expect(one.out).not.toBe(two.out);
  });

  it('written once, and never over another', async () => {
    const file = join(repo.dir, '.gitward', 'salt');
    const first = await gitward(['salt', '--write'], { cwd: repo.dir });
    expect([first.code, await readFile(file, 'utf8')]).toEqual([
      ...[0, expect.stringMatching(/^[\w-]{43}\n$/)],
    ]);
    await writeFile(file, 'ours\n');
    expect((await gitward(['salt', '--write'], { cwd: repo.dir })).code).toBe(2);
    expect(await readFile(file, 'utf8')).toBe('ours\n');
  });

  it('outside of a work tree, one line of usage', async () => {
    expect((await gitward(['salt', '--write'], { cwd: '/' })).code).toBe(2);
  });
});
