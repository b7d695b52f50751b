import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import { tokenFor } from '../../../test/support/leaks.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';

const [FOLDER, AUTHOR, EMAIL] = [
  tokenFor('hush folder'),
  tokenFor('hush author'),
  tokenFor('hush email'),
];
const HELD = ['one', 'two'].map((name) => tokenFor(`hush ${name}`));

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
  const files = HELD.map((token, at) => [`${FOLDER}/${at}.txt`, `token: ${token}\n`] as const);
  await repo.commit({ files: Object.fromEntries(files) });
  const author = `--author=${AUTHOR} <${EMAIL}@example.com>`;
  await repo.git('commit', '--quiet', '--amend', '--no-edit', '--no-verify', author);
});
afterAll(() => repo.remove());

describe('what a scan tells besides of a leak', () => {
  it.each(['table', 'json', 'sarif', 'gitleaks'])(
    'names of people and of several files that hold secrets, in %s not told',
    async (report) => {
      const { code, out, err } = await gitward(['scan', repo.dir, '--report', report]);
      expect(code).toBe(1);
      expect([FOLDER, AUTHOR, EMAIL, ...HELD].filter((one) => (out + err).includes(one))).toEqual(
        [],
      );
    },
  );
});
