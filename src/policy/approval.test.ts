import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GpgHome, runTool } from '../../test/support/gpg.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import { APPROVAL_NAMESPACE, formatStatement, MAX_APPROVALS, parseApprovals } from './approval.ts';
import type { Approval } from './approval.ts';

const APPROVAL: Approval = {
  repository: 'git.example.com/payments/shop',
  ref: 'refs/heads/main',
  commit: 'a'.repeat(40) as Oid,
  rule: 'prod',
  expires: Date.UTC(2027, 0, 31, 23, 59, 59),
};
const TEXT = `gitward approval v1
repository git.example.com/payments/shop
ref refs/heads/main
commit ${'a'.repeat(40)}
rule prod
expires 2027-01-31T23:59:59Z
`;
const PGP = '-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n';
const SSH = '-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n';
const CMS = '-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----\n';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** How many count, and how many problems there are. */
function count(note: string): readonly [number, number] {
  const { approvals, problems } = parseApprovals(bytes(note));
  return [approvals.length, problems.length];
}

const oidOf = fc.stringMatching(/^[0-9a-f]{40}$/).map((text) => text as Oid);
const approvals: fc.Arbitrary<Approval> = fc.record({
  repository: fc.stringMatching(/^[a-z0-9]{1,9}\/[A-Za-z0-9_-]{1,9}$/),
  ref: fc.stringMatching(/^refs\/(heads|tags)\/[A-Za-z0-9_-]{1,9}$/),
  commit: oidOf,
  rule: fc.stringMatching(/^[A-Za-z0-9]{1,9}$/),
  expires: fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1_000),
});

describe('parseApprovals', () => {
  it.each([
    ['OpenPGP', PGP, 'openpgp'],
    ['SSH', SSH, 'ssh'],
    ['CMS', CMS, 'x509'],
  ])('one signed by %s, whole', (_, armor, format) => {
    expect(parseApprovals(bytes(TEXT + armor))).toEqual({
      approvals: [{ statement: APPROVAL, payload: bytes(TEXT), format, armor: Buffer.from(armor) }],
      problems: [],
    });
  });

  const broken = TEXT.replace('rule prod', 'rule a b');
  it.each<[string, string, number, number]>([
    ['three', `${TEXT}${PGP}\n${TEXT}${SSH}\n${TEXT}${CMS}`, 3, 0],
    ['no last line break', (TEXT + PGP).trimEnd(), 1, 0],
    ['a bad statement between two', `${TEXT}${PGP}\n${broken}${PGP}\n${TEXT}${SSH}`, 2, 1],
    ['an unknown kind', `${TEXT}${PGP.replaceAll('SIGNATURE', 'MESSAGE')}\n${TEXT}${SSH}`, 1, 1],
    ['a byte in the block', `${TEXT}${PGP.replace('iQ', 'i\x01')}\n${TEXT}${SSH}`, 1, 1],
    ['empty', '', 0, 1],
    ['text', 'Looks good to me.\n', 0, 1],
    ['no signature', TEXT, 0, 1],
    ['no signature in the first of two', `${TEXT}\n${TEXT}${PGP}`, 0, 1],
    ['an empty line above the signature', `${TEXT}\n${PGP}`, 0, 1],
    ['an empty line behind', `${TEXT}${PGP}\n\n`, 0, 1],
    ['no empty line between two', `${TEXT}${PGP}${TEXT}${PGP}`, 0, 1],
    ['two empty lines between two', `${TEXT}${PGP}\n\n${TEXT}${PGP}`, 0, 1],
    ['text between two', `${TEXT}${PGP}\nhello\n\n${TEXT}${PGP}`, 0, 1],
    ['END cut off', `${TEXT}-----BEGIN PGP SIGNATURE-----\n\niQ==\n`, 0, 1],
    ['END of another kind', `${TEXT}${PGP.replace('END PGP', 'END SSH')}`, 0, 1],
    ['two blocks', `${TEXT}${PGP}${PGP}`, 0, 1],
    ['a header twice', TEXT + TEXT + PGP, 0, 1],
    ['CRLF', (TEXT + PGP).replaceAll('\n', '\r\n'), 0, 1],
    [
      'as many as allowed',
      Array(MAX_APPROVALS)
        .fill(TEXT + SSH)
        .join('\n'),
      MAX_APPROVALS,
      0,
    ],
    [
      'one too many',
      Array(MAX_APPROVALS + 1)
        .fill(TEXT + SSH)
        .join('\n'),
      0,
      1,
    ],
    ['too large', `${TEXT}${PGP}\n${'x'.repeat(65_536)}`, 0, 1],
  ])('%s', (_, note, good, bad) => {
    expect(count(note)).toEqual([good, bad]);
  });

  it('any notes in a row, as many approvals; any line taken out, never a new statement', () => {
    const armor = fc.constantFrom(PGP, SSH, CMS);
    const signed = fc.tuple(approvals, armor);
    fc.assert(
      fc.property(fc.array(signed, { minLength: 1, maxLength: 4 }), fc.nat(), (all, cut) => {
        const texts = all.map(([a, block]) => Buffer.from(formatStatement(a)).toString() + block);
        const note = texts.join('\n');
        const found = parseApprovals(bytes(note)).approvals.map(({ statement }) => statement);
        expect(found).toEqual(all.map(([approval]) => approval));
        const lines = note.split('\n');
        lines.splice(cut % lines.length, 1);
        const known = new Set(all.map(([a]) => JSON.stringify(a)));
        for (const { statement } of parseApprovals(bytes(lines.join('\n'))).approvals) {
          expect(known.has(JSON.stringify(statement))).toBe(true);
        }
      }),
    );
  });
});

