/**
 * Our view of the openpgp library: the members gitward relies on, the semi-internal ones among them
 * (`toHash`, `hash`, a settable `signedHashValue`, `null` as "whatever the time"). The version is
 * pinned exactly and a test checks that each member is there.
 */

/** The eight octets that name a key in a signature; never enough to trust it. */
export interface KeyIdView {
  bytes: string;
  toHex(): string;
}

/** A signature packet. */
export interface SignatureView {
  version: number;
  signatureType: number | null;
  hashAlgorithm: number | null;
  publicKeyAlgorithm: number | null;
  created: Date | null;
  signatureExpirationTime: number | null;
  signatureNeverExpires: boolean;
  issuerKeyID: KeyIdView;
  issuerFingerprint: Uint8Array | null;
  signedHashValue: Uint8Array | null;
  embeddedSignature: SignatureView | null;
  toHash(type: number, data: object, detached: boolean): Uint8Array;
  hash(type: number, data: object, toHash: Uint8Array, detached: boolean): Promise<Uint8Array>;
  verify(...check: VerifyArguments): Promise<void>;
}

/** Arguments of a packet's own check: key, signature type, signed data, moment, detached, config. */
export type VerifyArguments = readonly [
  key: KeyPacketView,
  type: number,
  data: object,
  date: Date | null,
  detached: boolean,
  config: object,
];

/** Key material, of a primary key or a subkey. */
export interface KeyPacketView {
  algorithm: number;
  created: Date;
  version: number;
  getAlgorithmInfo(): Readonly<{ algorithm: string; bits?: number; curve?: string }>;
  getFingerprint(): string;
  getKeyID(): KeyIdView;
}

/** A user ID or attribute with the certifications of the key itself. */
export interface UserView {
  userID: object | null;
  userAttribute: object | null;
  selfCertifications: SignatureView[];
  revocationSignatures: SignatureView[];
}

/** A subkey with its bindings. */
export interface SubkeyView {
  keyPacket: KeyPacketView;
  bindingSignatures: SignatureView[];
  revocationSignatures: SignatureView[];
  getExpirationTime(date: Date | null, config: object): Promise<Date | number | null>;
}

/** A whole public key. */
export interface KeyView {
  keyPacket: KeyPacketView;
  users: UserView[];
  subkeys: SubkeyView[];
  directSignatures: SignatureView[];
  getFingerprint(): string;
  isPrivate(): boolean;
  getExpirationTime(userID: undefined, config: object): Promise<Date | number | null>;
  getPrimarySelfSignature(date: Date | null, userID: undefined, config: object): Promise<object>;
  getSigningKey(
    keyID: KeyIdView,
    date: Date,
    userID: undefined,
    config: object,
  ): Promise<{ getFingerprint(): string }>;
  update(source: KeyView, date: Date | null, config: object): Promise<KeyView>;
}

/** Members that must exist on a signature packet, a key and a subkey of the pinned version. */
export const REQUIRED_MEMBERS = {
  signature: ['toHash', 'hash', 'verify', 'signedHashValue', 'issuerFingerprint'],
  key: [
    'getSigningKey',
    'getPrimarySelfSignature',
    'getExpirationTime',
    'update',
    'directSignatures',
  ],
  subkey: ['keyPacket', 'bindingSignatures', 'revocationSignatures', 'getExpirationTime'],
} as const;
