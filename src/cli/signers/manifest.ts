import type { LifeSpec, Person, SignerKey, SignerSet } from '../../api/signerset.ts';
import { EMAIL } from '../../api/validate/signer-key.ts';
import { validateSignerSet } from '../../api/validate.ts';
import { toTimestamp } from '../../domain/clock.ts';
import type { Holder, HolderKey, KeyMaterial, Life } from '../../signature/trust.ts';

/** A SignerSet, and what of the holders did not go into it. */
export type WrittenSet = Readonly<{ set: SignerSet; problems: readonly string[] }>;

/** Longest name of a person, and what it is made of (`crds/signersets.yaml`). */
const MAX_NAME_LENGTH = 128;
const NOT_IN_NAMES = /[^\p{L}\p{M}\p{N} ._@+'-]+/gu;
const NOT_FIRST = /^[^\p{L}\p{N}]+/u;

const EMAIL_PATTERN = new RegExp(EMAIL.pattern, 'u');

/** Makes the SignerSet `name` of holders from another file; it may still break rules, which are told. */
export function writeSignerSet(holders: readonly Holder[], name: string): WrittenSet {
  const problems: string[] = [];
  const taken = new Set<string>();
  const people: Person[] = [];
  const forges: { name: string; keys: readonly SignerKey[] }[] = [];
  for (const holder of holders) {
    const named = uniqueName(holder.name, taken);
    const keys = holder.keys.flatMap((key) => keyOf(key) ?? []);
    if (holder.class === 'forge') {
      forges.push({ name: named, keys });
      continue;
    }
    const emails = holder.emails.filter((email) => EMAIL_PATTERN.test(email));
    const dropped = holder.emails.length - emails.length;
    if (dropped > 0) problems.push(`${named}: ${dropped} principals are no addresses; left out`);
    people.push({
      name: named,
      ...(emails.length === 0 ? {} : { emails }),
      ...(holder.roles.length === 0 ? {} : { roles: holder.roles }),
      ...lifeOf(holder.life),
      keys,
    });
  }
  const set: SignerSet = {
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'SignerSet',
    metadata: { name },
    spec: { people, ...(forges.length === 0 ? {} : { forges }) },
  };
  const broken = validateSignerSet(set.spec).map(({ path, message }) => `${path} ${message}`);
  return { set, problems: [...problems, ...broken] };
}

function uniqueName(text: string, taken: Set<string>): string {
  const plain = text
    .replace(NOT_IN_NAMES, '-')
    .replace(NOT_FIRST, '')
    .slice(0, MAX_NAME_LENGTH - 4);
  const name = plain === '' ? 'somebody' : plain;
  let unique = name;
  for (let i = 2; taken.has(unique); i += 1) unique = `${name} ${i}`;
  taken.add(unique);
  return unique;
}

function keyOf({ material, life }: HolderKey): SignerKey | undefined {
  const key = materialOf(material);
  return key === undefined ? undefined : { ...key, ...lifeOf(life) };
}

function materialOf(material: KeyMaterial): SignerKey | undefined {
  switch (material.kind) {
    case 'openpgp':
      return { openPGP: material.armored };
    case 'ssh':
      return { ssh: material.line };
    case 'sshAuthority':
      return { sshAuthority: { key: material.line, principals: material.principals } };
    case 'x509':
    case 'sigstore':
      // Neither kind of file that is imported has these.
      return undefined;
  }
}

function lifeOf({ notBefore, notAfter, revoked }: Life): LifeSpec {
  return {
    ...(notBefore === undefined ? {} : { notBefore: toTimestamp(notBefore) }),
    ...(notAfter === undefined ? {} : { notAfter: toTimestamp(notAfter) }),
    ...(revoked === undefined
      ? {}
      : { revoked: { reason: revoked.reason, at: toTimestamp(revoked.at) } }),
  };
}
