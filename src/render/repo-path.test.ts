import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPath, resolvePath } from './repo-path.ts';

describe('resolvePath', () => {
  it.each([
    ['deploy/prod', 'web.yaml', 'deploy/prod/web.yaml'],
    ['deploy/prod', './web.yaml', 'deploy/prod/web.yaml'],
    ['deploy/prod', '../../base', 'base'],
    ['deploy/prod', '../..', ''],
    ['deploy/prod', '.', 'deploy/prod'],
    ['deploy/prod', 'a/../b/', 'deploy/prod/b'],
    ['', 'a', 'a'],
    ['', '..a', '..a'],
  ])('in %s, %s is %s', (base, written, path) => {
    expect(resolvePath(base, written)).toEqual({ ok: true, value: path });
  });

  it.each([
    ['https', 'https://example.com/base', 'RemoteBaseRefused'],
    ['https in capitals', 'HTTPS://example.com/base', 'RemoteBaseRefused'],
    ['git over ssh', 'ssh://git@example.com/a', 'RemoteBaseRefused'],
    ['git::', 'git::https://example.com/a', 'RemoteBaseRefused'],
    ['scp form', 'git@example.com:a/b', 'RemoteBaseRefused'],
    ['gh:', 'gh:org/repo', 'RemoteBaseRefused'],
    ['a host kustomize knows', 'github.com/org/repo', 'RemoteBaseRefused'],
    ['the same in capitals', 'GitHub.com/org/repo', 'RemoteBaseRefused'],
    ['a query', 'base?ref=main', 'RemoteBaseRefused'],
    ['two slashes', 'example.com/repo//base', 'RemoteBaseRefused'],
    ['.git', 'example.com/org/repo.git', 'RemoteBaseRefused'],
    ['_git', 'example.com/org/_git/repo', 'RemoteBaseRefused'],
    ['a drive', 'C:/base', 'RemoteBaseRefused'],
    ['absolute', '/etc/passwd', 'PathEscapes'],
    ['two slashes in front', '//host/share', 'PathEscapes'],
    ['climbing', '../../../x', 'PathEscapes'],
    ['climbing from inside', 'a/../../../../x', 'PathEscapes'],
    ['a backslash', '..\\x', 'PathEscapes'],
    ['endless', 'a/'.repeat(65), 'PathEscapes'],
  ])('%s, %s: %s', (_, written, reason) => {
    const path = resolvePath('deploy/prod', written);
    expect(path.ok ? 'resolved' : path.stop.reason).toBe(reason);
  });

  it('any text, refused or a plain path inside', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b', '', '/', '...', ':', '@');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const path = resolvePath('x/y', parts.join('/'));
        const inside = path.ok ? path.value.split('/') : [];
        expect(inside.filter((name) => ['..', '.'].includes(name))).toEqual([]);
        expect(!path.ok || path.value === '' || !inside.includes('')).toBe(true);
      }),
    );
  });

  it('a name in a directory and in the root', () => {
    expect([joinPath('a/b', 'c'), joinPath('', 'c')]).toEqual(['a/b/c', 'c']);
  });
});
