declare const oidBrand: unique symbol;

/** A SHA-1 object name: exactly 40 lower-case hexadecimal digits. */
export type Oid = string & { readonly [oidBrand]: true };

const OID = /^[0-9a-f]{40}$/;

/** Yields the oid, or `undefined` for anything that is not 40 lower-case hexadecimal digits. */
export function parseOid(text: string): Oid | undefined {
  // The brand says just what the pattern has checked.
  return OID.test(text) ? (text as Oid) : undefined;
}

/** The first 12 digits, for people. */
export function shortOid(oid: Oid): string {
  return oid.slice(0, 12);
}
