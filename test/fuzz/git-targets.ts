import { askRefs, readGreeting, readRefsV2 } from '../../src/adapters/git/advertisement.ts';
import { applyDelta } from '../../src/adapters/git/delta.ts';
import { GitError } from '../../src/adapters/git/failure.ts';
import { decodeIdx, encodeIdx } from '../../src/adapters/git/idx-file.ts';
import { indexPack } from '../../src/adapters/git/pack-index.ts';
import { PacketReader, packet } from '../../src/adapters/git/pkt-line.ts';
import { hashObject } from '../../src/commit/oid.ts';
import { parseCommit } from '../../src/commit/parse.ts';
import { sealOf } from '../../src/commit/seal.ts';
import { parseTag } from '../../src/commit/tag.ts';
import { parseTree } from '../../src/commit/tree.ts';
import { appendingDelta, makePack, oidOf, sealed } from '../support/git-server/pack-maker.ts';
import { holds, latin1, texts } from './target.ts';
import type { Target } from './target.ts';

const OID = 'a'.repeat(40);
const WHO = 'A <a@example.com> 1700000000 +0000';
const BLOCK = '-----BEGIN PGP SIGNATURE-----\n\niQ==\n=AAAA\n-----END PGP SIGNATURE-----';
const SIGNATURE = `gpgsig ${BLOCK.replaceAll('\n', '\n ')}\n`;
const HEAD = `tree ${OID}\nparent ${'b'.repeat(40)}\nauthor ${WHO}\ncommitter ${WHO}\n`;

const WORDS = [
  ...['tree ', 'parent ', 'author ', 'committer ', 'encoding ', 'gpgsig ', 'gpgsig-sha256 '],
  ...['mergetag ', 'object ', 'type commit', 'tag ', 'tagger ', '\n ', '\n\n', OID, WHO],
  ...[
    '-----BEGIN PGP SIGNATURE-----',
    '-----END PGP SIGNATURE-----',
    '-----BEGIN SSH SIGNATURE-----',
  ],
] as const;

const commit: Target = {
  name: 'commit',
  words: WORDS,
  seeds: async () =>
    texts(
      `${HEAD}\nm\n`,
      `${HEAD}${SIGNATURE}\nm\n`,
      `${HEAD}encoding x\nHG:a b\n${SIGNATURE}\nm\n`,
    ),
  run: (bytes) => {
    const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
    if (!parsed.ok) return;
    const { payload, tree, parents } = parsed.value;
    const oid = hashObject('commit', payload);
    const again = parseCommit({ oid, type: 'commit', bytes: payload });
    holds(again.ok, 'what is signed is itself a commit');
    if (!again.ok) return;
    holds(again.value.signature === undefined, 'what is signed holds no signature');
    holds(Buffer.from(again.value.payload).equals(payload), 'cutting twice cuts nothing more');
    holds(again.value.tree === tree, 'the same tree');
    holds(again.value.parents.join() === parents.join(), 'the same parents');
  },
};

const tag: Target = {
  name: 'tag',
  words: WORDS,
  seeds: async () => {
    const head = `object ${OID}\ntype commit\ntag v1\ntagger ${WHO}\n`;
    return texts(`${head}\nm\n`, `${head}\nm\n${BLOCK}\n`);
  },
  run: (bytes) => {
    const parsed = parseTag({ oid: hashObject('tag', bytes), type: 'tag', bytes });
    if (!parsed.ok) return;
    const { payload } = parsed.value;
    const starts = Buffer.from(bytes).subarray(0, payload.length).equals(payload);
    holds(starts, 'what is signed is how the tag begins');
    const isWhole = parsed.value.signature === undefined;
    holds(isWhole === (payload.length === bytes.length), 'only a signature is cut off');
  },
};

const tree: Target = {
  name: 'tree',
  words: ['100644 ', '100755 ', '40000 ', '120000 ', '160000 ', '.git', '..', 'a\0'],
  seeds: async () => {
    const entry = (mode: string, name: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20, 7)]);
    const all = [entry('100644', 'a'), entry('40000', 'b'), entry('120000', 'c')];
    return [Buffer.concat(all), entry('100755', 'ü'), Buffer.of()];
  },
  run: (bytes) => {
    const parsed = parseTree({ oid: hashObject('tree', bytes), type: 'tree', bytes });
    if (!parsed.ok) return;
    const modes = {
      file: 100644,
      executable: 100755,
      symlink: 120000,
      gitlink: 160000,
      tree: 40000,
    };
    const written = parsed.value.map(({ mode, name, oid }) =>
      Buffer.concat([Buffer.from(`${modes[mode]} ${name}\0`), Buffer.from(oid, 'hex')]),
    );
    holds(Buffer.concat(written).equals(bytes), 'written again, the same bytes');
  },
};

