import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GitObjectType } from '../domain/git-object.ts';
import type { Oid } from '../domain/oid.ts';
import { hashObject } from './oid.ts';
import { MAX_COMMIT_BYTES, MAX_SUBJECT_LENGTH, parseCommit } from './parse.ts';
import type { ParsedCommit } from './parse.ts';
import type { Result } from '../domain/result.ts';

const T = 'a'.repeat(40);
const P = 'b'.repeat(40);
const Q = 'c'.repeat(40);
const tree = `tree ${T}\n`;
const author = 'author A U Thor <a@example.com> 1700000000 +0100\n';
const committer = 'committer C O Mitter <c@example.com> 1700000001 -0330\n';
const people = author + committer;
const block = '-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n';
const gpgsig = `gpgsig ${block}`;

function parse(bytes: string | Uint8Array, type: GitObjectType = 'commit'): Result<ParsedCommit> {
  const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return parseCommit({ oid: hashObject(type, raw), type, bytes: raw });
}

function parsed(bytes: string): ParsedCommit {
  const answer = parse(bytes);
  if (!answer.ok) throw new Error(answer.stop.message);
  return answer.value;
}

describe('parseCommit refuses', () => {
  it.each([
    ['nothing', ''],
    ['only a blank line', '\n'],
    ['no tree', `${people}\n`],
    ['two trees', `${tree}${tree}${people}\n`],
    ['tree after parent', `parent ${P}\n${tree}${people}\n`],
    ['late tree', `${tree}${people}tree ${P}\n\n`],
    ['late tree in other letters', `${tree}${people}Tree ${P}\n\n`],
    ['late parent', `${tree}${people}parent ${P}\n\n`],
    ['parent after author', `${tree}${author}parent ${P}\n${committer}\n`],
    ['its tree as a parent', `${tree}parent ${T}\n${people}\n`],
    ['same parent twice', `${tree}parent ${P}\nparent ${P}\n${people}\n`],
    ['two authors', `${tree}${author}${people}\n`],
    ['two committers', `${tree}${people}${committer}\n`],
    ['committer before author', `${tree}${committer}${author}\n`],
    ['no committer', `${tree}${author}\n`],
    ['two encodings', `${tree}${people}encoding x\nencoding y\n\n`],
    ['encoding after another header', `${tree}${people}x y\nencoding latin1\n\n`],
    ['encoding with blanks', `${tree}${people}encoding a b\n\n`],
    ['upper-case tree', `tree ${T.toUpperCase()}\n${people}\n`],
    ['short tree', `tree ${T.slice(1)}\n${people}\n`],
    ['long parent', `${tree}parent ${P}0\n${people}\n`],
    ['tree with a blank behind', `tree ${T} \n${people}\n`],
    ['tree with CR', `tree ${T}\r\n${people}\n`],
    ['tree with continuation', `tree ${T}\n x\n${people}\n`],
    ['author with continuation', `${tree}${author} x\n${committer}\n`],
    ['a first line that continues nothing', ` x\n${tree}${people}\n`],
    ['no blank line', `${tree}${people}`],
    ['last line cut off', `${tree}${people.slice(0, -1)}`],
    ['NUL in a header', `${tree}${author}committer C\0 <c@x> 1 +0000\n\n`],
    ['NUL in the message', `${tree}${people}\nhello\0hidden`],
    ['a header without value', `${tree}${people}mergetag\n\n`],
    ['a header with an odd name', `${tree}${people}\x01x y\n\n`],
    ['a header with an endless name', `${tree}${people}${'x'.repeat(65)} y\n\n`],
    ['author without name and blank', `${tree}author <a@x> 1 +0000\n${committer}\n`],
    ['author without mail', `${tree}author A 1 +0000\n${committer}\n`],
    ['author with two mails', `${tree}author A <a> <b> 1 +0000\n${committer}\n`],
    ['author with open mail', `${tree}author A <a 1 +0000\n${committer}\n`],
    ['zero-padded time', `${tree}author A <a> 01 +0000\n${committer}\n`],
    ['negative time', `${tree}author A <a> -1 +0000\n${committer}\n`],
    ['time after the year 9999', `${tree}author A <a> 253402300800 +0000\n${committer}\n`],
    ['huge time', `${tree}author A <a> 99999999999999999999 +0000\n${committer}\n`],
    ['zone of three digits', `${tree}author A <a> 1 +000\n${committer}\n`],
    ['zone without sign', `${tree}author A <a> 1 0000\n${committer}\n`],
    ['long zone', `${tree}author A <a> 1 +051800\n${committer}\n`],
    ['something behind the zone', `${tree}author A <a> 1 +0000 x\n${committer}\n`],
    ['two gpgsig', `${tree}${people}${gpgsig}${gpgsig}\n`],
    ['gpgsigx', `${tree}${people}gpgsigx y\n${gpgsig}\n`],
    ['GPGSIG', `${tree}${people}GPGSIG ${block}\n`],
    ['gpgsig before author', `${tree}${gpgsig}${people}\n`],
    ['two gpgsig-sha256', `${tree}${people}gpgsig-sha256 ${block}gpgsig-sha256 ${block}\n`],
    ['bytes behind END', `${tree}${people}${gpgsig} x\n\n`],
    ['a blank behind END', `${tree}${people}${gpgsig.slice(0, -1)} \n\n`],
    ['three empty lines behind END', `${tree}${people}${gpgsig} \n \n\n`],
    ['two blocks', `${tree}${people}${gpgsig} ${block}\n`],
    ['no END', `${tree}${people}gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n\n`],
    ['END of another kind', `${tree}${people}${gpgsig.replace('END PGP', 'END SSH')}\n`],
    ['CR in the block', `${tree}${people}${gpgsig.replace('iQ==', 'iQ==\r')}\n`],
    ['a SHA-256 signature with a tail', `${tree}${people}gpgsig-sha256 ${block} x\n${gpgsig}\n`],
    ['a SHA-256 signature that is none', `${tree}${people}gpgsig-sha256 hi\n${gpgsig}\n`],
    ['more than a MiB', `${tree}${people}\n${'x'.repeat(MAX_COMMIT_BYTES)}`],
  ])('%s', (_, bytes) => {
    const answer = parse(bytes);
    expect(answer.ok ? 'accepted' : answer.stop.reason).toBe('CommitMalformed');
  });

  it('another type of object', () => {
    const answer = parse(`${tree}${people}\n`, 'tag');
    expect(answer.ok ? 'accepted' : answer.stop.reason).toBe('CommitMalformed');
  });

  it('bytes that are not the ones named', () => {
    const bytes = Buffer.from(`${tree}${people}\nx`);
    const oid = hashObject('commit', Buffer.from(`${tree}${people}\ny`));
    const answer = parseCommit({ oid, type: 'commit', bytes });
    expect(answer.ok ? 'accepted' : answer.stop.oid).toBe(oid);
  });
});

