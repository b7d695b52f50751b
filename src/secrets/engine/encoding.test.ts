import { describe, expect, it } from 'vitest';
import { decoded, encodingOf } from './encoding.ts';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16be = (text: string): Buffer => utf16(text).swap16();
const MARK = Buffer.from([0xff, 0xfe]);
const TEXT = 'password: correct horse\nbattery: staple\n';

describe('encodingOf', () => {
  it.each<[string, Buffer, string, string]>([
    ['nothing', Buffer.alloc(0), 'bytes', 'bytes'],
    ['ASCII', Buffer.from(TEXT), 'bytes', 'bytes'],
    ['UTF-8', Buffer.from('schlüssel: 秘密'), 'bytes', 'bytes'],
    ['UTF-16LE with its mark', utf16(`\ufeff${TEXT}`), 'utf-16le', 'utf-16le'],
    ['UTF-16BE with its mark', utf16be(`\ufeff${TEXT}`), 'utf-16be', 'utf-16be'],
    ['UTF-16LE without a mark', utf16(TEXT), 'utf-16le', 'utf-16le'],
    ['UTF-16BE without a mark', utf16be(TEXT), 'utf-16be', 'utf-16be'],
    ['ASCII behind a mark', Buffer.concat([MARK, Buffer.from(TEXT)]), 'utf-16le', 'bytes'],
    ['ASCII with a NUL behind a mark', Buffer.concat([MARK, Buffer.from(`${TEXT}\0${TEXT}`)]), 'utf-16le', 'bytes'], // prettier-ignore
    ['UTF-16LE of few ASCII', utf16(`\ufeff${'秘密'.repeat(90)}\n`), 'utf-16le', 'utf-16le'],
    ['NULs alone', Buffer.alloc(9000), 'binary', 'binary'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]), 'binary', 'binary'], // prettier-ignore
    ['text with a NUL slipped in', Buffer.from(`${TEXT}\0${TEXT}`), 'binary', 'bytes'],
    ['a NUL behind 8,000 bytes', Buffer.from(`${'a'.repeat(8000)}\0`), 'bytes', 'bytes'],
    ['a NUL as the 8,000th byte', Buffer.from(`${'\x01'.repeat(7999)}\0`), 'binary', 'binary'],
  ])('%s, as git takes it and leniently', (_name, bytes, strict, lenient) => {
    expect([encodingOf(bytes, false), encodingOf(bytes, true)]).toEqual([strict, lenient]);
  });
});

describe('decoded', () => {
  it.each<[string, Buffer, 'utf-16le' | 'utf-16be' | 'bytes', string]>([
    ['UTF-16LE, UTF-8', utf16('ké\n'), 'utf-16le', 'ké\n'],
    ['UTF-16BE, UTF-8', utf16be('ké\n'), 'utf-16be', 'ké\n'],
    ['an odd byte at the end, left out', Buffer.concat([utf16be('ab'), Buffer.from([0])]), 'utf-16be', 'ab'], // prettier-ignore
    ['bytes, the same', Buffer.from('ab'), 'bytes', 'ab'],
  ])('%s', (_name, bytes, encoding, expected) => {
    const given = Buffer.from(bytes);
    expect(Buffer.from(decoded(bytes, encoding)).toString('utf8')).toBe(expected);
    expect(bytes.equals(given)).toBe(true);
  });
});
