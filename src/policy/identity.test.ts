import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdentity, repositoryIdentity } from './identity.ts';

describe('repositoryIdentity', () => {
  it.each([
    'https://git.example.com/a/b.git',
    'https://git.example.com/a/b',
    'https://git.example.com/a/b/',
    'https://git.example.com/a/b.git/',
    'https://git.example.com//a/b',
    'https://GIT.example.com:8443/a/b.git',
    'https://user@git.example.com/a/b',
    'http://git.example.com/a/b',
    'ssh://git@git.example.com:22/a/b',
    'ssh://git@GIT.EXAMPLE.COM/a/b.git',
    'git@git.example.com:a/b.git',
    'git.example.com:a/b',
    'git@git.example.com:/a/b',
  ])('%s, one repository', (url) => {
    expect(repositoryIdentity(url)).toBe('git.example.com/a/b');
  });

  it.each([
    ['https://git.example.com/A/b', 'git.example.com/A/b'],
    ['https://git.example.com/a/b.git.git', undefined],
    ['https://git.example.com/a/../b', 'git.example.com/b'],
    ['https://[::1]:3000/a/b', '[::1]/a/b'],
    ['https://dev.azure.com/org/My%20Project/_git/app', 'dev.azure.com/org/My%20Project/_git/app'],
    ['ssh://git@git.example.com/~ada/app', 'git.example.com/~ada/app'],
  ])('%s, %s', (url, identity) => {
    expect(repositoryIdentity(url)).toBe(identity);
  });

  it.each([
    ['empty', ''],
    ['no path', 'https://git.example.com/'],
    ['only .git', 'https://git.example.com/.git'],
    ['a file', 'file:///srv/a.git'],
    ['a path', '/srv/a.git'],
    ['another transport', 'ext::sh -c true'],
    ['a query', 'https://git.example.com/a?b=c'],
    ['a fragment', 'https://git.example.com/a#b'],
    ['climbing in scp form', 'git.example.com:a/../b'],
    ['an empty part', 'git.example.com:a//b'],
    ['a blank in scp form', 'git.example.com:a b'],
    ['a line break', 'git.example.com:a\nref refs/heads/x'],
    ['an option as host', '-oProxyCommand=x:a'],
    ['endless', `https://git.example.com/${'a'.repeat(2_000)}`],
  ])('%s, none', (_, url) => {
    expect(repositoryIdentity(url)).toBeUndefined();
  });

  it('any identity, its own whatever the form', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, fc.constantFrom('a.example.com', 'b'), (found, host) => {
        const forms = [`https://${host}/${found}.git`, `ssh://git@${host}:22/${found}/`];
        for (const url of [...forms, `git@${host}:${found}`]) {
          expect(repositoryIdentity(url)).toBe(`${host}/${found}`);
        }
        expect(isIdentity(`${host}/${found}`)).toBe(true);
      }),
    );
  });

  it('any text, none or an identity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const identity = repositoryIdentity(`git.example.com:${text}`);
        expect(identity === undefined || isIdentity(identity)).toBe(true);
      }),
    );
  });
});
