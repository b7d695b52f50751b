import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import { tokenFor } from '../../../test/support/leaks.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';

const ZERO = '0'.repeat(40);

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
  const base = await repo.commit({ files: { README: 'x\n' } });
  await repo.git('update-ref', 'refs/remotes/origin/main', base);
  await repo.commit({ files: { 'a.txt': `token: ${tokenFor('pushed')}\n` } });
});
afterAll(() => repo.remove());

async function push(name: string): Promise<Readonly<{ code: number; err: string }>> {
  const input = `refs/heads/main ${await repo.head()} refs/heads/main ${ZERO}\n`;
  return gitward(['hook', 'pre-push', name, '../app.git'], { cwd: repo.dir, input });
}

describe('a push that brings a leak and a line that allows it', () => {
  it.each([
    ['to a remote', 'origin'],
    ['to a path that looks like the name of a remote', '../app.git'],
  ])('%s, refused: what it brings has no say', async (_, name) => {
    const { err } = await push('origin');
    const fingerprint = /fingerprint ([0-9a-f]{32})/.exec(err)?.[1];
    await repo.commit({ files: { '.gitleaksignore': `${fingerprint}\n` } });
    const { code, err: told } = await push(name);
    expect([code, told.includes(String(fingerprint))]).toEqual([1, true]);
  });
});
