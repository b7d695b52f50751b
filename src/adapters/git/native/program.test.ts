import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseEngine } from '../choose.ts';
import { findGit, isTooOld, versionOf } from './program.ts';

describe('the version that git tells', () => {
  it.each([
    ['git version 2.39.5\n', '2.39.5'],
    ['git version 2.50.1 (Apple Git-155)\n', '2.50.1'],
    ['git version 2.45.2.windows.1\n', '2.45.2'],
    ['git version 3.0\n', '3.0'],
    ['git version 2\n', undefined],
    ['hub version 2.14\n', undefined],
    ['', undefined],
  ])('%j, %s', (answer, version) => {
    expect(versionOf(answer)).toBe(version);
  });

  it.each([
    ['1.9.5', true],
    ['2.35.9', true],
    ['2.36', false],
    ['2.36.0', false],
    ['3.0.0', false],
  ])('%s too old, %s', (version, isOld) => {
    expect(isTooOld(version)).toBe(isOld);
  });
});

describe('looking for git', () => {
  let dir: string;
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'gw-path-'))));
  afterEach(() => rm(dir, { recursive: true }));

  async function fake(folder: string, script: string, mode = 0o755): Promise<string> {
    const path = join(dir, folder);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'git'), `#!/bin/sh\n${script}\n`);
    await chmod(join(path, 'git'), mode);
    return path;
  }

  it('the real one, found', () => {
    const choice = chooseEngine('auto', process.env['PATH']);
    expect(choice.name).toBe('native');
  });

  it('the first on the path that can be started', async () => {
    const first = await fake('a', 'echo git version 2.40.0', 0o644);
    const second = await fake('b', 'echo git version 2.41.0');
    const third = await fake('c', 'echo git version 2.42.0');
    const found = findGit([first, second, third].join(':'));
    expect(found).toEqual({ found: { path: join(second, 'git'), version: '2.41.0' } });
  });

  it.each([
    ['too old', 'echo git version 2.30.2'],
    ['one that fails', 'echo git version 2.40.0; exit 1'],
    ['one that says nothing', 'exit 0'],
    ['none at all', undefined],
  ])(
    '%s, embedded where either will do and refused where native must be',
    async (_name, script) => {
      const path = script === undefined ? dir : await fake('a', script);
      expect(chooseEngine('auto', path)).toMatchObject({ name: 'embedded' });
      expect(() => chooseEngine('native', path)).toThrow('--git native');
    },
  );

  it('a folder relative to where the process was started, not looked into', async () => {
    await fake('.', 'echo git version 2.40.0');
    const before = process.cwd();
    process.chdir(dir);
    expect(findGit(['.', ''].join(':'))).toHaveProperty('missing');
    process.chdir(before);
  });

  it('embedded wanted, nothing started', async () => {
    const path = await fake('a', `touch ${dir}/started; echo git version 2.40.0`);
    expect(chooseEngine('embedded', path).name).toBe('embedded');
    await expect(rm(join(dir, 'started'))).rejects.toThrow('ENOENT');
  });
});
