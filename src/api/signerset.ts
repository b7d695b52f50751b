import type { ObjectMeta } from './meta.ts';

/** Why something is no longer trusted. Only `Compromised` speaks against what was accepted before. */
export type RevocationReason = 'Compromised' | 'Superseded' | 'Retired';

/** When a person or a key counts. Moments are RFC 3339 in UTC to the second, `2026-01-31T08:00:00Z`. */
export type LifeSpec = Readonly<{
  /** The first moment it counts. */
  notBefore?: string;
  /** The first moment it no longer counts. */
  notAfter?: string;
  /** It counts no more, whenever the signature was made or first seen. */
  revoked?: Readonly<{ reason: RevocationReason; at: string }>;
}>;

/** An SSH certificate authority: its certificates count where they name one of the principals. */
export type SshAuthoritySpec = Readonly<{
  /** One line, `type base64 [comment]`. */
  key: string;
  /** Names, or patterns with `*` and `?`; `!` in front excludes. */
  principals: readonly string[];
}>;

/** Pinned X.509 authorities, and the name that a certificate below them must carry. */
export type X509Spec = Readonly<{
  /** PEM certificates. */
  authorities: string;
  /** An e-mail address or URI, compared as a whole with the subject alternative names. */
  san: string;
}>;

/** An identity that a Sigstore certificate authority vouches for. */
export type SigstoreSpec = Readonly<{
  /** An e-mail address or URI, compared as a whole. */
  identity: string;
  /** The https URL of the OpenID Connect issuer that must have vouched for it. */
  issuer: string;
  /** Names one of `sigstoreRoots` of the same SignerSet. */
  root: string;
}>;

/** One key: exactly one of its kinds is given. */
export type SignerKey = LifeSpec &
  Readonly<{
    /** One armored OpenPGP public key (RFC 9580); the person is bound to its primary fingerprint. */
    openPGP?: string;
    /** One SSH public key in one line, `type base64 [comment]`. */
    ssh?: string;
    sshAuthority?: SshAuthoritySpec;
    x509?: X509Spec;
    sigstore?: SigstoreSpec;
  }>;

/** Somebody whose signatures count. */
export type Person = LifeSpec &
  Readonly<{
    name: string;
    /** Addresses, or patterns with `*` and `?`; `!` in front excludes. */
    emails?: readonly string[];
    roles?: readonly string[];
    keys: readonly SignerKey[];
  }>;

/** The keys that a forge signs with itself. They never count as a person. */
export type Forge = Readonly<{ name: string; keys: readonly SignerKey[] }>;

/** A Sigstore trusted root. */
export type SigstoreRootSpec = Readonly<{
  name: string;
  /** The JSON text of a trusted root. */
  trustedRoot: string;
  /** Whether a signature must carry its transparency log entry, or the time of decision is enough. */
  transparency: 'Required' | 'DecisionTime';
}>;

/** Cluster-scoped trust roots: public data with its own RBAC. */
export type SignerSet = Readonly<{
  apiVersion: 'gitward.dev/v1alpha1';
  kind: 'SignerSet';
  metadata: ObjectMeta;
  spec: Readonly<{
    people: readonly Person[];
    forges?: readonly Forge[];
    sigstoreRoots?: readonly SigstoreRootSpec[];
  }>;
}>;
