import type { KeyView, SignatureView } from './openpgp-internals.ts';

/**
 * Recomputes the two octets of a signature that repeat the start of its digest. They are not signed
 * and only a hint (RFC 9580 §5.2.3), but the library enforces them, and GitHub's old key carries them
 * wrongly in its self-signature and many others. The signature itself is still checked in full.
 */
export async function repairLeft16(
  signature: SignatureView,
  data: object,
  detached = false,
): Promise<void> {
  const type = signature.signatureType;
  // Version 6 is younger than the software that got this wrong.
  if (type === null || signature.version >= 6) return;
  try {
    const toHash = signature.toHash(type, data, detached);
    const digest = await signature.hash(type, data, toHash, detached);
    signature.signedHashValue = digest.slice(0, 2);
  } catch {
    // A digest the library cannot make stays as it is; the check that follows says why.
  }
}

/** Repairs the certifications and bindings that a key made about itself. */
export async function repairKey(key: KeyView): Promise<void> {
  const primary = { key: key.keyPacket };
  for (const signature of key.directSignatures) await repairLeft16(signature, primary);
  for (const { userID, userAttribute, selfCertifications } of key.users) {
    const about = userID === null ? { ...primary, userAttribute } : { ...primary, userID };
    for (const signature of selfCertifications) await repairLeft16(signature, about);
  }
  for (const { keyPacket, bindingSignatures } of key.subkeys) {
    const about = { ...primary, bind: keyPacket };
    for (const signature of bindingSignatures) {
      await repairLeft16(signature, about);
      const back = signature.embeddedSignature;
      if (back !== null) await repairLeft16(back, about);
    }
  }
}
