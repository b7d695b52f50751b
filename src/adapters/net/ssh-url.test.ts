import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSshUrl } from './ssh-url.ts';

const CLOSED = { allowHttp: false, allowPrivateAddresses: false };
const OPEN = { allowHttp: true, allowPrivateAddresses: true };

describe('ssh URLs', () => {
  it.each([
    [
      'ssh://git@git.example/org/app.git',
      { user: 'git', host: 'git.example', port: 22, path: '/org/app.git' },
    ],
    ['ssh://git.example/app', { user: 'git', host: 'git.example', port: 22, path: '/app' }],
    [
      'SSH://Deploy-1@GIT.Example:2222/app.git/',
      { user: 'Deploy-1', host: 'git.example', port: 2222, path: '/app.git' },
    ],
    ['ssh://git@git.example:443/x', { user: 'git', host: 'git.example', port: 443, path: '/x' }],
    [
      'ssh://git@git.example/~me/app',
      { user: 'git', host: 'git.example', port: 22, path: '~me/app' },
    ],
    [
      'ssh://git@[2606:4700::1111]:22/x',
      { user: 'git', host: '[2606:4700::1111]', port: 22, path: '/x' },
    ],
    ['ssh://git@1.1.1.1/x', { user: 'git', host: '1.1.1.1', port: 22, path: '/x' }],
  ])('%s, read', (text, value) => {
    expect(parseSshUrl(text, CLOSED)).toEqual({ ok: true, value });
  });

  it.each([
    'ssh://git:secret@git.example/x',
    'ssh://@git.example/x',
    'ssh://-oProxyCommand=x@git.example/x',
    'ssh://-oProxyCommand=x/x',
    'ssh://git@git.example',
    'ssh://git@git.example/',
    'ssh://git@git.example//',
    'ssh://git@git.example:0/x',
    'ssh://git@git.example:65536/x',
    'ssh://git@git.example:22x/x',
    "ssh://git@git.example/x';id;'",
    'ssh://git@git.example/x y',
    'ssh://git@git.example/x\ny',
    'ssh://git@git.example/$(id)',
    'ssh://git@git.example/`id`',
    'ssh://git@git.example/x!y',
    'ssh://git@git.example/x%27',
    'ssh://git@git.example/x?y',
    'ssh://git@git.example/x#y',
    'ssh://git@git.example/a/../b',
    'ssh://git@git.example/./b',
    'ssh://a@b@git.example/x',
    'ssh://git@git.example\\@evil.example/x',
    'ssh://git@[::1/x',
    'ssh://git@a..b/x',
    'git@git.example:x',
    'ssh:git.example/x',
    'https://git.example/x',
    '',
    `ssh://git.example/${'x'.repeat(2_048)}`,
  ])('%j, URLNotAllowed', (text) => {
    expect(parseSshUrl(text, OPEN)).toMatchObject({ ok: false, stop: { reason: 'URLNotAllowed' } });
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
    '10.0.0.1',
  ])('host %s, with permission only', (host) => {
    const outcomes = [CLOSED, OPEN].map((flags) => parseSshUrl(`ssh://git@${host}/x`, flags).ok);
    expect(outcomes).toEqual([false, true]);
  });

  it.each(['169.254.169.254', '2852039166', 'metadata.google.internal', '[fe80::1]', '0.0.0.0'])(
    'host %s, never',
    (host) => {
      expect(parseSshUrl(`ssh://git@${host}/x`, OPEN).ok).toBe(false);
    },
  );

  it('random text, a path that stays inside single quotes or none', () => {
    const unit = fc.constantFrom(
      'ssh://',
      'git@',
      'a.b',
      '/',
      "'",
      '!',
      '\\',
      ' ',
      '$',
      '~',
      ':22',
      '\0',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        const url = parseSshUrl(`ssh://git@a.b/${text}`, OPEN);
        expect(url.ok ? url.value.path : 'none').toMatch(/^[\w./~@:-]+$/);
      }),
    );
  });
});
