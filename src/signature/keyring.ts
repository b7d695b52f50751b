import { createHash } from 'node:crypto';
import type { SignerKey, SignerSet } from '../api/signerset.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Keyring } from './format.ts';
import { loadOpenPgp } from './openpgp.ts';

/** A person of a SignerSet, as plain data that can cross to a worker. */
export type TrustedPerson = Readonly<{
  signerSet: string;
  name: string;
  keys: readonly SignerKey[];
}>;

/** Keys ready to verify with; `usable` counts distinct keys, `problems` say which were left out and why. */
export type LoadedKeyring = Readonly<{
  keyring: Keyring;
  usable: number;
  problems: readonly string[];
}>;

/** Everybody in the SignerSets, in an order that does not depend on how they are listed. */
export function peopleOf(signerSets: readonly SignerSet[]): readonly TrustedPerson[] {
  const people = signerSets.flatMap(({ metadata, spec }) =>
    spec.people.map(({ name, keys }) => ({ signerSet: metadata.name, name, keys })),
  );
  return inOrder(people);
}

/** Parses every key once. Costs milliseconds a key: keep the answer as long as the digest stays. */
export async function loadKeyring(people: readonly TrustedPerson[]): Promise<LoadedKeyring> {
  const owned = inOrder(people).flatMap(({ signerSet, name, keys }) =>
    keys.map((key) => ({ armored: key.openPGP, name, signerSet })),
  );
  const { keys, usable, problems } = await loadOpenPgp(owned);
  return { keyring: { openpgp: keys }, usable, problems };
}

/** Names the trust in force: SHA-256 over who may sign with what, whatever the order of the lists. */
export function trustDigest(signerSets: readonly SignerSet[]): string {
  return digestPeople(peopleOf(signerSets));
}

/** The same digest from plain people. */
export function digestPeople(people: readonly TrustedPerson[]): string {
  const lines = people.flatMap(({ signerSet, name, keys }) =>
    keys.map((key) => canonicalJson({ signerSet, name, openPGP: key.openPGP.trim() })),
  );
  return createHash('sha256')
    .update([...new Set(lines)].toSorted().join('\n'))
    .digest('hex');
}

/** Which owner a key counts for must not depend on how lists are ordered. */
function inOrder(people: readonly TrustedPerson[]): readonly TrustedPerson[] {
  return people.toSorted((a, b) => compare(a.signerSet, b.signerSet) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
