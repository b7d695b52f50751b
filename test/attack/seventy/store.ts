import { readFile, writeFile } from 'node:fs/promises';
import { GitError } from '../../../src/adapters/git/failure.ts';
import { decodeIdx, encodeIdx } from '../../../src/adapters/git/idx-file.ts';
import { indexPack } from '../../../src/adapters/git/pack-index.ts';
import { hashObject, verifyOid } from '../../../src/commit/oid.ts';
import { parseTree } from '../../../src/commit/tree.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { adopt, filesIn } from '../../support/git-server/world.ts';
import { makePack, oidOf, repeatingDelta } from '../../support/git-server/pack-maker.ts';
import { runTool } from '../../support/gpg.ts';
import { LineWorld } from '../../support/line/world.ts';
import { commitText, edit } from '../judgement.ts';
import type { AttackCase, Played } from './case.ts';
import { variants } from './case.ts';
import type { Workshop } from './workshop.ts';

const MIB = 1_048_576;

const OBJECTS: readonly AttackCase[] = [
  {
    ...{ number: 50, name: 'offsets of two objects swapped in the index' },
    expected: 'CommitMalformed',
    naive: ['git cat-file', 'the other object'],
    play: swapped,
  },
  {
    ...{ number: 53, name: 'two objects with one SHA-1 name', expected: 'GitProtocolError' },
    excused: true,
    play: async () => ({
      skipped:
        'no two Git objects with one SHA-1 name are known: the published collisions are of bytes without the header that Git hashes',
    }),
  },
  {
    ...{ number: 54, name: 'commit with a header of 2 MiB', expected: 'CommitMalformed' },
    play: async (workshop) => {
      const long = `\nx-note ${'x'.repeat(2 * MIB)}\n\n`;
      return { verdict: await workshop.verdict(edit(commitText(), '\n\n', long)) };
    },
  },
  {
    ...{ number: 54, name: 'commit with a million headers', expected: 'CommitMalformed' },
    play: async (workshop) => {
      const many = `\n${'x y\n'.repeat(MIB)}\n`;
      return { verdict: await workshop.verdict(edit(commitText(), '\n\n', many)) };
    },
  },
  {
    ...{ number: 54, name: 'pack that unfolds a million times', expected: 'RepositoryTooLarge' },
    play: bomb,
  },
];

/** Swaps where the index says that two blobs are, under right checksums, and asks for one. */
async function swapped(workshop: Workshop): Promise<Played> {
  const world = await workshop.world();
  const dataDir = await world.dataDir();
  await adopt(await world.open({ dataDir }));
  const [one, two] = [
    await blobAt(world.work, 'a/one.yaml'),
    await blobAt(world.work, 'a/two.yaml'),
  ];
  const files = await filesIn(dataDir);
  const idx = files.find((file) => file.endsWith('.idx')) ?? '';
  const bytes = await readFile(idx);
  const objects = decodeIdx(bytes) ?? [];
  const offset = (oid: Oid): number => objects.find(({ name }) => name === oid)?.offset ?? 0;
  const places = new Map([
    [one, offset(two)],
    [two, offset(one)],
  ]);
  const lies = objects.map((object) => ({
    ...object,
    offset: places.get(object.name as Oid) ?? object.offset, // Names in an index are oids.
  }));
  await writeFile(idx, encodeIdx(lies, bytes.subarray(-40, -20)));
  const git = ['git', `--git-dir=${world.bare.dir}`, 'cat-file', 'blob', one] as const;
  const env = { GIT_OBJECT_DIRECTORY: idx.replace(/\/pack\/[^/]*$/, '') };
  const naive = (await runTool([...git], { env })).stdout;
  const found = await (await world.open({ dataDir })).published.readMany([one]);
  // Readers hand out what the index names; whoever judges bytes hashes them first.
  const raw = found.ok ? found.value.get(one) : undefined;
  const hashed = raw === undefined ? undefined : verifyOid({ ...raw, oid: one });
  return {
    verdict: hashed?.ok === false ? hashed.stop.reason : 'taken',
    naive: naive.includes('two: 2') ? 'the other object' : 'refused',
  };
}

