import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress } from './address.ts';

describe('address classes', () => {
  it.each([
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ])('%s, public', (address) => expect(classifyAddress(address)).toBe('public'));

  it.each([
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '::1',
    'fc00::1',
    'fdff::1',
    'fec0::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:a00:1::1',
  ])('%s, private', (address) => expect(classifyAddress(address)).toBe('private'));

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '100.100.100.200',
    '168.63.129.16',
    '169.254.0.1',
    '169.254.169.254',
    '192.0.0.192',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '2001::1',
    '2002:a9fe:a9fe::',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'ff02::1',
    'not an address',
    '127.1',
    '',
  ])('%s, forbidden', (address) => expect(classifyAddress(address)).toBe('forbidden'));

  it('an IPv4 address inside IPv6, the class it has outside', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const plain = classifyAddress(address);
        const hex = address
          .split('.')
          .map((part) => Number(part).toString(16).padStart(2, '0'))
          .join('');
        const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`;
        const spellings = [`::ffff:${address}`, `::ffff:${groups}`, `64:ff9b::${groups}`];
        expect(spellings.map(classifyAddress)).toEqual(spellings.map(() => plain));
        expect(classifyAddress(`2002:${groups}::1`)).toBe(plain);
      }),
    );
  });

  it('any text, a class', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => {
        expect(['public', 'private', 'forbidden']).toContain(classifyAddress(text));
      }),
    );
  });
});
