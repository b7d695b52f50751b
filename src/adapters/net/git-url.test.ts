import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_URL_LENGTH, parseGitUrl } from './git-url.ts';

const STRICT = { allowHttp: false, allowPrivateAddresses: false };
const OPEN = { allowHttp: true, allowPrivateAddresses: true };

const outcome = (url: string, permissions = STRICT): string => {
  const parsed = parseGitUrl(url, permissions);
  return parsed.ok ? parsed.value.href : parsed.stop.reason;
};

describe('Git URLs', () => {
  it.each([
    ['https://git.example.com/a/b.git', 'https://git.example.com/a/b.git'],
    ['https://git.example.com:8443/a/b', 'https://git.example.com:8443/a/b'],
    ['https://git.example.com/a/b/', 'https://git.example.com/a/b'],
    ['HTTPS://Git.Example.COM/A', 'https://git.example.com/A'],
    ['https://8.8.8.8/a', 'https://8.8.8.8/a'],
    ['https://xn--bcher-kva.example/a', 'https://xn--bcher-kva.example/a'],
  ])('%s, allowed', (url, href) => expect(outcome(url)).toBe(href));

  it.each([
    'file:///etc/passwd',
    'ssh://git@git.example.com/a.git',
    'git@git.example.com:a.git',
    'git://git.example.com/a.git',
    'ext::sh -c id',
    'data:text/plain,x',
    'javascript:alert(1)',
    'ftp://git.example.com/a',
    '-oProxyCommand=id',
    'https://-oProxyCommand=id/a',
    'https://user@git.example.com/a',
    'https://user:pass@git.example.com/a',
    'https://@git.example.com/a',
    'https://git.example.com\\@evil.example/a',
    'https:/git.example.com/a',
    'https:///git.example.com/a',
    'https:git.example.com/a',
    'https://',
    'https:///',
    'https://git.example.com',
    'https://git.example.com/',
    'https://git.example.com/a?token=x',
    'https://git.example.com/a#x',
    'https://git.example.com/a/../b',
    'https://git.example.com/%2e%2e/b',
    'https://git.example.com/a%2fb',
    'https://git.example.com/a%00b',
    'https://git.example.com/a%0d%0aX-Evil:1',
    'https://git.example.com/a\r\nX-Evil: 1',
    'https://git.example.com/a b',
    'https://git.exa\u0000mple.com/a',
    'https://gıt.example.com/a',
    'https://git..example.com/a',
    'https://git.example.com:0/a',
    'https://git.example.com:99999/a',
    'https://git.example.com:x/a',
    `https://git.example.com/${'a'.repeat(MAX_URL_LENGTH)}`,
    'https://999.1.1.1/a',
    '',
  ])('%j, URLNotAllowed whatever the flags', (url) => {
    expect(outcome(url, STRICT)).toBe('URLNotAllowed');
    expect(outcome(url, OPEN)).toBe('URLNotAllowed');
  });

  it.each([
    'https://169.254.169.254/latest',
    'https://2852039166/latest',
    'https://0xa9fea9fe/latest',
    'https://0251.0376.0251.0376/latest',
    'https://169.254.43518/latest',
    'https://[::ffff:169.254.169.254]/latest',
    'https://[fe80::1]/a',
    'https://[fd00:ec2::254]/a',
    'https://metadata.google.internal/a',
    'https://metadata.google.internal./a',
    'https://metadata/a',
    'https://0.0.0.0/a',
    'https://0/a',
    'https://[::]/a',
    'https://224.0.0.1/a',
  ])('%s, never allowed', (url) => {
    expect(outcome(url, STRICT)).toBe('URLNotAllowed');
    expect(outcome(url, OPEN)).toBe('URLNotAllowed');
  });

  it.each([
    'https://127.0.0.1/a',
    'https://127.1/a',
    'https://2130706433/a',
    'https://0x7f000001/a',
    'https://0x7f.1/a',
    'https://0177.0.0.1/a',
    'https://[::1]/a',
    'https://[0:0:0:0:0:0:0:1]/a',
    'https://[::ffff:127.0.0.1]/a',
    'https://[::ffff:7f00:1]/a',
    'https://127。0。0。1/a'.replaceAll('。', '.'),
    'https://10.0.0.1/a',
    'https://192.168.0.1/a',
    'https://100.64.0.1/a',
    'https://[fc00::1]/a',
    'https://localhost/a',
    'https://LOCALHOST/a',
    'https://localhost./a',
    'https://app.localhost/a',
  ])('%s, allowed with --allow-private-addresses only', (url) => {
    expect(outcome(url, STRICT)).toBe('URLNotAllowed');
    expect(outcome(url, { ...STRICT, allowPrivateAddresses: true })).toMatch(/^https:/);
  });

  it('http, allowed with --allow-http only', () => {
    expect(outcome('http://git.example.com/a')).toBe('URLNotAllowed');
    const permissions = { ...STRICT, allowHttp: true };
    expect(outcome('http://git.example.com/a', permissions)).toBe('http://git.example.com/a');
  });

  it('any text, a stop that does not repeat it, or a URL that means the same', () => {
    const url = fc.webUrl({ withQueryParameters: true, withFragments: true });
    const text = fc.oneof(fc.string(), url, fc.stringMatching(/^https:\/\/[!-~]{1,30}$/));
    const isHarmless = (input: string): boolean => {
      const parsed = parseGitUrl(input, STRICT);
      if (parsed.ok) return new URL(input).host === parsed.value.host;
      return input.length <= 20 || !parsed.stop.message.includes(input);
    };
    const property = fc.property(text, (input) => {
      expect(isHarmless(input)).toBe(true);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