describe('parseCommit reads', () => {
  it('a whole commit', () => {
    const unsigned = `${tree}parent ${P}\nparent ${Q}\n${people}encoding ISO-8859-1\n`;
    const commit = parsed(`${unsigned}${gpgsig}\nsubject\n\nbody`);
    expect({ ...commit, oid: '' }).toStrictEqual({
      oid: '',
      tree: T,
      parents: [P, Q],
      author: { name: 'A U Thor', email: 'a@example.com', when: 1_700_000_000_000 },
      committer: { name: 'C O Mitter', email: 'c@example.com', when: 1_700_000_001_000 },
      signature: {
        format: 'openpgp',
        armor: new Uint8Array(Buffer.from(block.replaceAll('\n ', '\n'))),
      },
      payload: new Uint8Array(Buffer.from(`${unsigned}\nsubject\n\nbody`)),
      message: Buffer.from('subject\n\nbody'),
      subject: 'subject',
    });
  });

  it.each([
    ['no final newline', 'message'],
    ['no message', ''],
    ['trailing blank lines', 'message\n\n\n'],
    ['CRLF', 'message\r\n\r\nbody\r\n'],
    ['Latin-1', 'caf\xe9\n'],
    ['text that looks like headers', `tree ${P}\n${gpgsig}`],
  ])('message with %s, kept byte by byte in the payload', (_, message) => {
    const bytes = `${tree}${people}${gpgsig}\n${message}`;
    const payload = Buffer.from(parsed(bytes).payload).toString('latin1');
    expect(payload).toBe(`${tree}${people}\n${message}`);
  });

  it.each([
    ['mergetag, inside the payload', `mergetag object ${P}\n type commit\n \n ${block}`],
    ['headers of other tools', 'HG:extra branch:default\nchange-id xyz\n'],
    ['a header with an empty continuation', 'x-note a\n \n b\n'],
  ])('%s', (_, extra) => {
    const commit = parsed(`${tree}${people}${extra}${gpgsig}\nm`);
    const payload = Buffer.from(commit.payload).toString('latin1');
    expect(payload).toBe(`${tree}${people}${extra}\nm`);
    expect(commit.signature?.format).toBe('openpgp');
  });

  it("GitHub's empty line behind END, as if it were not there", () => {
    const plain = parsed(`${tree}${people}${gpgsig}\nm`);
    const github = parsed(`${tree}${people}${gpgsig} \n\nm`);
    expect(github.signature).toStrictEqual(plain.signature);
    expect(github.payload).toStrictEqual(plain.payload);
  });

  it.each([
    ['no header, none', '', undefined],
    ['only in the message, none', '', undefined],
    ['empty, none', 'gpgsig \n', undefined],
    ['blank lines, none', 'gpgsig \n \n', undefined],
    ['PGP', gpgsig, 'openpgp'],
    ['SSH', gpgsig.replaceAll('PGP', 'SSH'), 'ssh'],
    ['CMS', gpgsig.replaceAll('PGP SIGNATURE', 'SIGNED MESSAGE'), 'x509'],
    ['inline message, unknown', gpgsig.replaceAll('PGP SIGNATURE', 'PGP MESSAGE'), 'unknown'],
    ['clear-signed, unknown', gpgsig.replaceAll('PGP SIGNATURE', 'PGP SIGNED MESSAGE'), 'unknown'],
    ['no armor, unknown', 'gpgsig hello\n', 'unknown'],
    ['text before BEGIN, unknown', 'gpgsig x\n -----BEGIN PGP SIGNATURE-----\n', 'unknown'],
    ['SHA-256 alone, unknown', `gpgsig-sha256 ${block}`, 'unknown'],
    ['both, the SHA-1 one', `gpgsig-sha256 ${block}${gpgsig}`, 'openpgp'],
  ])('signature: %s', (_, header, format) => {
    const commit = parsed(`${tree}${people}${header}\n${gpgsig}`);
    expect(commit.signature?.format).toBe(format);
    expect(Buffer.from(commit.payload).toString()).toBe(`${tree}${people}\n${gpgsig}`);
  });

  it.each([
    ['leading blank lines', '\n\n  hello\nmore', 'hello'],
    ['escape sequences', 'a\x1b[2Jb\x07\n', 'a [2Jb'],
    ['a long line', 'x'.repeat(500), `${'x'.repeat(MAX_SUBJECT_LENGTH - 1)}…`],
  ])('subject: %s', (_, message, subject) => {
    expect(parsed(`${tree}${people}\n${message}`).subject).toBe(subject);
  });
});

