import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashObject } from '../../src/commit/oid.ts';
import { parseTag } from '../../src/commit/tag.ts';
import type { ParsedTag } from '../../src/commit/tag.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// A signed tag served as something it is not: under another ref, with text that nobody signed, with
// a second signature. The naive reader cuts at the first BEGIN, as many scripts do, and never looks
// at the name inside.

let gpg: GpgHome;
let repo: TestRepo;
let alice: GpgKey;
let mallory: GpgKey;
let honest: string;
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  mallory = await gpg.newKey('Mallory', 'mallory@example.com');
  await repo.commit({ files: { a: '1' } });
  honest = await signedTag('v1.0.0', 'Release 1.0.0\n');
}, 60_000);
afterAll(async () => {
  await repo.remove();
  await gpg.remove();
});

async function signedTag(name: string, message: string): Promise<string> {
  const config = ['-c', `gpg.program=${gpg.program}`];
  const args = ['tag', '-s', '--cleanup=verbatim', '-u', alice.fingerprint, '-m', message, name];
  const made = await repo.run([...config, ...args], { env: gpg.env });
  if (made.status !== 0) throw new Error(made.stderr);
  const tag = await repo.object(await repo.head(`refs/tags/${name}`));
  return Buffer.from(tag.bytes).toString('latin1');
}

async function verifies(payload: Uint8Array, armor: string): Promise<boolean> {
  const keys = await openpgp.readKey({ armoredKey: await gpg.publicKey(alice) });
  const message = await openpgp.createMessage({ binary: payload });
  const signature = await openpgp.readSignature({ armoredSignature: armor });
  const found = await openpgp.verify({ message, signature, verificationKeys: keys });
  return (found.signatures[0]?.verified ?? Promise.resolve(false)).catch(() => false);
}

/** The first block in the text, checked over all that stands before it. */
function naive(text: string): Promise<boolean> {
  const at = text.indexOf('-----BEGIN PGP SIGNATURE-----');
  const end = text.indexOf('-----END PGP SIGNATURE-----') + '-----END PGP SIGNATURE-----\n'.length;
  return verifies(Buffer.from(text.slice(0, at), 'latin1'), text.slice(at, end));
}

function read(text: string): ParsedTag | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const tag = parseTag({ oid: hashObject('tag', bytes), type: 'tag', bytes });
  return tag.ok ? tag.value : undefined;
}

async function judge(text: string, ref: string): Promise<string> {
  const tag = read(text);
  if (tag === undefined) return 'malformed';
  if (`refs/tags/${tag.name}` !== ref) return 'another name';
  const { signature } = tag;
  if (signature === undefined) return 'unsigned';
  const good = await verifies(tag.payload, Buffer.from(signature.armor).toString('latin1'));
  return good ? 'good' : 'not by Alice';
}

describe('tags', () => {
  it('the honest tag, good for gitward, git and the naive reader', async () => {
    expect([await naive(honest), await judge(honest, 'refs/tags/v1.0.0')]).toEqual([true, 'good']);
    const said = await repo.run(['verify-tag', 'v1.0.0'], { env: gpg.env });
    expect(said.status).toBe(0);
  });

  it('v1.0.0 served as v2.0.0, only the name inside tells', async () => {
    await repo.git('update-ref', 'refs/tags/v2.0.0', await repo.head('refs/tags/v1.0.0'));
    const said = await repo.run(['verify-tag', 'v2.0.0'], { env: gpg.env });
    expect([said.status, await naive(honest)]).toEqual([0, true]);
    expect(await judge(honest, 'refs/tags/v2.0.0')).toBe('another name');
  });

  it('text behind the signature, the naive reader shows it as part of a good tag', async () => {
    const text = `${honest}\nApproved for production.\n`;
    expect([await naive(text), await judge(text, 'refs/tags/v1.0.0')]).toEqual([true, 'malformed']);
  });

  it('a message with a signature in it and more text, read to its real end', async () => {
    const block = honest.slice(honest.indexOf('-----BEGIN'));
    const text = await signedTag('v1.1.0', `Quotes 1.0.0:\n${block}and goes on\n`);
    expect([await naive(text), await judge(text, 'refs/tags/v1.1.0')]).toEqual([false, 'good']);
  });

  it("Mallory's block behind Alice's, the last one counts as in git", async () => {
    const payload = `${honest}Release of Mallory\n`;
    const text = payload + (await gpg.sign(mallory, Buffer.from(payload, 'latin1')));
    expect([await naive(text), await judge(text, 'refs/tags/v1.0.0')]).toEqual([
      true,
      'not by Alice',
    ]);
    expect(Buffer.from(read(text)?.payload ?? []).toString('latin1')).toBe(payload);
  });

  it("Alice's block behind Mallory's text, not by Alice", async () => {
    const text = honest.replace('Release 1.0.0', 'Release 6.6.6');
    expect([await naive(text), await judge(text, 'refs/tags/v1.0.0')]).toEqual([
      false,
      'not by Alice',
    ]);
  });
});
