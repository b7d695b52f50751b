import { joinOwners } from '../format.ts';
import type { KeyOwner, OwnedKey } from '../format.ts';
import { parseKeyLine } from './key-line.ts';
import type { SshPublicKey } from './key.ts';
import { isPlainPrincipal, matchesPrincipal } from './principal.ts';

/** A key with whose it is, and the addresses that it stands for. */
export type Listed = Readonly<{ key: SshPublicKey; owner: KeyOwner; emails: readonly string[] }>;

/** A certificate authority as one owner lists it: the principals are that owner's. */
type Authority = Readonly<{
  key: SshPublicKey;
  owner: KeyOwner;
  principals: readonly string[];
}>;

/** What the keys of all owners come to. */
export type ReadListing = Readonly<{
  listing: Listing;
  usable: number;
  problems: readonly string[];
}>;

type Owned = OwnedKey<'ssh'> | OwnedKey<'sshAuthority'>;

/** The keys and authorities of all owners, each parsed once. */
export class Listing {
  readonly #keys = new Map<string, Listed>();
  readonly #authorities = new Map<string, readonly Authority[]>();

  /** Reads what owners list. What cannot be used is a problem for people. */
  static read(owned: readonly Owned[]): ReadListing {
    const listing = new Listing();
    const usable = new Set<string>();
    const problems: string[] = [];
    for (const { material, owner } of owned) {
      const kind = material.kind === 'ssh' ? 'key' : 'authority';
      const whose = `SSH ${kind} of ${owner.name} in SignerSet ${owner.signerSet}`;
      const line = parseKeyLine(material.line);
      if (!line.ok) {
        problems.push(`${whose} is not used: ${line.stop}`);
        continue;
      }
      const key = line.value;
      if (material.kind === 'ssh') {
        const first = listing.#addKey(key, owner);
        if (first.name !== owner.name) {
          problems.push(`${whose} is also listed for ${first.name}, for whom it counts`);
        }
      } else if (material.principals.length === 0) {
        problems.push(`${whose} is not used: it is given no principal`);
        continue;
      } else listing.#addAuthority({ key, owner, principals: material.principals });
      usable.add(`${kind} ${key.fingerprint}`);
    }
    return { listing, usable: usable.size, problems };
  }

  /** The key with exactly this blob. */
  key(blob: Buffer): Listed | undefined {
    return this.#keys.get(idOf(blob));
  }

  /** The authority with this fingerprint, whoever lists it. */
  authority(fingerprint: string): SshPublicKey | undefined {
    return this.#authorities.get(fingerprint)?.[0]?.key;
  }

  /**
   * Whose a certificate with these principals is: the first owner of whom one of them is. What any other
   * owner that fits says against the authority or itself counts too, so that who is revoked stays so
   * where a pattern lists everybody.
   */
  certified(
    key: SshPublicKey,
    fingerprint: string,
    principals: readonly string[],
  ): Listed | undefined {
    const all = this.#authorities.get(fingerprint) ?? [];
    const fitting = all.filter((one) =>
      principals.some((name) => matchesPrincipal(one.principals, name)),
    );
    const [first] = fitting;
    if (first === undefined) return undefined;
    const own = all.filter(({ owner }) => isSameOwner(owner, first.owner));
    const lives = [...new Set([...fitting, ...own])].flatMap(({ owner }) => owner.lives);
    return { key, owner: { ...first.owner, lives }, emails: emailsOf(first, principals) };
  }

  #addKey(key: SshPublicKey, owner: KeyOwner): KeyOwner {
    const id = idOf(key.blob);
    const first = this.#keys.get(id)?.owner;
    const joined = first === undefined ? owner : joinOwners(first, owner);
    this.#keys.set(id, { key, owner: joined, emails: joined.emails });
    return joined;
  }

  #addAuthority(authority: Authority): void {
    const { fingerprint } = authority.key;
    this.#authorities.set(fingerprint, [...(this.#authorities.get(fingerprint) ?? []), authority]);
  }
}

/**
 * The addresses that a certificate stands for. What the list of principals covers must be certified;
 * an address outside of it is the owner's by the SignerSet alone.
 */
function emailsOf(
  { owner, principals }: Authority,
  certified: readonly string[],
): readonly string[] {
  // An address that the list itself takes off again is nobody's, however plainly it stands there.
  const own = owner.emails.filter(
    (email) =>
      isPlainPrincipal(email) &&
      matchesPrincipal(owner.emails, email) &&
      !matchesPrincipal(principals, email),
  );
  const proved = certified.filter(
    (name) => matchesPrincipal(principals, name) && matchesPrincipal(owner.emails, name),
  );
  return [...own, ...proved];
}

function isSameOwner(a: KeyOwner, b: KeyOwner): boolean {
  return a.class === b.class && a.signerSet === b.signerSet && a.name === b.name;
}

function idOf(blob: Buffer): string {
  return blob.toString('latin1');
}
