import type { GuardedRepoSpec, RefSpec, VerifySpec } from '../guardedrepo.ts';
import type { LifeSpec, SignerKey, SignerSet } from '../signerset.ts';
import type { Rule } from './rules.ts';

/** Names the key fields of which exactly one is given, in the order of the CRD. */
const KEY_KINDS = ['openPGP', 'ssh', 'sshAuthority', 'x509', 'sigstore'] as const;

type StartAt = NonNullable<VerifySpec['startAt']>;

/**
 * Rules on the fields of one object, by id; each is a CEL rule of `crds/` with the same message. They are
 * asked only about objects that passed their shape, so that the fields a rule looks at have their types.
 */
export const OBJECT_RULES = {
  'ref-given': {
    message: 'must name a branch, a tag or a semver range',
    holds: ({ branch, tag, semver }: RefSpec) =>
      branch !== undefined || tag !== undefined || semver !== undefined,
  },
  'ref-one-tag': {
    message: 'must not name both a tag and a semver range',
    holds: ({ tag, semver }: RefSpec) => tag === undefined || semver === undefined,
  },
  'start-one': {
    message: 'must give exactly one of commit and seal',
    holds: ({ commit, seal }: StartAt) => (commit === undefined) !== (seal === undefined),
  },
  'start-without-branch': {
    message: 'must give verify.startAt.commit where source.ref names no branch',
    holds: ({ source, verify }: GuardedRepoSpec) =>
      source.ref.branch !== undefined || verify.startAt?.commit !== undefined,
  },
  'tag-to-sign': {
    message:
      'must name a tag or semver range in source.ref where verify.signatures is Tag or TagAndHead',
    holds: ({ source: { ref }, verify: { signatures } }: GuardedRepoSpec) =>
      !['Tag', 'TagAndHead'].includes(signatures) ||
      ref.tag !== undefined ||
      ref.semver !== undefined,
  },
  'one-key': {
    message: 'must give exactly one of openPGP, ssh, sshAuthority, x509 and sigstore',
    holds: (key: SignerKey) => KEY_KINDS.filter((kind) => key[kind] !== undefined).length === 1,
  },
  'life-order': {
    message: 'must have a notAfter later than notBefore',
    // Texts of this form sort as the moments do.
    holds: ({ notBefore, notAfter }: LifeSpec) =>
      notBefore === undefined || notAfter === undefined || notBefore < notAfter,
  },
  'sigstore-root': {
    message: 'must list under sigstoreRoots every root that a sigstore key names',
    holds: ({ people, forges = [], sigstoreRoots = [] }: SignerSet['spec']) => {
      const known = new Set(sigstoreRoots.map(({ name }) => name));
      const keys = [...people, ...forges].flatMap((holder) => holder.keys);
      return keys.every(({ sigstore }) => sigstore === undefined || known.has(sigstore.root));
    },
  },
} as const satisfies Record<string, Rule<never>>;

/** Id of a rule on the fields of an object. */
export type ObjectRuleId = keyof typeof OBJECT_RULES;
