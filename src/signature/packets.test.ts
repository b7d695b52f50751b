import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeArmor } from './armor.ts';
import { splitPackets } from './packets.ts';

describe('splitPackets', () => {
  it.each([
    ['nothing', [], []],
    ['new format, one octet', [0xc2, 1, 9], [[2, [9]]]],
    ['new format, two octets', [0xc2, 192, 0, ...zeros(192)], [[2, zeros(192)]]],
    ['new format, five octets', [0xc2, 255, 0, 0, 0, 1, 9], [[2, [9]]]],
    ['old format, one octet', [0x88, 1, 9], [[2, [9]]]],
    ['old format, two octets', [0x89, 0, 1, 9], [[2, [9]]]],
    ['old format, four octets', [0x8a, 0, 0, 0, 1, 9], [[2, [9]]]],
    [
      'two packets',
      [0xc2, 1, 9, 0xc6, 0],
      [
        [2, [9]],
        [6, []],
      ],
    ],
  ])('%s, split', (_, bytes, expected) => {
    const split = splitPackets(Uint8Array.from(bytes));
    const packets = split.ok ? split.value.map(({ tag, body }) => [tag, [...body]]) : split.stop;
    expect(packets).toStrictEqual(expected);
  });

  it.each([
    ['no packet bit', [0x02, 0]],
    ['bytes behind the last packet', [0xc2, 1, 9, 0]],
    ['body cut off', [0xc2, 2, 9]],
    ['length missing', [0xc2]],
    ['length cut off', [0xc2, 255, 0]],
    ['partial length', [0xc2, 224, 9]],
    ['indefinite length', [0x8b, 9]],
    ['huge length', [0xc2, 255, 255, 255, 255, 255]],
  ])('%s, refused', (_, bytes) => {
    expect(splitPackets(Uint8Array.from(bytes)).ok).toBe(false);
  });

  it('any bytes: refused, or every byte is in a packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const split = splitPackets(bytes);
        if (!split.ok) return;
        const bodies = split.value.reduce((sum, { body }) => sum + body.length, 0);
        expect(bodies).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

describe('decodeArmor', () => {
  const frame = (inner: string): Uint8Array =>
    Buffer.from(`-----BEGIN PGP SIGNATURE-----\n${inner}-----END PGP SIGNATURE-----\n`);

  it('any bytes in canonical armor, the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const lines =
          Buffer.from(bytes)
            .toString('base64')
            .match(/.{1,64}/g) ?? [];
        const decoded = decodeArmor(frame(`\n${lines.join('\n')}\n`));
        expect(decoded.ok && Buffer.from(decoded.value).equals(bytes)).toBe(true);
      }),
    );
  });

  it('the checksum of RFC 9580, right and wrong', () => {
    // "123456789" has the CRC-24/OPENPGP check value 0x21CF02.
    expect(decodeArmor(frame('\nMTIzNDU2Nzg5\n=Ic8C\n')).ok).toBe(true);
    expect(decodeArmor(frame('\nMTIzNDU2Nzg5\n=Ic8D\n')).ok).toBe(false);
  });

  it.each([
    ['empty', ''],
    ['only an empty line', '\n'],
    ['base64 without the empty line', 'iQ==\n'],
    ['bits behind the end of base64', '\niR==\n'],
    ['no padding', '\niQ\n'],
    ['a blank in base64', '\niQ ==\n'],
    ['url-safe base64', '\n_-__\n'],
    ['an empty line in base64', '\niQIz\n\nBAAB\n'],
    ['a line over 76 characters', `\n${'A'.repeat(80)}\n`],
    ['only a checksum', '\n=Ic8C\n'],
  ])('%s, refused', (_, inner) => {
    expect(decodeArmor(frame(inner)).ok).toBe(false);
  });
});

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
