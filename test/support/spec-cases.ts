import { toCase } from './spec-cases/case.ts';
import type { SpecCase } from './spec-cases/case.ts';
import { DURATIONS, MINIMAL_REPO, SHAPES } from './spec-cases/shapes.ts';
import { KEYS, LIVES } from './spec-cases/keys.ts';
import { MINIMAL_SIGNERS, SIGNERS } from './spec-cases/signers.ts';
import { BRANCHES, REFERENCES, URLS } from './spec-cases/sources.ts';
import { REFS, VERIFY } from './spec-cases/verify.ts';
import { PATHS, TARGETS } from './spec-cases/targets.ts';

export type { SpecCase } from './spec-cases/case.ts';
export { withChanges } from './spec-cases/case.ts';
export { MINIMAL_REPO } from './spec-cases/shapes.ts';
export { EVERY_KIND_OF_KEY, TEXTS_OF_SIGNERS } from './spec-cases/keys.ts';
export { KEY_BLOCK, MINIMAL_SIGNERS } from './spec-cases/signers.ts';

/** Every case for `GuardedRepo.spec`. */
export const REPO_CASES: readonly SpecCase[] = [
  ...SHAPES,
  ...DURATIONS,
  ...URLS,
  ...BRANCHES,
  ...REFERENCES,
  ...REFS,
  ...VERIFY,
  ...PATHS,
  ...TARGETS,
].map((row) => toCase(MINIMAL_REPO, row));

/** Every case for `SignerSet.spec`. */
export const SIGNER_CASES: readonly SpecCase[] = [...SIGNERS, ...KEYS, ...LIVES].map((row) =>
  toCase(MINIMAL_SIGNERS, row),
);