describe('notes that real tools made', () => {
  let gpg: GpgHome;
  let repo: TestRepo;
  let dir: string;
  beforeAll(async () => {
    gpg = await GpgHome.create();
    repo = await buildRepo();
    dir = await mkdtemp(join(tmpdir(), 'gw-approval-'));
  }, 60_000);
  afterAll(async () => {
    await gpg.remove();
    await repo.remove();
    await rm(dir, { recursive: true });
  });

  it('gpg and ssh-keygen by git notes append, both verify over the payload', async () => {
    const commit = await repo.commit();
    const payload = formatStatement({ ...APPROVAL, commit });
    const file = join(dir, 'statement');
    await writeFile(file, payload);
    const key = join(dir, 'key');
    await runTool(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const alice = await gpg.newKey('Alice', 'alice@example.com');
    const text = Buffer.from(payload).toString();
    const byGpg = text + (await gpg.sign(alice, payload));
    const sign = ['-Y', 'sign', '-q', '-f', key, '-n', APPROVAL_NAMESPACE] as const;
    const bySsh =
      text + (await runTool(['ssh-keygen', ...sign], { input: payload })).stdout.toString();
    for (const note of [byGpg, bySsh]) {
      await repo.git('notes', '--ref=gitward-approvals', 'append', '-m', note.trimEnd(), commit);
    }
    const note = (await repo.run(['cat-file', 'blob', `refs/notes/gitward-approvals:${commit}`]))
      .stdout;
    const { approvals: found, problems } = parseApprovals(note);
    expect([found.map(({ format }) => format), problems]).toEqual([['openpgp', 'ssh'], []]);
    const [pgp, ssh] = found;
    await writeFile(`${file}.asc`, pgp?.armor ?? '');
    await writeFile(`${file}.sig`, ssh?.armor ?? '');
    await gpg.gpg(['--verify', `${file}.asc`, '-'], pgp?.payload);
    const check = [
      '-Y',
      'check-novalidate',
      '-n',
      APPROVAL_NAMESPACE,
      '-s',
      `${file}.sig`,
    ] as const;
    const said = await runTool(['ssh-keygen', ...check], { input: ssh?.payload ?? '' });
    expect(said.status).toBe(0);
  });
});
