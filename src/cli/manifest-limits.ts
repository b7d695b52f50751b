import type { DocumentLimits } from '../document/limits.ts';

const MIB = 1024 * 1024;

/** Bounds on files that a person gives to a command: the largest SignerSets, many times over. */
export const MANIFEST_LIMITS: DocumentLimits = {
  maxBytes: 32 * MIB,
  maxDocuments: 1_000,
  maxDepth: 32,
  maxNodes: 500_000,
  maxTextLength: 32 * MIB,
  maxAliases: 100,
};