async function blobAt(repo: Workshop['repo'], path: string): Promise<Oid> {
  return repo.head(`HEAD:${path}`);
}

async function bomb(): Promise<Played> {
  const base = Buffer.alloc(60_000, 'x');
  const deltas = Array.from({ length: 400 }, (_, i) => ({
    ...({ kind: 'ref', oid: oidOf('blob', base) } as const),
    delta: repeatingDelta(base.length, base.length - i, 4_000),
  }));
  const pack = makePack([{ kind: 'blob', bytes: base }, ...deltas]);
  try {
    await indexPack(pack, () => undefined);
    return { verdict: 'unfolded' };
  } catch (error) {
    if (error instanceof GitError) return { verdict: error.stop.reason };
    throw error;
  }
}

type Entry = readonly [mode: string, name: Uint8Array | string];

/** What reading a directory of these entries comes to. */
function treeOf(entries: readonly Entry[]): string {
  const parts = entries.flatMap(([mode, name]) => [
    Buffer.from(`${mode} `),
    Buffer.from(name),
    Buffer.of(0),
    Buffer.alloc(20, 0xab),
  ]);
  const bytes = Buffer.concat(parts);
  const parsed = parseTree({ oid: hashObject('tree', bytes), type: 'tree', bytes });
  return parsed.ok ? 'accepted' : parsed.stop.reason;
}

const TREES: readonly AttackCase[] = [
  ...variants<readonly [readonly Entry[], string]>(
    [
      ['.git', [[['100644', '.git']], 'PathEscapes']],
      ['.GIT', [[['40000', '.GIT']], 'PathEscapes']],
      ['..', [[['100644', '..']], 'PathEscapes']],
      ['a slash', [[['100644', 'a/b']], 'PathEscapes']],
      ['a line break', [[['100644', 'a\nb']], 'PathEscapes']],
      ['no UTF-8', [[['100644', Buffer.of(0xff, 0xfe)]], 'PathEscapes']],
      [
        'one name twice',
        [
          [
            ['100644', 'a'],
            ['100644', 'a'],
          ],
          'CommitMalformed',
        ],
      ],
      [
        'names not sorted',
        [
          [
            ['100644', 'b'],
            ['100644', 'a'],
          ],
          'CommitMalformed',
        ],
      ],
      ['an odd mode', [[['100666', 'a']], 'CommitMalformed']],
    ],
    (name, [entries, expected]) => ({
      ...{ number: 55, name: `directory with ${name}`, expected },
      play: async () => ({ verdict: treeOf(entries) }),
    }),
  ),
  ...variants(
    [
      ['symbolic link', '120000'],
      ['submodule', '160000'],
    ],
    (name, mode) => ({
      ...{ number: 56, name: `${name} among the manifests`, expected: 'PathEscapes' },
      play: (workshop) => linked(workshop, mode),
    }),
  ),
];

/** A signed commit with one entry of this mode in the target's directory, through the repo line. */
async function linked({ repo, alice }: Workshop, mode: string): Promise<Played> {
  await repo.git('checkout', '--quiet', '--orphan', `linked-${mode}`);
  await repo.git('rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '.');
  const link = mode === '120000' ? await repo.write('blob', '/etc/passwd') : 'a'.repeat(40);
  await repo.git('update-index', '--add', '--cacheinfo', `${mode},${link},deploy/link.yaml`);
  const tip = await repo.commit({ sign: alice });
  const world = await LineWorld.create(repo, alice);
  const { verify } = world.repo.spec;
  world.setSpec({ verify: { ...verify, bindIdentity: 'None' } });
  world.git.tip = tip;
  const end = await world.pass();
  const reason = end.stop?.reason ?? 'accepted';
  return { verdict: world.cluster.writes.length === 0 ? reason : 'something was written' };
}

/** Rows about objects, packs and directories. */
export const STORE: readonly AttackCase[] = [...OBJECTS, ...TREES];
