import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { hashObject } from '../src/commit/oid.ts';
import { makePack } from '../test/support/git-server/pack-maker.ts';
import type { PackPart } from '../test/support/git-server/pack-maker.ts';
import { buildBareRepo, withSignature } from '../test/support/repo-builder.ts';
import type { TestRepo } from '../test/support/repo-builder.ts';
import { craftArmor, craftKey, craftSignature } from '../test/support/ssh-craft.ts';

/** A straight history, half of it signed by OpenPGP and half by SSH keys, and who may sign it. */
export type SignedHistory = Readonly<{
  repo: TestRepo;
  /** Files for `--signers`, for gpg's import and for `gpg.ssh.allowedSignersFile`. */
  keyring: string;
  allowedSigners: string;
}>;

const FIRST_SECONDS = 1_700_000_000;

/** Each of them signs in turn. */
const PEOPLE = 4;

type Sign = (payload: Uint8Array) => Promise<string>;

/** Makes a bare repository of this many signed commits in one pack, as `git gc` leaves it, in seconds. */
export async function makeSignedHistory(commits: number): Promise<SignedHistory> {
  const repo = await buildBareRepo();
  const keyring = join(repo.dir, 'keyring.asc');
  const allowedSigners = join(repo.dir, 'allowed_signers');
  const pgp = await pgpSigners();
  const ssh = Array.from({ length: PEOPLE }, () => craftKey('ssh-ed25519'));
  const sshSigners = ssh.map(
    (key): Sign =>
      (payload) =>
        Promise.resolve(craftArmor(craftSignature(key, payload))),
  );
  await writeFile(keyring, pgp.map(({ armored }) => armored).join('\n'));
  const lines = ssh.map(({ line }, i) => `person${i}@example.com ${line}\n`);
  await writeFile(allowedSigners, lines.join(''));
  const signers = [...pgp.map(({ sign }) => sign), ...sshSigners];
  const parts: PackPart[] = [{ kind: 'tree', bytes: new Uint8Array() }];
  let head = '';
  for (let at = 0; at < commits; at += 1) {
    const payload = payloadOf(at, head);
    const armor = await signers[at % signers.length]?.(payload);
    const bytes = withSignature(payload, armor ?? '');
    head = hashObject('commit', bytes);
    parts.push({ kind: 'commit', bytes });
  }
  const packed = await repo.run(['index-pack', '--stdin'], { input: makePack(parts) });
  if (packed.status !== 0) throw new Error(`git index-pack: ${packed.stderr}`);
  await repo.git('update-ref', 'refs/heads/main', head);
  return { repo, keyring, allowedSigners };
}

function payloadOf(at: number, parent: string): Uint8Array {
  const person = `Person ${at % PEOPLE} <person${at % PEOPLE}@example.com> ${FIRST_SECONDS + at} +0000`;
  const lines = [
    `tree ${hashObject('tree', new Uint8Array())}`,
    ...(parent === '' ? [] : [`parent ${parent}`]),
    `author ${person}`,
    `committer ${person}`,
    '',
    `Change number ${at} of a long history`,
    '',
  ];
  return Buffer.from(lines.join('\n'));
}

async function pgpSigners(): Promise<readonly Readonly<{ armored: string; sign: Sign }>[]> {
  const date = new Date((FIRST_SECONDS - 86_400) * 1_000);
  const made = Array.from({ length: PEOPLE }, async (_, i) => {
    const userIDs = { name: `Person ${i}`, email: `person${i}@example.com` };
    const options = {
      curve: 'ed25519Legacy',
      type: 'ecc',
      userIDs,
      date,
      format: 'object',
    } as const;
    const { privateKey } = await openpgp.generateKey(options);
    const sign: Sign = async (payload) => {
      const message = await openpgp.createMessage({ binary: payload });
      const how = { message, signingKeys: privateKey, detached: true, format: 'armored' } as const;
      return openpgp.sign(how);
    };
    return { armored: privateKey.toPublic().armor(), sign };
  });
  return Promise.all(made);
}
