import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import { hashObject } from './oid.ts';
import { parseCommit } from './parse.ts';
import { isSeal, sealOf } from './seal.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const SEAL = `Gitward-Seal: ${A}`;

const seal = (message: string): Oid | undefined => sealOf(Buffer.from(message, 'latin1'));

describe('sealOf', () => {
  it.each([
    ['alone', `Seal\n\n${SEAL}\n`],
    ['without the last line break', `Seal\n\n${SEAL}`],
    ['empty lines behind', `Seal\n\n${SEAL}\n\n \n`],
    ['beside other trailers', `Seal\n\nbody\n\nSigned-off-by: A <a@x>\n${SEAL}\nAcked-by: B\n`],
    ['beside a folded trailer', `Seal\n\nNote: long\n  longer\n${SEAL}\n`],
  ])('%s, read', (_, message) => {
    expect(seal(message)).toBe(A);
  });

  it.each([
    ['empty', ''],
    ['as the subject', SEAL],
    ['in the first paragraph', `Seal\n${SEAL}\n`],
    ['in the first paragraph behind empty lines', `\n\n${SEAL}\n`],
    ['not in the last paragraph', `Seal\n\n${SEAL}\n\nmore\n`],
    ['beside text', `Seal\n\ntext\n${SEAL}\n`],
    ['twice', `Seal\n\n${SEAL}\n${SEAL}\n`],
    ['twice in other letters', `Seal\n\n${SEAL}\ngitward-seal: ${B}\n`],
    ['in other letters', `Seal\n\nGITWARD-SEAL: ${A}\n`],
    ['short', `Seal\n\nGitward-Seal: ${A.slice(1)}\n`],
    ['upper-case digits', `Seal\n\nGitward-Seal: ${A.toUpperCase()}\n`],
    ['something behind', `Seal\n\n${SEAL} x\n`],
    ['a blank behind', `Seal\n\n${SEAL} \n`],
    ['CRLF', `Seal\r\n\r\n${SEAL}\r\n`],
    ['folded', `Seal\n\n${SEAL}\n x\n`],
    ['two blanks in front', `Seal\n\nGitward-Seal:  ${A}\n`],
    ['quoted', `Seal\n\n> ${SEAL}\n`],
    ['below a divider', `Seal\n\n---\n\n${SEAL}\n`],
    ['below scissors', `Seal\n\n# ------------------------ >8 ---\n\n${SEAL}\n`],
    ['a first line that continues nothing', `Seal\n\n x\n${SEAL}\n`],
  ])('%s, none', (_, message) => {
    expect(seal(message)).toBeUndefined();
  });
});

describe('isSeal', () => {
  const commit = (parents: string, trailer: string): boolean => {
    const people = 'author A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n';
    const text = `tree ${B}\n${parents}${people}\nSeal\n\nGitward-Seal: ${trailer}\n`;
    const bytes = Buffer.from(text);
    const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
    return parsed.ok && isSeal(parsed.value);
  };

  it.each([
    ['its only parent', `parent ${A}\n`, A, true],
    ['another commit', `parent ${A}\n`, B, false],
    ['one of two parents', `parent ${A}\nparent ${B}\n`, A, false],
    ['a root', '', A, false],
  ])('%s', (_, parents, trailer, expected) => {
    expect(commit(parents, trailer)).toBe(expected);
  });
});

describe('against git interpret-trailers', () => {
  let repo: TestRepo;
  beforeAll(async () => {
    repo = await buildRepo();
  });
  afterAll(() => repo.remove());

  const line = fc.constantFrom(
    ...[SEAL, `Gitward-Seal: ${B}`, `gitward-seal: ${A}`, '', '', ' ', 'text', 'Key: value'],
    ...[' folded', 'Key:', '# comment', '---', '--- a', 'Conflicts:', '\tfile', 'à', 'Subject'],
  );

  it('any message, what gitward reads git reads too, once', async () => {
    const messages = fc.sample(fc.array(line, { minLength: 1, maxLength: 7 }), {
      numRuns: 3_000,
      seed: 20_261_126,
    });
    const sealed = [...new Set(messages.map((lines) => `${lines.join('\n')}\n`))]
      .map((message) => ({ message, oid: seal(message) }))
      .filter(({ oid }) => oid !== undefined);
    expect(sealed.length).toBeGreaterThan(20);
    for (const { message, oid } of sealed.slice(0, 60)) {
      const ran = await repo.run(['interpret-trailers', '--parse'], { input: message });
      const read = ran.stdout.toString().split('\n');
      expect(read.filter((text) => /^gitward-seal/i.test(text))).toEqual([`Gitward-Seal: ${oid}`]);
    }
  });
});
