import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { loadKeyring } from '../../../src/signature/index.ts';
import type { Holder, Keyring } from '../../../src/signature/index.ts';
import type { GpgHome } from '../../support/gpg.ts';
import { runTool } from '../../support/gpg.ts';
import { craftArmor, craftKey, craftSignature } from '../../support/ssh-craft.ts';
import { person, trustIn } from '../../support/trust.ts';
import {
  certify,
  EMAIL_PROTECTION,
  keyUsage,
  names,
  purposes,
} from '../../support/x509/certificates.ts';
import { makeCms } from '../../support/x509/cms.ts';

/** Somebody who signs in this process, fast enough for thousands of mutants. */
export type Signer = Readonly<{
  format: 'openpgp' | 'ssh' | 'x509';
  sign: (payload: Uint8Array) => Promise<string>;
  holder: Holder;
}>;

/** Alice in three formats, the keyring that lists her, and what git needs to judge the same way. */
export type SignersOfAll = Readonly<{
  signers: readonly [Signer, Signer, Signer];
  keyring: Keyring;
  /** `-c` settings of git. */
  config: readonly string[];
}>;

const MAIL = 'alice@example.com';

/** Makes them in the directory of `gpg`, where gpg and gpgsm find the public halves. */
export async function makeSigners(gpg: GpgHome): Promise<SignersOfAll> {
  const signers = [await openPgpSigner(gpg), await sshSigner(gpg), await x509Signer(gpg)] as const;
  const { keyring } = await loadKeyring(trustIn(...signers.map(({ holder }) => holder)));
  const config = ['-c', `gpg.ssh.allowedSignersFile=${allowedSigners(gpg)}`];
  return { signers, keyring, config };
}

async function openPgpSigner(gpg: GpgHome): Promise<Signer> {
  const key = await gpg.newKey('Alice', MAIL);
  const secret = await openpgp.readPrivateKey({ armoredKey: await gpg.secretKey(key) });
  const holder = person('Alice', [await gpg.publicKey(key)], { emails: [MAIL] });
  const sign = async (payload: Uint8Array): Promise<string> => {
    const message = await openpgp.createMessage({ binary: payload });
    const how = { message, signingKeys: secret, detached: true, format: 'binary' } as const;
    const bytes = await openpgp.sign(how);
    const type = openpgp.enums.armor.signature;
    // With a checksum, as gpg writes it.
    const armor = openpgp.armor(type, bytes, undefined, undefined, undefined, true);
    return armor.replaceAll('\r', '');
  };
  return { format: 'openpgp', sign, holder };
}

const allowedSigners = ({ dir }: GpgHome): string => join(dir, 'allowed_signers');

async function sshSigner(gpg: GpgHome): Promise<Signer> {
  const key = craftKey('ssh-ed25519');
  await writeFile(allowedSigners(gpg), `${MAIL} ${key.line}\n`);
  const sign = (payload: Uint8Array): Promise<string> =>
    Promise.resolve(craftArmor(craftSignature(key, payload)));
  const material = { kind: 'ssh', line: key.line } as const;
  return { format: 'ssh', sign, holder: { ...plainAlice(), keys: [{ material, life: {} }] } };
}

async function x509Signer(gpg: GpgHome): Promise<Signer> {
  const root = certify({ name: 'Root' });
  const extensions = [names(MAIL), keyUsage(0x80), purposes(EMAIL_PROTECTION)];
  const leaf = certify({ name: 'Alice', by: root, extensions });
  const print = createHash('sha1').update(root.bytes).digest('hex').toUpperCase();
  await writeFile(join(gpg.dir, 'gpgsm.conf'), 'disable-crl-checks\ndisable-policy-checks\n');
  await writeFile(join(gpg.dir, 'trustlist.txt'), `${print} S relax\n`);
  await runTool(['gpgsm', '--batch', '--import'], { env: gpg.env, input: root.pem });
  const sign = (payload: Uint8Array): Promise<string> => {
    const cms = makeCms({ payload, leaf, certificates: [leaf, root] }).toString('base64');
    const lines = (cms.match(/.{1,64}/g) ?? []).join('\n');
    const armor = `-----BEGIN SIGNED MESSAGE-----\n${lines}\n-----END SIGNED MESSAGE-----\n`;
    return Promise.resolve(armor);
  };
  const material = { kind: 'x509', authorities: root.pem, san: MAIL } as const;
  return { format: 'x509', sign, holder: { ...plainAlice(), keys: [{ material, life: {} }] } };
}

function plainAlice(): Omit<Holder, 'keys'> {
  const plain = { class: 'person', signerSet: 'team', roles: [], life: {} } as const;
  return { ...plain, name: 'Alice', emails: [MAIL] };
}
