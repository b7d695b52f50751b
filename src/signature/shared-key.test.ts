import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import { SshHome } from '../../test/support/ssh.ts';
import { loadKeyring, verifyBytes } from './index.ts';
import type { Holder, KeyMaterial } from './index.ts';

const payload = Buffer.from('tree …\n\nmessage');

type Made = Readonly<{ format: 'openpgp' | 'ssh'; material: KeyMaterial; armor: string }>;

let gpg: GpgHome;
let ssh: SshHome;
let made: readonly Made[];
beforeAll(async () => {
  [gpg, ssh] = [await GpgHome.create(), await SshHome.create()];
  const key = await gpg.newKey('Forge', 'forge@example.com');
  const other = await ssh.newKey('Forge', 'forge@example.com');
  const armored = await gpg.publicKey(key);
  const [byGpg, bySsh] = [await gpg.sign(key, payload), await ssh.sign(other, payload)];
  made = [
    { format: 'openpgp', material: { kind: 'openpgp', armored }, armor: byGpg },
    { format: 'ssh', material: { kind: 'ssh', line: other.line }, armor: bySsh },
  ];
}, 60_000);
afterAll(async () => {
  await gpg.remove();
  await ssh.remove();
});

/** A holder of this key; the name decides who comes first. */
function holder(kind: Holder['class'], name: string, material: KeyMaterial): Holder {
  const roles = kind === 'person' ? ['release'] : [];
  const keys = [{ material, life: {} }];
  return { class: kind, signerSet: 'team', name, emails: [], roles, life: {}, keys };
}

describe("a forge's key that a person lists too", () => {
  it.each<[string, string, string]>([
    ['the person first', 'Ada', 'Forge'],
    ['the forge first', 'Zoe', 'Forge'],
  ])("%s, the forge's", async (_name, person, forge) => {
    for (const { format, material, armor } of made) {
      const holders = [holder('person', person, material), holder('forge', forge, material)];
      const { keyring } = await loadKeyring({ holders, sigstoreRoots: [] });
      const signed = { armor: Buffer.from(armor), payload, namespace: 'git' } as const;
      const at = Date.now() + 60_000;
      const found = await verifyBytes(format, signed, { keyring, when: { at, firstSeen: at } });
      expect(found).toMatchObject({ kind: 'good', roles: [] });
      expect(found).toMatchObject({ signer: { class: 'forge', name: forge } });
    }
  });
});
