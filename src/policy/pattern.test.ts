import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPath, MAX_PATTERN_LENGTH, patternProblem } from './pattern.ts';

describe('matchesPath', () => {
  it.each([
    ['deploy/prod/**', 'deploy/prod/web.yaml', true],
    ['deploy/prod/**', 'deploy/prod/a/b/c.yaml', true],
    ['deploy/prod/**', 'deploy/prod', false],
    ['deploy/prod/**', 'deploy/production/x', false],
    ['deploy/prod/**', 'Deploy/prod/x', false],
    ['deploy/prod/**', 'x/deploy/prod/y', false],
    ['**', 'a', true],
    ['**', 'a/b/c', true],
    ['**/web.yaml', 'web.yaml', true],
    ['**/web.yaml', 'a/b/web.yaml', true],
    ['**/web.yaml', 'a/b/xweb.yaml', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/b/c', false],
    ['a/**/**/z', 'a/z', true],
    ['**/b/**', 'a/b', false],
    ['**/b/**', 'a/b/c', true],
    ['**/b/**', 'b/b', true],
    ['deploy/*/web.yaml', 'deploy/prod/web.yaml', true],
    ['deploy/*/web.yaml', 'deploy/web.yaml', false],
    ['deploy/*/web.yaml', 'deploy/a/b/web.yaml', false],
    ['*.yaml', '.yaml', true],
    ['*.yaml', 'a/b.yaml', false],
    ['*-*.yaml', 'a-b-c.yaml', true],
    ['env-?/x', 'env-1/x', true],
    ['env-?/x', 'env-/x', false],
    ['env-?/x', 'env-10/x', false],
    ['?', '💥', true],
    ['?', '/', false],
    ['a.yaml', 'aXyaml', false],
    ['größe', 'größe', true],
  ])('%s over %s, %s', (pattern, path, covered) => {
    expect([patternProblem(pattern), matchesPath(pattern, path)]).toEqual([undefined, covered]);
  });

  it.each([
    ['empty', ''],
    ['absolute', '/a'],
    ['a slash behind', 'a/'],
    ['two slashes', 'a//b'],
    ['dot', './a'],
    ['dots', 'a/../b'],
    ['** with text', 'a/**b'],
    ['three stars', 'a/***'],
    ['a class', 'a[bc]'],
    ['braces', '{a,b}'],
    ['a negation', '!a'],
    ['a backslash', 'a\\b'],
    ['a line break', 'a\nb'],
    ['endless', 'a'.repeat(MAX_PATTERN_LENGTH + 1)],
  ])('%s, a problem that covers everything', (_, pattern) => {
    expect(typeof patternProblem(pattern)).toBe('string');
    expect(matchesPath(pattern, 'any/path')).toBe(true);
  });

  it('any pattern and path, as a reference that tries everything', () => {
    const character = fc.constantFrom('a', 'b', '*', '?');
    const text = fc.array(character, { minLength: 1, maxLength: 3 }).map((all) => all.join(''));
    const part = fc.oneof(
      fc.constant('**'),
      text.filter((found) => !found.includes('**')),
    );
    const pattern = fc.array(part, { minLength: 1, maxLength: 5 });
    const name = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 });
    const path = fc.array(
      name.map((all) => all.join('')),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(pattern, path, (wanted, found) => {
        const covered = matchesPath(wanted.join('/'), found.join('/'));
        expect(covered).toBe(reference(wanted, found));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['stars in a part', `${'*a'.repeat(200)}b`, 'a'.repeat(1_000)],
    ['stars over parts', `${'**/a/'.repeat(90)}b`, 'a/'.repeat(2_000) + 'c'],
    ['both', `${'**/*a*a*/'.repeat(50)}b`, 'aaaaaaaa/'.repeat(500) + 'c'],
  ])('%s, no match and bounded', (_, pattern, path) => {
    expect(patternProblem(pattern)).toBeUndefined();
    const start = performance.now();
    expect(matchesPath(pattern, path)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

/** The rules as they are written down, exponential. */
function reference(wanted: readonly string[], found: readonly string[]): boolean {
  const [want, ...rest] = wanted;
  const [part, ...more] = found;
  if (want === undefined) return part === undefined;
  if (want === '**') {
    if (rest.length === 0) return part !== undefined;
    return reference(rest, found) || (part !== undefined && reference(wanted, more));
  }
  return part !== undefined && partReference(want, part) && reference(rest, more);
}

function partReference(want: string, part: string): boolean {
  if (want === '') return part === '';
  const [first, rest] = [want.charAt(0), want.slice(1)];
  if (first === '*') {
    return partReference(rest, part) || (part !== '' && partReference(want, part.slice(1)));
  }
  return part !== '' && (first === '?' || first === part[0]) && partReference(rest, part.slice(1));
}
