import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_WANTED, checkWanted, isRefName, isRefPrefix } from './ref-name.ts';

/** What git itself says; it expands `@{-1}` and the like, so those are asked for as refs. */
function gitAllows(branch: string): boolean {
  if (branch === '' || branch.startsWith('-')) return false;
  return spawnSync('git', ['check-ref-format', `refs/heads/${branch}`]).status === 0;
}

describe('ref names', () => {
  it.each(['main', 'feature/x', 'v1.2', 'a@b', 'ümlaut', 'a-b', 'refs/heads/x', 'x.locked'])(
    '%s, allowed here and by git',
    (branch) => {
      expect(isRefName(`refs/heads/${branch}`)).toBe(true);
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
    expect(isRefName(`refs/heads/${branch}`)).toBe(false);
    expect(gitAllows(branch)).toBe(false);
  });

  it.each(['@', 'HEAD', 'x'.repeat(251), '\ud800'])(
    '%j, refused here though git may not',
    (branch) => {
      expect(isRefName(`refs/heads/${branch}`)).toBe(false);
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
        expect(isRefName(`refs/heads/${branch}`) && !gitAllows(branch)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what may be asked for', () => {
  it.each([
    ['a branch', ['refs/heads/main'], 'ok', 'ok'],
    ['a tag and its notes', ['refs/tags/v1', 'refs/notes/reviews'], 'ok', 'ok'],
    ['every tag', ['refs/tags/'], 'ok', 'InvalidSpec'],
    ['tags of one folder', ['refs/tags/web/'], 'ok', 'InvalidSpec'],
    ['nothing', [], 'InvalidSpec', 'InvalidSpec'],
    ['HEAD', ['HEAD'], 'InvalidSpec', 'InvalidSpec'],
    ['a short name', ['main'], 'InvalidSpec', 'InvalidSpec'],
    ['everything', ['refs/'], 'InvalidSpec', 'InvalidSpec'],
    ['pull requests', ['refs/pull/1/head'], 'InvalidSpec', 'InvalidSpec'],
    ['a prefix with a control character', ['refs/tags/a\n/'], 'InvalidSpec', 'InvalidSpec'],
    ['a good and a bad one', ['refs/heads/a', 'refs/heads/a b'], 'InvalidSpec', 'InvalidSpec'],
    [
      'more than the limit',
      Array<string>(MAX_WANTED + 1).fill('refs/heads/a'),
      'InvalidSpec',
      'InvalidSpec',
    ],
  ])('%s, %#', (_name, wanted, listing, fetching) => {
    const outcomes = [true, false].map((prefixes) => checkWanted(wanted, { prefixes }));
    expect(outcomes.map((result) => (result.ok ? 'ok' : result.stop.reason))).toEqual([
      listing,
      fetching,
    ]);
  });

  it('a prefix, no name; a name, no prefix', () => {
    expect(['refs/heads/', 'refs/heads/a/'].map(isRefName)).toEqual([false, false]);
    expect(['refs/heads', 'refs/heads/a'].map(isRefPrefix)).toEqual([false, false]);
  });
});
