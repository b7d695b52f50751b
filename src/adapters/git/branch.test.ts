import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchRef } from './branch.ts';

/** What git itself says; it expands `@{-1}` and the like, so those are asked for as refs. */
function gitAllows(branch: string): boolean {
  if (branch === '' || branch.startsWith('-')) return false;
  return spawnSync('git', ['check-ref-format', `refs/heads/${branch}`]).status === 0;
}

describe('branch names', () => {
  it.each(['main', 'feature/x', 'v1.2', 'a@b', 'ümlaut', 'a-b', 'refs/heads/x', 'x.locked'])(
    '%s, allowed here and by git',
    (branch) => {
      expect(branchRef(branch)).toEqual({ ok: true, value: `refs/heads/${branch}` });
      expect(gitAllows(branch)).toBe(true);
    },
  );

  it.each([
    '',
    '-b',
    '../x',
    'a/..',
    'a..b',
    '.a',
    'a/.b',
    'a.',
    'a/',
    '/a',
    'a//b',
    'a.lock',
    'a.lock/b',
    'a@{1}',
    'a b',
    'a\tb',
    'a\nb',
    'a\u007f',
    'a~',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
  ])('%j, refused here and by git', (branch) => {
    expect(branchRef(branch)).toMatchObject({ ok: false, stop: { reason: 'InvalidSpec' } });
    expect(gitAllows(branch)).toBe(false);
  });

  it.each(['@', 'HEAD', 'x'.repeat(251), '\ud800'])(
    '%j, refused here though git may not',
    (branch) => {
      expect(branchRef(branch).ok).toBe(false);
    },
  );

  it('300 random names, allowed here only if git allows them', () => {
    const unit = fc.constantFrom(
      'a',
      'B',
      '0',
      '.',
      '/',
      '@',
      '{',
      '-',
      '~',
      '..',
      '.lock',
      ' ',
      '\\',
      '*',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (branch) => {
        expect(branchRef(branch).ok && !gitAllows(branch)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
