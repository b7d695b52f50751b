import { createHash } from 'node:crypto';
import type { SignerSet } from '../api/signerset.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Keyring, KeyOwner, OwnedKey } from './format.ts';
import { loadOpenPgp } from './openpgp.ts';
import { loadSsh } from './ssh/ssh.ts';
import { inOrder, trustOf } from './trust.ts';
import type { Holder, KeyMaterial, Trust } from './trust.ts';
import { loadX509 } from './x509/x509.ts';

/** Keys ready to verify with; `usable` counts distinct keys, `problems` say which were left out and why. */
export type LoadedKeyring = Readonly<{
  keyring: Keyring;
  usable: number;
  problems: readonly string[];
}>;

/** Parses every key once. Costs milliseconds a key: keep the answer as long as the digest stays. */
export async function loadKeyring(trust: Trust): Promise<LoadedKeyring> {
  const owned = inOrder(trust.holders).flatMap((holder) =>
    holder.keys.map(({ material, life }) => ({ material, owner: ownerOf(holder, life) })),
  );
  const formats = {
    openpgp: await loadOpenPgp(owned.filter(isOf('openpgp'))),
    ssh: loadSsh([...owned.filter(isOf('ssh')), ...owned.filter(isOf('sshAuthority'))]),
    x509: loadX509(
      [...owned.filter(isOf('x509')), ...owned.filter(isOf('sigstore'))],
      trust.sigstoreRoots,
    ),
  };
  const { openpgp, ssh, x509 } = formats;
  return {
    // A kind that nobody uses stays: its signatures are by a key that is not listed, not of a kind unknown.
    keyring: { openpgp: openpgp.keys, ssh: ssh.keys, x509: x509.keys },
    usable: openpgp.usable + ssh.usable + x509.usable,
    problems: [...openpgp.problems, ...ssh.problems, ...x509.problems],
  };
}

/** Names the trust in force: SHA-256 over who may sign with what, whatever the order of the lists. */
export function trustDigest(signerSets: readonly SignerSet[]): string {
  return digestTrust(trustOf(signerSets));
}

/** The same digest from plain trust. */
export function digestTrust({ holders, sigstoreRoots }: Trust): string {
  const lines = holders.flatMap(({ keys, ...holder }) =>
    keys.map(({ material, life }) =>
      canonicalJson({
        ...holder,
        emails: holder.emails.toSorted(),
        roles: holder.roles.toSorted(),
        key: { ...trimmed(material), life },
      }),
    ),
  );
  const roots = sigstoreRoots.map((root) => canonicalJson(root));
  return createHash('sha256')
    .update([...new Set([...lines, ...roots])].toSorted().join('\n'))
    .digest('hex');
}

function isOf<K extends KeyMaterial['kind']>(kind: K) {
  return (one: OwnedKey<KeyMaterial['kind']>): one is OwnedKey<K> => one.material.kind === kind;
}

function ownerOf(holder: Holder, key: KeyOwner['lives'][number]): KeyOwner {
  const { class: kind, signerSet, name, emails, roles, life } = holder;
  return { class: kind, signerSet, name, emails, roles, lives: [life, key] };
}

/** White space around a key means nothing. */
function trimmed(material: KeyMaterial): KeyMaterial {
  switch (material.kind) {
    case 'openpgp':
      return { ...material, armored: material.armored.trim() };
    case 'ssh':
    case 'sshAuthority':
      return { ...material, line: material.line.trim() };
    case 'x509':
      return { ...material, authorities: material.authorities.trim() };
    case 'sigstore':
      return material;
  }
}
