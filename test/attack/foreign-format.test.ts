import { afterAll, beforeAll, expect, it } from 'vitest';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome, runTool } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { withSignature } from '../support/repo-builder.ts';
import { commitText, edit, judge, keyringOf, signedCommit } from './judgement.ts';

// A signature of another kind, handed to the OpenPGP path or hoped to be taken for "nothing to check".
// The naive reader treats whatever it cannot parse as unsigned, which a lax policy lets through.

let gpg: GpgHome;
let alice: GpgKey;
let keyring: Keyring;
let dir: string;
beforeAll(async () => {
  gpg = await GpgHome.create();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
  dir = await mkdtemp(join(tmpdir(), 'gw-ssh-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
  await gpg.remove();
});

async function gpgOutput(...args: readonly string[]): Promise<Uint8Array> {
  const signed = await gpg.gpg([...args, '-u', alice.fingerprint, '--armor'], commitText());
  return withSignature(commitText(), signed.toString());
}

it('a real SSH signature where only OpenPGP keys are listed, untrusted', async () => {
  const key = join(dir, 'key');
  await runTool(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await runTool(['sh', '-c', 'cat > "$1"', 'sh', `${key}.txt`], { input: commitText() });
  await runTool(['ssh-keygen', '-q', '-Y', 'sign', '-n', 'git', '-f', key, `${key}.txt`]);
  const bytes = withSignature(commitText(), await readFile(`${key}.txt.sig`, 'utf8'));
  expect(await judge(bytes, keyring)).toBe('SignerUntrusted');
});

it.each([
  ['an SSH', 'SSH SIGNATURE', 'SignatureFormatUnsupported'],
  // Its checksum line alone makes it no PEM.
  ['a CMS', 'SIGNED MESSAGE', 'CommitMalformed'],
])('OpenPGP bytes under %s label, refused', async (_, label, reason) => {
  const honest = await signedCommit(alice);
  const begin = edit(honest, 'BEGIN PGP SIGNATURE', `BEGIN ${label}`);
  const bytes = edit(begin, 'END PGP SIGNATURE', `END ${label}`);
  expect(await judge(bytes, keyring)).toBe(reason);
});

it.each([
  ['inline-signed message', ['--sign']],
  ['clear-signed message', ['--clear-sign']],
])('%s, unsupported', async (_, args) => {
  expect(await judge(await gpgOutput(...args), keyring)).toBe('SignatureFormatUnsupported');
});

it('inline-signed message under the label of a signature, unsupported', async () => {
  const bytes = edit(await gpgOutput('--sign'), 'BEGIN PGP MESSAGE', 'BEGIN PGP SIGNATURE');
  const relabelled = edit(bytes, 'END PGP MESSAGE', 'END PGP SIGNATURE');
  expect(await judge(relabelled, keyring)).toBe('SignatureFormatUnsupported');
});

it('a public key under the label of a signature, unsupported', async () => {
  const key = (await gpg.publicKey(alice)).replaceAll('PUBLIC KEY BLOCK', 'SIGNATURE');
  const bytes = withSignature(commitText(), key);
  expect(await judge(bytes, keyring)).toBe('SignatureFormatUnsupported');
});
