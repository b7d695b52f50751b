import type { ObjectMeta } from './meta.ts';

/** One key of a person. */
export type SignerKey = Readonly<{
  /** One armored OpenPGP public key (RFC 9580); the person is bound to its primary fingerprint. */
  openPGP: string;
}>;

/** Somebody whose signatures count. */
export type Person = Readonly<{ name: string; keys: readonly SignerKey[] }>;

/** Cluster-scoped trust roots: public data with its own RBAC. */
export type SignerSet = Readonly<{
  apiVersion: 'gitward.dev/v1alpha1';
  kind: 'SignerSet';
  metadata: ObjectMeta;
  spec: Readonly<{ people: readonly Person[] }>;
}>;
