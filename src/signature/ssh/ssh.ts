import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad, signerOf } from '../evidence.ts';
import type { BadSignature, SignatureEvidence } from '../evidence.ts';
import type { FormatKeys, LoadedFormat, Moment, OwnedKey, SignedBytes } from '../format.ts';
import { judgeLife } from '../life.ts';
import { decodeSshArmor } from './armor.ts';
import { isCertificateType, judgeTime, judgeUse, parseCertificate } from './certificate.ts';
import type { SshCertificate } from './certificate.ts';
import { judgeBytes } from './check.ts';
import { parsePublicKey } from './key.ts';
import { Listing } from './listing.ts';
import type { Listed } from './listing.ts';
import { parseSshSignature, signedOctets } from './sshsig.ts';
import { WireReader } from './wire.ts';

/** Most certificates remembered; each takes a few kilobytes. */
const MAX_REMEMBERED = 500;

/** What the signing key is said to have signed, and its signature, unread. */
type Made = Readonly<{ message: Buffer; signature: Buffer; when: Moment }>;

/**
 * Loads public keys and certificate authorities. A key listed twice counts for the first owner, with the
 * lives of all copies. An authority may be listed for many owners: the certificate's principals say whose
 * it is, the first that fits. A certificate never stands for a listed key, nor an authority's own key for
 * its certificates. Never throws; a key that cannot be used is a problem for people.
 */
export function loadSsh(
  owned: readonly (OwnedKey<'ssh'> | OwnedKey<'sshAuthority'>)[],
): LoadedFormat {
  const { listing, usable, problems } = Listing.read(owned);
  return { keys: new SshKeys(listing), usable, problems };
}

class SshKeys implements FormatKeys {
  readonly #listing: Listing;
  /** Certificates that a listed authority signed, by blob: one comes with many commits. */
  readonly #signed = new Map<string, SshCertificate>();

  constructor(listing: Listing) {
    this.#listing = listing;
  }

  verify(signed: SignedBytes, when: Moment): Promise<SignatureEvidence> {
    return this.#judge(signed, when);
  }

  async #judge(
    { armor, payload, namespace }: SignedBytes,
    when: Moment,
  ): Promise<SignatureEvidence> {
    const blob = decodeSshArmor(armor);
    if (!blob.ok) return blob.stop;
    const read = parseSshSignature(blob.value);
    if (!read.ok) return read.stop;
    const { publicKey, signature } = read.value;
    if (read.value.namespace !== namespace) {
      const detail = `it was made for ${read.value.namespace}, not for ${namespace}`;
      return bad('SignatureInvalid', detail);
    }
    const made = { message: signedOctets(read.value, payload), signature, when };
    const isCertified = isCertificateType(new WireReader(publicKey).text());
    const signer = await (isCertified
      ? this.#certified(publicKey, made)
      : this.#plain(publicKey, made));
    if (!signer.ok) return signer.stop;
    const { key, owner, emails } = signer.value;
    const { fingerprint } = key;
    return {
      ...{ kind: 'good', format: 'ssh', signer: signerOf(owner, fingerprint), emails },
      ...{ roles: owner.roles, keyId: fingerprint },
    };
  }

  async #plain(
    blob: Buffer,
    { message, signature, when }: Made,
  ): Promise<Result<Listed, BadSignature>> {
    const listed = this.#listing.key(blob);
    if (listed === undefined) {
      const key = parsePublicKey(blob);
      if (!key.ok) return key;
      const { fingerprint } = key.value;
      return stopped(bad('SignerUntrusted', `no SignerSet lists key ${fingerprint}`, fingerprint));
    }
    const { key, owner } = listed;
    const refused =
      (await judgeBytes(key, message, signature)) ?? judgeLife(owner, key.fingerprint, when);
    return refused === undefined ? ok(listed) : stopped({ ...refused, key: key.fingerprint });
  }

  async #certified(
    blob: Buffer,
    { message, signature, when }: Made,
  ): Promise<Result<Listed, BadSignature>> {
    const read = await this.#certificate(blob);
    if (!read.ok) return read;
    const { key, authorityFingerprint, principals } = read.value;
    const { fingerprint } = key;
    const refused =
      (await judgeBytes(key, message, signature)) ??
      judgeUse(read.value) ??
      this.#judgeRevoked(read.value, when);
    if (refused !== undefined) return stopped({ ...refused, key: fingerprint });
    const listed = this.#listing.certified(key, authorityFingerprint, principals);
    if (listed === undefined) {
      const detail = `its certificate is for ${principals.join(', ')}, whom no SignerSet lists`;
      return stopped(bad('SignerUntrusted', detail, fingerprint));
    }
    // A revocation must not hide behind a certificate that is over.
    const over = judgeLife(listed.owner, fingerprint, when) ?? judgeTime(read.value, when);
    return over === undefined ? ok(listed) : stopped({ ...over, key: fingerprint });
  }

  /** Reads a certificate and checks that a listed authority signed it. */
  async #certificate(blob: Buffer): Promise<Result<SshCertificate, BadSignature>> {
    const id = blob.toString('latin1');
    const known = this.#signed.get(id);
    if (known !== undefined) return ok(known);
    const read = parseCertificate(blob);
    if (!read.ok) return read;
    const { key, authority, authorityFingerprint, signed, signature } = read.value;
    const listed = this.#listing.authority(authorityFingerprint);
    const refused =
      listed === undefined
        ? judgeStranger(authority, authorityFingerprint)
        : await judgeBytes(listed, signed, signature);
    if (refused !== undefined) return stopped({ ...refused, key: key.fingerprint });
    if (this.#signed.size >= MAX_REMEMBERED) this.#signed.clear();
    this.#signed.set(id, read.value);
    return read;
  }

  /** A key that is listed as revoked stays so under a certificate. */
  #judgeRevoked({ key }: SshCertificate, when: Moment): BadSignature | undefined {
    const owner = this.#listing.key(key.blob)?.owner;
    if (owner === undefined) return undefined;
    const lives = owner.lives.filter((life) => life.revoked !== undefined);
    return judgeLife({ ...owner, lives }, key.fingerprint, when);
  }
}

/** What there is to say of an authority that nobody lists. */
function judgeStranger(authority: Buffer, fingerprint: string): BadSignature {
  const key = parsePublicKey(authority);
  if (!key.ok) return key.stop;
  return bad(
    'SignerUntrusted',
    `no SignerSet lists the authority ${fingerprint} of its certificate`,
  );
}
