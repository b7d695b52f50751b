import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashObject } from '../../src/commit/oid.ts';
import { parseCommit } from '../../src/commit/parse.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import { commitText, edit, judge, keyringOf, signedCommit } from './judgement.ts';

// Under a valid signature, verifier and checkout read different trees. The naive reader below is how
// isomorphic-git up to 1.44.8 worked: it derives the signed text again and lets the last header win.

const HONEST_TREE = 'a'.repeat(40);
const EVIL_TREE = 'e'.repeat(40);
const BEGIN = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';

function naive(bytes: Uint8Array): Readonly<{ tree: string; payload: string; armor: string }> {
  const text = Buffer.from(bytes).toString('latin1');
  const cutFrom = text.indexOf('\ngpgsig');
  const cutTo = text.indexOf(`${END}\n`) + END.length + 1;
  const payload = `${text.slice(0, cutFrom)}\n${text.slice(cutTo)}`;
  const headers = new Map<string, string>();
  let name = '';
  for (const line of text.slice(0, text.indexOf('\n\n')).split('\n')) {
    if (line.startsWith(' ')) headers.set(name, `${headers.get(name)}\n${line.slice(1)}`);
    else {
      name = line.split(' ', 1)[0] ?? '';
      headers.set(name, line.slice(name.length + 1));
    }
  }
  return { tree: headers.get('tree') ?? '', payload, armor: headers.get('gpgsig') ?? '' };
}

let gpg: GpgHome;
let keyring: Keyring;
let publicKey: openpgp.Key;
let honest: Uint8Array;
beforeAll(async () => {
  gpg = await GpgHome.create();
  const alice = await gpg.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
  publicKey = await openpgp.readKey({ armoredKey: await gpg.publicKey(alice) });
  honest = await signedCommit(alice, commitText('change\n', HONEST_TREE));
});
afterAll(() => gpg.remove());

const variants: readonly (readonly [string, string, string])[] = [
  ['END line with a blank behind it', ` ${END}\n`, ` ${END} \ntree ${EVIL_TREE}\nx ${END}\n`],
  [
    'header that begins like gpgsig',
    `gpgsig ${BEGIN}`,
    `gpgsigx y\ntree ${EVIL_TREE}\ngpgsig ${BEGIN}`,
  ],
];

describe('tree confusion', () => {
  it('the honest commit, accepted with its tree', async () => {
    expect(await judge(honest, keyring)).toBe('good');
    const parsed = parseCommit({
      oid: hashObject('commit', honest),
      type: 'commit',
      bytes: honest,
    });
    expect(parsed.ok && parsed.value.tree).toBe(HONEST_TREE);
  });

  it.each(variants)(
    '%s, the naive reader verifies and takes the evil tree',
    async (_, from, to) => {
      const read = naive(edit(honest, from, to));
      const result = await openpgp.verify({
        message: await openpgp.createMessage({ binary: Buffer.from(read.payload, 'latin1') }),
        signature: await openpgp.readSignature({ armoredSignature: read.armor }),
        verificationKeys: publicKey,
      });
      expect(await result.signatures[0]?.verified).toBe(true);
      expect(read.tree).toBe(EVIL_TREE);
    },
  );

  const everything: typeof variants = [
    ...variants,
    ['header inside the armor', `\n ${END}\n`, `\ntree ${EVIL_TREE}\nx y\n ${END}\n`],
    ['second tree first', 'tree ', `tree ${EVIL_TREE}\ntree `],
    ['second tree after committer', '\ngpgsig', `\ntree ${EVIL_TREE}\ngpgsig`],
    ['tree after the signature', ` ${END}\n`, ` ${END}\ntree ${EVIL_TREE}\n`],
    ['parent after the signature', ` ${END}\n`, ` ${END}\nparent ${EVIL_TREE}\n`],
    ['tree under CR', '\nauthor', `\n\rtree ${EVIL_TREE}\nauthor`],
    ['capital tree', '\ngpgsig', `\nTREE ${EVIL_TREE}\ngpgsig`],
  ];

  it.each(everything)('%s, malformed', async (_, from, to) => {
    expect(await judge(edit(honest, from, to), keyring)).toBe('CommitMalformed');
  });
});
