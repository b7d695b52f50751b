import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import { isRefName } from './ref-name.ts';

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
});
afterAll(() => repo.remove());

describe('isRefName', () => {
  it.each([
    ['a branch', 'refs/heads/main', true],
    ['slashes', 'refs/heads/team/a.b-c_d', true],
    ['a version', 'refs/tags/v1.0.0+build', true],
    ['letters of all the world', 'refs/tags/größe', true],
    ['@ alone', 'refs/tags/@', true],
    ['nothing behind', 'refs/', false],
    ['an empty part', 'refs/heads//a', false],
    ['a slash behind', 'refs/heads/a/', false],
    ['a dot in front', 'refs/heads/.a', false],
    ['a dot behind', 'refs/heads/a.', false],
    ['two dots', 'refs/heads/a..b', false],
    ['.lock', 'refs/heads/a.lock', false],
    ['.lock inside', 'refs/heads/a.lock/b', false],
    ['@{', 'refs/heads/a@{1}', false],
    ['a blank', 'refs/heads/a b', false],
    ['a line break', 'refs/heads/a\nb', false],
    ['DEL', 'refs/heads/a\u007f', false],
    ['a colon', 'refs/heads/a:b', false],
    ['a star', 'refs/heads/*', false],
    ['a bracket', 'refs/heads/[a', false],
    ['a backslash', 'refs/heads/a\\b', false],
    ['a caret', 'refs/heads/a^', false],
  ])('%s, as git says', async (_, ref, good) => {
    const said = await repo.run(['check-ref-format', ref]);
    expect([isRefName(ref), said.status === 0]).toEqual([good, good]);
  });

  it.each([
    ['outside refs/', 'HEAD'],
    ['a zero-width blank', 'refs/tags/v1\u200b'],
    ['a right-to-left override', 'refs/tags/v\u202e1'],
    ['half a character', 'refs/tags/\ud800'],
    ['endless', `refs/heads/${'x'.repeat(1_024)}`],
  ])('%s, refused whatever git says', (_, ref) => {
    expect(isRefName(ref)).toBe(false);
  });
});
