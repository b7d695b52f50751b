import type { Holder, Keyring } from '../../../src/signature/index.ts';
import type { SshHome } from '../../support/ssh.ts';
import { ringOf } from './workshop.ts';

/** Alice with these SSH keys, or a certificate authority that speaks for her mail address. */
export function sshAlice(
  given: Readonly<{ line?: string; authority?: string; life?: Holder['life'] }>,
): Holder {
  const { line, authority, life = {} } = given;
  const keys: Holder['keys'][number][] = [];
  if (line !== undefined) keys.push({ material: { kind: 'ssh', line }, life });
  if (authority !== undefined) {
    const principals = ['alice@example.com'];
    keys.push({ material: { kind: 'sshAuthority', line: authority, principals }, life });
  }
  const plain = { class: 'person', signerSet: 'team', roles: [], life: {} } as const;
  return { ...plain, name: 'Alice', emails: ['alice@example.com'], keys };
}

/** The keyring of that one holder. */
export function sshRing(given: Parameters<typeof sshAlice>[0]): Promise<Keyring> {
  return ringOf(sshAlice(given));
}

/** Are the bytes a signature by whatever key they bring, for whatever they say? */
export async function validates(
  ssh: SshHome,
  armor: string,
  { payload, namespace }: Readonly<{ payload: Uint8Array; namespace?: string }>,
): Promise<string> {
  return (await ssh.isValid(armor, payload, namespace)) ? 'accepted' : 'refused';
}
