import { parseDateTime } from '../api/date-time.ts';
import type { LifeSpec, RevocationReason, SignerKey, SignerSet } from '../api/signerset.ts';
import type { Instant } from '../domain/clock.ts';

/** When a person or key counts, as its SignerSet says. `notAfter` is the first instant that it no longer does. */
export type Life = Readonly<{
  notBefore?: Instant;
  notAfter?: Instant;
  revoked?: Readonly<{ reason: RevocationReason; at: Instant }>;
}>;

/** One key as its SignerSet gives it, unread. */
export type KeyMaterial =
  | Readonly<{ kind: 'openpgp'; armored: string }>
  /** `type base64 [comment]`. */
  | Readonly<{ kind: 'ssh'; line: string }>
  /** A certificate authority; a certificate must name one of the principals. */
  | Readonly<{ kind: 'sshAuthority'; line: string; principals: readonly string[] }>
  /** PEM certificates; a leaf below them must carry the subject alternative name. */
  | Readonly<{ kind: 'x509'; authorities: string; san: string }>
  /** An identity that Fulcio certified; `root` names one of the trust's Sigstore roots. */
  | Readonly<{ kind: 'sigstore'; identity: string; issuer: string; root: string }>;

/** A key with its life. */
export type HolderKey = Readonly<{ material: KeyMaterial; life: Life }>;

/** A person, or a forge that signs in the name of people and never counts as one. */
export type HolderClass = 'person' | 'forge';

/** Somebody whose keys are known, as plain data that can cross to a worker. */
export type Holder = Readonly<{
  class: HolderClass;
  signerSet: string;
  name: string;
  emails: readonly string[];
  roles: readonly string[];
  life: Life;
  keys: readonly HolderKey[];
}>;

/** A Sigstore trusted root: the JSON text, and whether a signature must carry its transparency log entry. */
export type SigstoreRoot = Readonly<{
  signerSet: string;
  name: string;
  trustedRoot: string;
  transparency: 'Required' | 'DecisionTime';
}>;

/** All that a verdict trusts, as plain data. */
export type Trust = Readonly<{
  holders: readonly Holder[];
  sigstoreRoots: readonly SigstoreRoot[];
}>;

/** The trust of SignerSets, in an order that does not depend on how they are listed. */
export function trustOf(signerSets: readonly SignerSet[]): Trust {
  const holders = signerSets.flatMap((set) => [...peopleOf(set), ...forgesOf(set)]);
  const roots = signerSets.flatMap(({ metadata, spec: { sigstoreRoots = [] } }) =>
    sigstoreRoots.map((root): SigstoreRoot => ({ signerSet: metadata.name, ...root })),
  );
  return { holders: inOrder(holders), sigstoreRoots: inOrder(roots) };
}

/** Which owner a key counts for must not depend on how lists are ordered. */
export function inOrder<T extends Pick<Holder, 'signerSet' | 'name'>>(
  named: readonly T[],
): readonly T[] {
  return named.toSorted((a, b) => compare(a.signerSet, b.signerSet) || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function peopleOf({ metadata, spec }: SignerSet): readonly Holder[] {
  return spec.people.map((person) => ({
    ...{ class: 'person', signerSet: metadata.name, name: person.name },
    emails: person.emails ?? [],
    roles: person.roles ?? [],
    life: lifeOf(person),
    keys: keysOf(person.keys),
  }));
}

function forgesOf({ metadata, spec: { forges = [] } }: SignerSet): readonly Holder[] {
  return forges.map(({ name, keys }) => ({
    ...{ class: 'forge', signerSet: metadata.name, name },
    ...{ emails: [], roles: [], life: {} },
    keys: keysOf(keys),
  }));
}

function keysOf(keys: readonly SignerKey[]): readonly HolderKey[] {
  return keys.flatMap((key) => {
    const life = lifeOf(key);
    return materialsOf(key).map((material) => ({ material, life }));
  });
}

/** One, by the rule `one-key`. */
function materialsOf(key: SignerKey): readonly KeyMaterial[] {
  const { openPGP, ssh, sshAuthority, x509, sigstore } = key;
  const found: KeyMaterial[] = [];
  if (openPGP !== undefined) found.push({ kind: 'openpgp', armored: openPGP });
  if (ssh !== undefined) found.push({ kind: 'ssh', line: ssh.trim() });
  if (sshAuthority !== undefined) {
    const { key: line, principals } = sshAuthority;
    found.push({ kind: 'sshAuthority', line: line.trim(), principals });
  }
  if (x509 !== undefined) found.push({ kind: 'x509', ...x509 });
  if (sigstore !== undefined) found.push({ kind: 'sigstore', ...sigstore });
  return found;
}

/** A moment that cannot be read cannot get here. Should one, the life has already ended. */
function lifeOf({ notBefore, notAfter, revoked }: LifeSpec): Life {
  const [from, until] = [notBefore, notAfter].map((text) => parseDateTime(text ?? ''));
  const isLost =
    (notBefore !== undefined && from === undefined) ||
    (notAfter !== undefined && until === undefined);
  const end = isLost ? 0 : until;
  return {
    ...(from === undefined ? {} : { notBefore: from }),
    ...(end === undefined ? {} : { notAfter: end }),
    ...(revoked === undefined
      ? {}
      : { revoked: { reason: revoked.reason, at: parseDateTime(revoked.at) ?? 0 } }),
  };
}
