import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { der, oid, time } from '../../../test/support/x509/der.ts';
import { encodeDer, parseDer } from './der.ts';
import type { Der } from './der.ts';
import { decodeCertificates } from './pem.ts';
import { decodeOid, decodeTime } from './primitives.ts';
import { bytesAt, messageAt, numberAt, readFields } from './protobuf.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('parseDer', () => {
  it.each([
    ['a number', '02 01 05', true],
    ['an empty sequence', '30 00', true],
    ['a long length that is needed', `04 81 80 ${'00'.repeat(128)}`, true],
    ['nothing', '', false],
    ['a tag alone', '02', false],
    ['bytes behind', '02 01 05 00', false],
    ['contents cut off', '02 02 05', false],
    ['a length in two octets that fits in one', '02 81 01 05', false],
    ['a length with a zero in front', `04 82 00 80 ${'00'.repeat(128)}`, false],
    ['a length of four octets', '04 84 00 00 00 01 00', false],
    ['an indefinite length', '30 80 00 00', false],
    ['a string in pieces', '24 03 04 01 00', false],
    ['a sequence that is primitive', '10 00', false],
    ['a tag of two octets', '1f 81 00 00', false],
    ['an end without a beginning', '30 02 00 00', false],
    ['an empty number', '02 00', false],
    ['a number with a zero in front', '02 02 00 05', false],
    ['a number with ones in front', '02 02 ff 85', false],
    ['a number that needs its zero', '02 02 00 85', true],
    ['a true of 1', '01 01 01', false],
    ['a null with contents', '05 01 00', false],
    ['unused bits that are set', '03 02 01 01', false],
    ['more unused bits than there are', '03 01 01', false],
    ['an empty identifier', '06 00', false],
    ['an identifier with a zero in front', '06 03 2a 80 01', false],
    ['an identifier that is cut off', '06 02 2a 86', false],
    ['text that is not UTF-8', '0c 01 ff', false],
    ['a child longer than its parent', '30 03 04 04 00', false],
  ])('%s', (_, text, outcome) => {
    expect(parseDer(hex(text)).ok).toBe(outcome);
  });

  it.each([
    ['around', '30 80 02 01 05 00 00', 1, true],
    ['deeper than allowed', '30 80 30 80 00 00 00 00', 1, false],
    ['as deep as allowed', '30 80 30 80 00 00 00 00', 2, true],
    ['without an end', '30 80 02 01 05', 1, false],
    ['with half an end', '30 80 02 01 05 00', 1, false],
    ['with a wrong end', '30 80 02 01 05 00 01 00 00', 1, false],
    ['of a primitive', '04 80 00 00', 1, false],
  ])('indefinite length %s', (_, text, frame, outcome) => {
    expect(parseDer(hex(text), frame).ok).toBe(outcome);
  });

  it('any depth and any length, bounded', () => {
    let deep: Uint8Array = der(0x30);
    for (let level = 0; level < 40; level += 1) deep = der(0x30, deep);
    expect(parseDer(deep).ok).toBe(false);
    expect(parseDer(der(0x30, ...Array<Buffer>(20_000).fill(der(0x05)))).ok).toBe(false);
    expect(parseDer(der(0x04, Buffer.alloc(65_536))).ok).toBe(false);
  });

  const again = ({ tag, body, children }: Der): Uint8Array =>
    encodeDer(tag, ...((tag & 0x20) === 0 ? [body] : children.map(again)));

  it('any bytes: refused, or written again as they were', () => {
    const piece = fc.constantFrom('30', '31', '02', '04', '05', '80', '00', '01', 'a0', '06', '03');
    const text = fc.array(piece, { maxLength: 24 }).map((all) => hex(all.join('')));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const parsed = parseDer(bytes);
        if (!parsed.ok) return true;
        const same = Buffer.from(again(parsed.value)).equals(bytes);
        return same && isDeepStrictEqual(parseDer(bytes, 4), parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('primitives', () => {
  it.each(['1.2.840.113549.1.7.2', '2.5.29.17', '2.999.1', '0.9', '1.3.6.1.4.1.57264.3.1'])(
    'identifier %s, the same',
    (dotted) => {
      expect(decodeOid(oid(dotted).subarray(2))).toBe(dotted);
    },
  );

  it.each([
    ['UTC', 0x17, '250601000000Z', Date.UTC(2025, 5, 1)],
    ['UTC of the last century', 0x17, '990601000000Z', Date.UTC(1999, 5, 1)],
    ['generalized', 0x18, '20500601000000Z', Date.UTC(2050, 5, 1)],
    ['with an offset', 0x17, '2506010000+0100', undefined],
    ['with fractions', 0x18, '20250601000000.5Z', undefined],
    ['without seconds', 0x17, '2506010000Z', undefined],
    ['on a day that is not', 0x17, '250231000000Z', undefined],
    ['with a leap second', 0x17, '161231235960Z', undefined],
    ['of letters', 0x17, 'aaaaaaaaaaaaZ', undefined],
  ])('time %s', (_, tag, text, instant) => {
    expect(decodeTime(tag, Buffer.from(text))).toBe(instant);
  });

  it('any second until 2050, the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -631_152_000, max: 2_524_607_999 }), (seconds) => {
        const bytes = time(new Date(seconds * 1_000)).subarray(2);
        expect(decodeTime(0x17, bytes)).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('decodeCertificates', () => {
  it.each([
    ['no block', 'text', []],
    ['text around', 'a\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nb\n', [3]],
    ['CRLF', '-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----\r\n', [3]],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', undefined],
    ['no end', '-----BEGIN CERTIFICATE-----\nAAAA\n', undefined],
    [
      'a header',
      '-----BEGIN CERTIFICATE-----\nA: b\n\nAAAA\n-----END CERTIFICATE-----\n',
      undefined,
    ],
    ['bits left over', '-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----\n', undefined],
  ])('%s', (_, text, lengths) => {
    const read = decodeCertificates(text);
    expect(read.ok ? read.value.map(({ length }) => length) : undefined).toStrictEqual(lengths);
  });
});

describe('readFields', () => {
  it.each([
    ['a number and bytes', '08 96 01 12 01 61', true],
    ['a field twice, read', '08 01 08 02', true],
    ['a number that never ends', `08 ${'ff'.repeat(11)}`, false],
    ['bytes cut off', '12 05 61', false],
    ['a fixed number', '09 00 00 00 00 00 00 00 00', false],
  ])('%s', (_, text, outcome) => {
    expect(readFields(hex(text)).ok).toBe(outcome);
  });

  it('fields, once and of their kind', () => {
    const read = readFields(new Uint8Array(hex('08 96 01 12 02 08 05 18 01 18 02')));
    const fields = read.ok ? read.value : new Map();
    expect([numberAt(fields, 1), numberAt(fields, 2), numberAt(fields, 3)]).toStrictEqual([
      150n,
      undefined,
      undefined,
    ]);
    expect([bytesAt(fields, 2), bytesAt(fields, 1)]).toStrictEqual([
      new Uint8Array([8, 5]),
      undefined,
    ]);
    expect(messageAt(fields, 2)).toStrictEqual(new Map([[1, [5n]]]));
    expect([numberAt(fields, 9), bytesAt(fields, 9)]).toStrictEqual([0n, new Uint8Array()]);
  });

  it('any bytes, no throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void readFields(bytes)));
  });
});
