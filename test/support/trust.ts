import type { Holder, KeyMaterial, Moment, Trust } from '../../src/signature/index.ts';

/** A person of SignerSet `team` with these OpenPGP keys and no bounds; `more` replaces what it names. */
export function person(
  name: string,
  armored: readonly string[],
  more: Partial<Holder> = {},
): Holder {
  const keys = armored.map((one) => ({ material: openPgp(one), life: {} }));
  const plain = { class: 'person', signerSet: 'team', emails: [], roles: [], life: {} } as const;
  return { ...plain, name, keys, ...more };
}

/** The trust that lists these holders and nothing else. */
export function trustIn(...holders: readonly Holder[]): Trust {
  return { holders, sigstoreRoots: [] };
}

/** Decided and first seen at one moment. */
export function momentOf(at: number): Moment {
  return { at, firstSeen: at };
}

function openPgp(armored: string): KeyMaterial {
  return { kind: 'openpgp', armored };
}
