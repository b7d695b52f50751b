/** Primary fingerprints that a forge signs with, by forge: GitHub's web-flow, the old key and the one since 2024. */
const FORGE_FINGERPRINTS: Readonly<Record<string, readonly string[]>> = {
  GitHub: ['5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23', '968479A1AFF927E37D1A566BB5690EEEBB952194'],
};

const KNOWN: ReadonlySet<string> = new Set(Object.values(FORGE_FINGERPRINTS).flat());

/** Whether a forge is known to sign with this OpenPGP key: then it never counts as a person's, whoever lists it. */
export function isForgeFingerprint(fingerprint: string): boolean {
  return KNOWN.has(fingerprint.toUpperCase());
}
