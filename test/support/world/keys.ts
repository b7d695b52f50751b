import type { Person } from '../../../src/api/signerset.ts';
import { GpgHome } from '../gpg.ts';
import type { GpgKey } from '../gpg.ts';
import { SshHome } from '../ssh.ts';
import type { SshKey } from '../ssh.ts';

/** When Carol's key was made; it expired half a year later. */
export const CAROLS_TIME = new Date('2024-01-01T00:00:00Z');

/** The keys of a world: Ada and Carol sign with OpenPGP, Bob with SSH, Mallory is enrolled nowhere. */
export type WorldKeys = Readonly<{ ada: GpgKey; bob: SshKey; carol: GpgKey; mallory: GpgKey }>;

/** Makes everybody's keys; Carol's has expired. */
export async function makeKeys(): Promise<WorldKeys> {
  const [home, ssh] = await Promise.all([GpgHome.create(), SshHome.create()]);
  const ada = await home.newKey('Ada', 'ada@example.com');
  const mallory = await home.newKey('Mallory', 'mallory@example.com');
  const bob = await ssh.newKey('Bob', 'bob@example.com');
  const aged = { at: CAROLS_TIME, expires: '180d' };
  const carol = await home.newKey('Carol', 'carol@example.com', aged);
  return { ada, bob, carol, mallory };
}

/** The three who may sign, as a SignerSet lists them. */
export async function peopleOf({ ada, bob, carol }: WorldKeys): Promise<readonly Person[]> {
  const of = ({ name, email }: GpgKey | SshKey, key: Person['keys'][number]): Person => {
    return { name, emails: [email], roles: ['release'], keys: [key] };
  };
  return [
    of(ada, { openPGP: await ada.home.publicKey(ada) }),
    of(bob, { ssh: bob.line }),
    of(carol, { openPGP: await carol.home.publicKey(carol) }),
  ];
}

/** Forgets every key. */
export async function removeKeys({ ada, bob }: WorldKeys): Promise<void> {
  await Promise.all([ada.home.remove(), bob.ssh.remove()]);
}
