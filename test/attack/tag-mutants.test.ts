import { afterAll, beforeAll, expect, it } from 'vitest';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashObject } from '../../src/commit/oid.ts';
import { parseTag } from '../../src/commit/tag.ts';
import type { ParsedTag } from '../../src/commit/tag.ts';
import { GpgHome } from '../support/gpg.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// Thousands of ways to disturb a signed tag. Whatever gitward takes, `git fsck --strict` must take
// and git must read the same way; whatever is cut as signed bytes, git must verify as the same.

const SEED = Number(process.env['SEED'] ?? 20_261_126);
const MUTANTS = Number(process.env['MUTANTS'] ?? 1_500);

let gpg: GpgHome;
let repo: TestRepo;
let bases: readonly string[];
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
  const alice = await gpg.newKey('Alice', 'alice@example.com');
  await repo.commit({ files: { a: '1' } });
  const config = ['-c', `gpg.program=${gpg.program}`];
  const sign = ['tag', '-u', alice.fingerprint, '-m', 'Release', '-m', 'body'];
  const env = gpg.env;
  await repo.run([...config, ...sign, '-s', 'v1'], { env });
  await repo.run(['tag', '-a', '-m', 'unsigned', 'v2', 'HEAD^{tree}'], { env });
  const objects = await Promise.all(['v1', 'v2'].map((name) => repo.head(`refs/tags/${name}`)));
  const raw = await Promise.all(objects.map((oid) => repo.object(oid)));
  bases = raw.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
}, 60_000);
afterAll(async () => {
  await repo.remove();
  await gpg.remove();
});

/** mulberry32: small, seeded, good enough to pick mutations. */
function picker(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const LINES = [
  `object ${'e'.repeat(40)}`,
  'type tree',
  'tag v9',
  'tagger E <e@x> 1 +0000',
  'gpgsig x',
  'encoding latin1',
  ' x',
  '',
  'text',
  '-----BEGIN PGP SIGNATURE-----',
  '-----END PGP SIGNATURE-----',
  '-----BEGIN SSH SIGNATURE-----',
] as const;
const BYTES = ['\n', ' ', '\r', '\0', '\t', '-', 'A', '\xff', '<', '.'] as const;

function mutate(base: string, pick: (below: number) => number): string {
  const lines = base.split('\n');
  // Half of the changes hit the headers.
  const at = pick(2) === 0 ? pick(5) : pick(lines.length);
  const line = lines[at] ?? '';
  const byte = BYTES[pick(BYTES.length)] ?? '';
  const cut = pick(line.length + 1);
  const changes: readonly (() => void)[] = [
    () => lines.splice(at, 0, LINES[pick(LINES.length)] ?? ''),
    () => lines.splice(at, 1),
    () => lines.splice(at, 0, line),
    () => lines.splice(at, 1, lines[pick(lines.length)] ?? ''),
    () => lines.splice(at, 1, line.slice(0, cut) + byte + line.slice(cut)),
    () => lines.splice(at, 1, line.slice(0, cut) + byte + line.slice(cut + 1)),
    () => lines.splice(at, 1, line.slice(0, cut) + line.slice(cut + 1)),
    () => lines.splice(at, 1, `${line} `),
    () => lines.push(LINES[pick(LINES.length)] ?? ''),
  ];
  changes[pick(changes.length)]?.();
  return lines.join('\n');
}

it(`${MUTANTS} tag mutants (SEED=${SEED}), git reads what gitward accepts the same way`, async () => {
  const pick = picker(SEED);
  const accepted = new Map<string, ParsedTag>();
  let refused = 0;
  const folder = join(repo.dir, '.git', 'mutants');
  await mkdir(folder);
  for (let i = 0; i < MUTANTS; i += 1) {
    const bytes = Buffer.from(mutate(bases[i % bases.length] ?? '', pick), 'latin1');
    const parsed = parseTag({ oid: hashObject('tag', bytes), type: 'tag', bytes });
    if (!parsed.ok) {
      refused += 1;
      continue;
    }
    accepted.set(parsed.value.oid, parsed.value);
    await writeFile(join(folder, parsed.value.oid), bytes);
  }
  expect([refused > 100, accepted.size > 100]).toEqual([true, true]);
  const paths = [...accepted.keys()].map((oid) => join(folder, oid)).join('\n');
  // Without --literally git checks each object as it is written.
  const stored = await repo.run(['hash-object', '-w', '-t', 'tag', '--stdin-paths'], {
    input: paths,
  });
  await rm(folder, { recursive: true });
  expect(stored.stdout.toString().trim().split('\n')).toEqual([...accepted.keys()]);
  const dangling = await repo.run(['fsck', '--strict', '--no-dangling', ...accepted.keys()]);
  const complaints = dangling.stderr.split('\n').filter((line) => /in tag/.test(line));
  expect(complaints).toEqual([]);
  expect(await gitsReading(accepted)).toEqual(new Map([...accepted].map(asGitPrints)));
}, 60_000);

type Row = readonly [oid: string, text: string];

function asGitPrints([oid, tag]: readonly [string, ParsedTag]): Row {
  const { object, objectType, name, tagger, signature } = tag;
  const armor = Buffer.from(signature?.armor ?? []).toString('latin1');
  const text = [object, objectType, name, tagger.when / 1_000, armor].join(' ');
  return [oid, text.trimEnd()];
}

async function gitsReading(tags: ReadonlyMap<string, ParsedTag>): Promise<Map<string, string>> {
  const refs = [...tags.keys()].map((oid) => `create refs/mutants/${oid} ${oid}\n`).join('');
  await repo.run(['update-ref', '--stdin'], { input: refs });
  const fields = ['object', 'type', 'tag', 'taggerdate:unix', 'contents:signature'];
  const format = `${fields.map((field) => `%(${field})`).join(' ')}%00`;
  const args = ['for-each-ref', `--format=%(objectname) ${format}`, 'refs/mutants/'];
  const listed = (await repo.run(args)).stdout.toString('latin1').trimEnd().split('\0');
  const rows = listed.map((row) => row.trim()).filter((row) => row !== '');
  return new Map(rows.map((row) => [row.slice(0, 40), row.slice(41).trimEnd()] as const));
}
