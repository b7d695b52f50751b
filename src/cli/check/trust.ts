import type { CheckPolicy } from './policy.ts';
import type { SignersFile } from '../signers/read-file.ts';
import type { Trust } from '../../signature/index.ts';

/** Whom a check trusts, and what people should know about it. */
export type CheckTrust = Readonly<{ trust: Trust; problems: readonly string[] }>;

/**
 * Puts the trust of all files together. As in the operator, of SignerSets only those count that the
 * policy names; a keyring or list of allowed signers has no such name and counts as it is.
 */
export function joinTrust(
  files: readonly SignersFile[],
  { verify: { signers } }: Pick<CheckPolicy, 'verify'>,
): CheckTrust {
  const isNamed = (set: string): boolean => signers.length === 0 || signers.includes(set);
  const parts = files.map(({ kind, trust }) =>
    kind === 'manifest' ? onlyOf(trust, isNamed) : trust,
  );
  const given = new Set(files.flatMap(({ sets }) => sets));
  const isAllManifests = files.length > 0 && files.every(({ kind }) => kind === 'manifest');
  const absent = isAllManifests ? signers.filter((name) => !given.has(name)) : [];
  const unused = [...given].filter((name) => !isNamed(name));
  return {
    trust: {
      holders: parts.flatMap(({ holders }) => holders),
      sigstoreRoots: parts.flatMap(({ sigstoreRoots }) => sigstoreRoots),
    },
    problems: [
      ...files.flatMap(({ problems }) => problems),
      ...absent.map((name) => `the policy names SignerSet ${name}, which no --signers gives`),
      ...unused.map((name) => `SignerSet ${name} does not count: the policy does not name it`),
    ],
  };
}

function onlyOf({ holders, sigstoreRoots }: Trust, isNamed: (set: string) => boolean): Trust {
  return {
    holders: holders.filter(({ signerSet }) => isNamed(signerSet)),
    sigstoreRoots: sigstoreRoots.filter(({ signerSet }) => isNamed(signerSet)),
  };
}
