import { describe, expect, it } from 'vitest';
import { matcher, MATCHER_WINDOW } from './matcher.ts';

const long = 'x'.repeat(MATCHER_WINDOW);

describe('matcher', () => {
  it.each([
    ['an extension', '(?i)\\.(?:png|lock)$', 'a/B.PNG', true],
    ['a directory', '(?:^|/)vendor/', 'a/vendor/b', true],
    ['a whole placeholder', '^\\$\\{[a-z]+\\}$', '${name}', true],
    ['more than a placeholder', '^\\$\\{[a-z]+\\}$', '${name}x', false],
    ['a loop in a loop', '^(?:a+)+$', `${'a'.repeat(900)}b`, false],
    ['a loop that may turn empty', '^(?:|a)*b', 'aab', true],
    ['a text over the window, found', 'xy$', `${long}y`, true],
    ['a text over the window, not found', 'xz$', `${long}y`, false],
  ])('%s', (_, source, text, outcome) => {
    const result = matcher(source);
    expect(result.ok && result.value.test(text)).toBe(outcome);
  });

  it('a regex that RE2 refuses, a fault', () => {
    expect(matcher('a(?=b)')).toMatchObject({ ok: false, stop: { offset: 1 } });
  });
});
