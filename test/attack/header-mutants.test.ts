import { afterAll, beforeAll, expect, it } from 'vitest';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashObject } from '../../src/commit/oid.ts';
import { parseCommit } from '../../src/commit/parse.ts';
import type { ParsedCommit } from '../../src/commit/parse.ts';
import { verifySignature } from '../../src/signature/index.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { buildRepo, withSignature } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';
import { momentOf } from '../support/trust.ts';
import { keyringOf } from './judgement.ts';

// Thousands of ways to disturb the headers of a signed commit. Whatever gitward takes, the real git
// must read the same way; whatever it calls signed, `git verify-commit` must call good.

const SEED = Number(process.env['SEED'] ?? 20_261_123);
const MUTANTS = Number(process.env['MUTANTS'] ?? 800);
const FORMAT = '%H %T %P %at %ct';

let gpg: GpgHome;
let repo: TestRepo;
let alice: GpgKey;
let keyring: Keyring;
let bases: readonly Uint8Array[];
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
  const first = await repo.object(await repo.commit({ sign: alice, files: { a: '1' } }));
  const second = await repo.object(await repo.commit({ sign: alice, message: 'two' }));
  const text = Buffer.from(second.bytes).toString('latin1');
  const unsigned = text.replace(/gpgsig [^]*?\n(?! )/, '');
  const extra = unsigned.replace('\n\n', '\nencoding UTF-8\nHG:extra a\nx-note b\n c\n\n');
  const payload = Buffer.from(extra, 'latin1');
  bases = [first.bytes, second.bytes, withSignature(payload, await gpg.sign(alice, payload))];
});
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
  `tree ${'e'.repeat(40)}`,
  `parent ${'e'.repeat(40)}`,
  'author E <e@x> 1 +0000',
  'committer E <e@x> 1 +0000',
  'encoding latin1',
  'gpgsig x',
  'gpgsig-sha256 x',
  'gpgsigx y',
  'mergetag z',
  'x y',
  ' ',
  ' x',
  '-----END PGP SIGNATURE-----',
  ' -----END PGP SIGNATURE-----',
  ' -----BEGIN PGP SIGNATURE-----',
  '',
] as const;
const BYTES = [0x0a, 0x20, 0x0d, 0x00, 0x09, 0x2d, 0x41, 0xff] as const;

function mutate(base: Uint8Array, pick: (below: number) => number): Uint8Array {
  const text = Buffer.from(base).toString('latin1');
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n');
  const body = text.slice(end);
  const at = pick(lines.length);
  const other = pick(lines.length);
  const line = lines[at] ?? '';
  const byte = String.fromCharCode(BYTES[pick(BYTES.length)] ?? 0);
  const cut = pick(line.length + 1);
  const changes: readonly (() => void)[] = [
    () => lines.splice(at, 0, LINES[pick(LINES.length)] ?? ''),
    () => lines.splice(at, 1),
    () => lines.splice(at, 0, lines[other] ?? ''),
    () => lines.splice(at, 1, lines[other] ?? ''),
    () => lines.splice(at, 1, line.slice(0, cut) + byte + line.slice(cut)),
    () => lines.splice(at, 1, line.slice(0, cut) + byte + line.slice(cut + 1)),
    () => lines.splice(at, 1, line.slice(0, cut) + line.slice(cut + 1)),
    () => lines.splice(at, 1, line.toUpperCase()),
    () => lines.splice(at, 1, `${line} `),
    () => lines.splice(at, 1, ` ${line}`),
    () => lines.splice(lines.length, 0, LINES[pick(LINES.length)] ?? ''),
  ];
  changes[pick(changes.length)]?.();
  return Buffer.from(lines.join('\n') + body, 'latin1');
}

function asGitPrints(commit: ParsedCommit): string {
  const times = [commit.author.when / 1_000, commit.committer.when / 1_000];
  return `${commit.oid} ${commit.tree} ${commit.parents.join(' ')} ${times.join(' ')}`;
}

it(`${MUTANTS} header mutants (SEED=${SEED}), git reads what gitward accepts the same way`, async () => {
  const pick = picker(SEED);
  const accepted = new Map<string, ParsedCommit>();
  const signed: string[] = [];
  let refused = 0;
  for (let i = 0; i < MUTANTS; i += 1) {
    const once = mutate(bases[i % bases.length] ?? Buffer.of(), pick);
    const bytes = pick(3) === 0 ? mutate(once, pick) : once;
    const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
    if (!parsed.ok) {
      refused += 1;
      continue;
    }
    accepted.set(parsed.value.oid, parsed.value);
    await writeMutant(parsed.value.oid, bytes);
    const evidence = await verifySignature(parsed.value, keyring, momentOf(Date.now()));
    if (evidence.kind === 'good') signed.push(parsed.value.oid);
  }
  // The run says something only if all three fates occur.
  expect([refused > 50, accepted.size > 50, signed.length > 0]).toStrictEqual([true, true, true]);
  await storeMutants([...accepted.keys()]);
  const input = [...accepted.keys()].join('\n');
  const log = await repo.run(['log', '--no-walk=unsorted', '--stdin', `--format=${FORMAT}`], {
    input,
  });
  const read = log.stdout.toString().trim().split('\n');
  expect(read.toSorted()).toStrictEqual([...accepted.values()].map(asGitPrints).toSorted());
  const verified = await repo.run(['verify-commit', ...new Set(signed)], { env: gpg.env });
  expect(verified.status).toBe(0);
});

const folder = (): string => join(repo.dir, '.git', 'mutants');

async function writeMutant(oid: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder(), { recursive: true });
  await writeFile(join(folder(), oid), bytes);
}

async function storeMutants(oids: readonly string[]): Promise<void> {
  const input = oids.map((oid) => join(folder(), oid)).join('\n');
  const command = ['hash-object', '-w', '--literally', '-t', 'commit', '--stdin-paths'];
  const stored = await repo.run(command, { input });
  expect(stored.stdout.toString().trim().split('\n')).toStrictEqual(oids);
  await rm(folder(), { recursive: true });
}
