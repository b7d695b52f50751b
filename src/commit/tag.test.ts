import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GitObjectType } from '../domain/git-object.ts';
import type { Result } from '../domain/result.ts';
import { hashObject } from './oid.ts';
import { MAX_TAG_BYTES, parseTag } from './tag.ts';
import type { ParsedTag } from './tag.ts';

const O = 'a'.repeat(40);
const head = `object ${O}\ntype commit\ntag v1.0.0\ntagger A U Thor <a@example.com> 1700000000 +0100\n`;
const block = '-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n';

function parse(bytes: string | Uint8Array, type: GitObjectType = 'tag'): Result<ParsedTag> {
  const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return parseTag({ oid: hashObject(type, raw), type, bytes: raw });
}

function reason(answer: Result<ParsedTag>): string {
  return answer.ok ? 'accepted' : answer.stop.reason;
}

function parsed(bytes: string): ParsedTag {
  const answer = parse(bytes);
  if (!answer.ok) throw new Error(answer.stop.message);
  return answer.value;
}

describe('parseTag refuses', () => {
  const without = (line: string): string =>
    `${head.replace(new RegExp(`^${line}.*\n`, 'm'), '')}\n`;
  const edited = (from: string, to: string): string => `${head.replace(from, () => to)}\n`;
  it.each([
    ['nothing', ''],
    ['no object', without('object')],
    ['no type', without('type')],
    ['no name', without('tag ')],
    ['no tagger', without('tagger')],
    ['type before object', `type commit\nobject ${O}\ntag v1\ntagger A <a@x> 1 +0000\n\n`],
    ['two objects', edited('type', `object ${O}\ntype`)],
    ['two names', edited('tagger', 'tag v2\ntagger')],
    ['a header behind tagger', `${head}encoding latin1\n\n`],
    ['gpgsig', `${head}gpgsig ${block.replaceAll('\n', '\n ').slice(0, -1)}\n`],
    ['gpgsig-sha256', `${head}gpgsig-sha256 ${block.replaceAll('\n', '\n ').slice(0, -1)}\n`],
    ['a continued header', edited('commit', 'commit\n x')],
    ['no blank line', head],
    ['upper-case object', edited(O, O.toUpperCase())],
    ['short object', edited(O, O.slice(1))],
    ['an unknown type', edited('commit', 'note')],
    ['a type with a blank behind', edited('commit', 'commit ')],
    ['an empty name', edited('v1.0.0', '')],
    ['a name that climbs', edited('v1.0.0', '../heads/main')],
    ['a name with a blank', edited('v1.0.0', 'v1 0')],
    ['a name like an option', edited('v1.0.0', '--delete')],
    ['a name that is no UTF-8', edited('v1.0.0', 'v1\xe9')],
    ['a name with CR', edited('v1.0.0', 'v1.0.0\r')],
    ['tagger without mail', edited(' <a@example.com>', '')],
    ['NUL in the name', edited('v1.0.0', 'v1\0.0.0')],
    ['NUL in the message', `${head}\nhello\0hidden\n`],
    ['text behind the signature', `${head}\nm\n${block}more\n`],
    ['no END', `${head}\nm\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n`],
    ['END of another kind', `${head}\nm\n${block.replace('END PGP', 'END SSH')}`],
    ['two empty lines behind the signature', `${head}\nm\n${block}\n\n`],
    ['more than a MiB', `${head}\n${'x'.repeat(MAX_TAG_BYTES)}`],
  ])('%s', (_, bytes) => {
    expect(reason(parse(bytes))).toBe('CommitMalformed');
  });

  it('another type of object', () => {
    expect(reason(parse(`${head}\n`, 'commit'))).toBe('CommitMalformed');
  });

  it('bytes that are not the ones named', () => {
    const oid = hashObject('tag', Buffer.from(`${head}\nx`));
    const answer = parseTag({ oid, type: 'tag', bytes: Buffer.from(`${head}\ny`) });
    expect(answer.ok ? 'accepted' : answer.stop.oid).toBe(oid);
  });
});

describe('parseTag reads', () => {
  it('a whole tag', () => {
    expect({ ...parsed(`${head}\nRelease\n\nbody\n${block}`), oid: '' }).toStrictEqual({
      oid: '',
      object: O,
      objectType: 'commit',
      name: 'v1.0.0',
      tagger: { name: 'A U Thor', email: 'a@example.com', when: 1_700_000_000_000 },
      signature: { format: 'openpgp', armor: Buffer.from(block) },
      payload: Buffer.from(`${head}\nRelease\n\nbody\n`),
      subject: 'Release',
    });
  });

  it.each([
    ['no message', `${head}\n`],
    ['no final newline', `${head}\nm`],
    ['CRLF', `${head}\nm\r\nn\r\n`],
    ['Latin-1', `${head}\ncaf\xe9\n`],
    ['BEGIN inside a line', `${head}\nm ${block}`],
    ['BEGIN of something else', `${head}\n-----BEGIN CERTIFICATE-----\n`],
  ])('%s, unsigned, all of it payload', (_, bytes) => {
    const tag = parsed(bytes);
    expect([tag.signature, Buffer.from(tag.payload).toString('latin1')]).toEqual([
      undefined,
      bytes,
    ]);
  });

  it.each([
    ['SSH', '-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n', 'ssh'],
    ['CMS', '-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\n', 'x509'],
    [
      'an old message',
      '-----BEGIN PGP MESSAGE-----\n\niQ==\n-----END PGP MESSAGE-----\n',
      'unknown',
    ],
    ['BEGIN with a tail', '-----BEGIN PGP SIGNATURE----- x\n', 'unknown'],
    ['CR', block.replaceAll('\n', '\r\n'), 'unknown'],
    ['no last newline', block.trimEnd(), 'openpgp'],
    ['one empty line behind', `${block}\n`, 'openpgp'],
  ])('a signature: %s', (_, armor, format) => {
    expect(parsed(`${head}\nm\n${armor}`).signature?.format).toBe(format);
  });

  it('two blocks, the last is the signature and the first is signed', () => {
    const tag = parsed(`${head}\nm\n${block}${block}`);
    expect(Buffer.from(tag.payload).toString()).toBe(`${head}\nm\n${block}`);
  });

  it('any message, payload and armor are the tag again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\n', block, '-----BEGIN ', '\r', 'é')),
        (parts) => {
          const bytes = Buffer.from(`${head}\n${parts.join('')}`);
          const tag = parse(bytes);
          if (!tag.ok) return;
          const armor = tag.value.signature?.armor ?? Buffer.of();
          const again = Buffer.concat([tag.value.payload, armor]);
          expect(bytes.toString().trimEnd()).toBe(again.toString().trimEnd());
        },
      ),
    );
  });
});
