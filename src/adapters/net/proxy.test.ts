import { describe, expect, it } from 'vitest';
import { parseProxy } from './proxy.ts';

const CLOSED = { allowHttp: false, allowPrivateAddresses: false };
const OPEN = { allowHttp: true, allowPrivateAddresses: true };

describe('proxy addresses', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128'],
    ['https://Proxy.Example/', 'https://proxy.example'],
    ['http://1.1.1.1:8080', 'http://1.1.1.1:8080'],
  ])('%s, read', (url, origin) => {
    const parsed = parseProxy({ url }, CLOSED);
    expect(parsed.ok ? [parsed.value.url.origin, parsed.value.authorization] : 'refused').toEqual([
      origin,
      undefined,
    ]);
  });

  it('user name and password, one header', () => {
    const parsed = parseProxy({ url: 'http://p.example', username: 'u', password: 'ü:x' }, CLOSED);
    const expected = `Basic ${Buffer.from('u:ü:x').toString('base64')}`;
    expect(parsed.ok ? parsed.value.authorization : 'refused').toBe(expected);
  });

  it.each([
    '',
    'proxy.example:3128',
    'socks5://proxy.example',
    'http://user:pass@proxy.example',
    'http://proxy.example/path',
    'http://proxy.example?x',
    'http://proxy.example#x',
    'http://proxy.example:0',
    'http://proxy.example:99999',
    'http://pro xy.example',
    'http://169.254.169.254:80',
    'http://2852039166',
    'http://metadata.google.internal',
  ])('%j, URLNotAllowed', (url) => {
    expect(parseProxy({ url }, OPEN)).toMatchObject({
      ok: false,
      stop: { reason: 'URLNotAllowed' },
    });
  });

  it.each([
    ['a colon in the user name', { username: 'a:b', password: 'x' }],
    ['a line break in the user name', { username: 'a\r\nx: y', password: 'x' }],
    ['a line break in the password', { username: 'a', password: 'x\r\nx: y' }],
  ])('%s, URLNotAllowed', (_name, credentials) => {
    expect(parseProxy({ url: 'http://p.example', ...credentials }, OPEN).ok).toBe(false);
  });

  it.each([
    ['a certificate', '-----BEGIN CERTIFICATE-----\nx', true],
    ['something else', 'x', false],
  ])('%s as CA, %#', (_name, ca, accepted) => {
    const parsed = parseProxy({ url: 'https://p.example', ca }, CLOSED);
    expect(parsed.ok ? parsed.value.ca : undefined).toBe(accepted ? ca : undefined);
  });

  it('a private address, with permission only', () => {
    const outcomes = [CLOSED, OPEN].map(
      (flags) => parseProxy({ url: 'http://10.0.0.1' }, flags).ok,
    );
    expect(outcomes).toEqual([false, true]);
  });
});