const oids = fc.stringMatching(/^[0-9a-f]{40}$/).map((text) => text as Oid); // 40 hex digits.
const words = fc.stringMatching(/^[A-Za-z0-9.@ _-]{1,20}$/).map((text) => text.trim());
const stamps = fc.record({ name: words, email: words, when: fc.integer({ min: 0, max: 2 ** 33 }) });

describe('properties', () => {
  it('what is written is read back', () => {
    const model = fc.record({
      tree: oids,
      parents: fc.uniqueArray(oids, { maxLength: 4 }),
      author: stamps,
      committer: stamps,
      message: fc.string().map((text) => text.replaceAll('\0', '')),
      signed: fc.boolean(),
    });
    fc.assert(
      fc.property(model, (wanted) => {
        const line = (stamp: typeof wanted.author): string =>
          `${stamp.name} <${stamp.email}> ${stamp.when} +0000`;
        const head = [
          `tree ${wanted.tree}\n`,
          ...wanted.parents.map((oid) => `parent ${oid}\n`),
          `author ${line(wanted.author)}\ncommitter ${line(wanted.committer)}\n`,
        ].join('');
        const message = Buffer.from(wanted.message).toString('latin1');
        const commit = parsed(`${head}${wanted.signed ? gpgsig : ''}\n${message}`);
        expect(commit.tree).toBe(wanted.tree);
        expect(commit.parents).toStrictEqual(wanted.parents);
        expect(commit.author).toStrictEqual({
          ...wanted.author,
          when: wanted.author.when * 1_000,
        });
        expect(commit.signature !== undefined).toBe(wanted.signed);
        expect(Buffer.from(commit.payload).toString('latin1')).toBe(`${head}\n${message}`);
      }),
    );
  });

  it('any bytes, an answer and never a throw', () => {
    const lines = fc.constantFrom(tree, author, committer, gpgsig, '\n', ' x\n', `parent ${P}\n`);
    const noise = fc.uint8Array({ maxLength: 40 });
    const soup = fc.array(fc.oneof(lines, noise), { maxLength: 12 });
    fc.assert(
      fc.property(soup, (parts) => {
        const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
        const answer = parse(bytes);
        expect(answer.ok || answer.stop.reason === 'CommitMalformed').toBe(true);
      }),
    );
  });
});