const seal: Target = {
  name: 'seal trailer',
  words: ['Gitward-Seal: ', 'gitward-seal: ', OID, '\n\n', '---\n', '# '],
  seeds: async () => texts(`subject\n\nbody\n\nGitward-Seal: ${OID}\nSigned-off-by: A <a@x>\n`),
  run: (bytes) => {
    const found = sealOf(bytes);
    holds(found === undefined || latin1(bytes).includes(found), 'the oid stands in the message');
  },
};

/** Passes over the one error that a reader of the wire may throw. */
async function typed(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
  }
}

/** The bytes in chunks of an uneven size. */
async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 251 || 1) {
    yield bytes.subarray(at, at + size);
  }
}

const pktLine: Target = {
  name: 'pkt-line',
  words: ['0000', '0001', '0002', '0004', 'fff0', 'ERR ', 'version 2\n'],
  seeds: async () => [Buffer.concat([packet('version 2\n'), packet('a=b\n'), Buffer.from('0000')])],
  run: (bytes) =>
    typed(async () => {
      const reader = new PacketReader(chunks(bytes));
      while ((await reader.next()) !== undefined);
    }),
};

const refs: Target = {
  name: 'ref advertisement',
  words: ['0000', 'refs/heads/main', ' peeled:', OID, '\0', 'unborn HEAD'],
  seeds: async () => {
    const lines = [
      packet(`${OID} refs/heads/main\n`),
      packet(`${OID} refs/tags/v1 peeled:${OID}\n`),
    ];
    return [Buffer.concat([...lines, Buffer.from('0000')]), askRefs(['refs/heads/main'])];
  },
  run: (bytes) =>
    typed(async () => {
      const found = await readRefsV2(new PacketReader(chunks(bytes)), [
        'refs/heads/main',
        'refs/tags/',
      ]);
      for (const { oid } of found.values()) holds(/^[0-9a-f]{40}$/.test(oid), 'an oid is an oid');
    }),
};

const greeting: Target = {
  name: 'server greeting',
  words: [
    '0000',
    'version 2\n',
    'ls-refs',
    'fetch=shallow',
    'object-format=sha256',
    'shallow ',
    '\0',
  ],
  seeds: async () => {
    const service = Buffer.concat([packet('# service=git-upload-pack\n'), Buffer.from('0000')]);
    const v2 = [packet('version 2\n'), packet('ls-refs=unborn\n'), packet('fetch=shallow\n')];
    const v1 = packet(`${OID} refs/heads/main\0side-band-64k ofs-delta no-done\n`);
    const end = Buffer.from('0000');
    return [Buffer.concat([service, ...v2, end]), Buffer.concat([service, v1, end])];
  },
  run: (bytes) =>
    typed(async () => {
      const said = await readGreeting(new PacketReader(chunks(bytes)), ['refs/heads/main']);
      if (said.version === 1) holds(said.refs.size <= 1, 'only what was asked for');
    }),
};

const pack: Target = {
  name: 'pack index',
  words: ['PACK', '\0\0\0\u0002', '\u0078\u009c'],
  seeds: async () => {
    const base = Buffer.from('base '.repeat(30));
    const blob = { kind: 'blob', bytes: base } as const;
    const delta = appendingDelta(base.length, Buffer.from('tail'));
    const ref = { kind: 'ref', oid: oidOf('blob', base), delta } as const;
    const all = [makePack([blob]), makePack([blob, ref])];
    return all.map((one) => one.subarray(0, -20));
  },
  run: (bytes) => typed(() => indexPack(sealed(bytes), () => undefined)),
};

const delta: Target = {
  name: 'delta',
  words: ['\u0080', '\u00ff', '\u007f'],
  seeds: async () => [appendingDelta(150, Buffer.from('tail'))],
  run: (bytes) => typed(async () => applyDelta(Buffer.alloc(150, 1), Buffer.from(bytes))),
};

const idx: Target = {
  name: 'idx file',
  words: ['\u00fftOc', '\0\0\0\u0002'],
  seeds: async () => {
    const found = await indexPack(
      makePack([{ kind: 'blob', bytes: Buffer.from('x') }]),
      () => undefined,
    );
    return [encodeIdx(found, Buffer.alloc(20)).subarray(0, -20)];
  },
  run: (bytes) => {
    const whole = sealed(bytes);
    const found = decodeIdx(whole);
    if (found === undefined) return;
    holds(
      found.every(({ name }) => /^[0-9a-f]{40}$/.test(name)),
      'names are oids',
    );
  },
};

/** What comes out of Git repositories and off the wire. */
export const GIT_TARGETS: readonly Target[] = [
  commit,
  tag,
  tree,
  seal,
  pktLine,
  refs,
  greeting,
  pack,
  delta,
  idx,
];
