import type { DocumentLimits } from '../document/limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bounds on what one target may read from a commit; over any of them is `RenderLimitExceeded`. */
export type RenderLimits = Readonly<{
  /** Files below the target's path. */
  maxFiles: number;
  /** Bytes of one file; the text of its values with aliases expanded is held to the same number. */
  maxFileBytes: number;
  /** Bytes of all files together. */
  maxTotalBytes: number;
  /** Documents of one file. */
  maxDocumentsPerFile: number;
  /** Maps and lists inside one another. */
  maxDepth: number;
  /** Maps, lists, keys and values of one file, aliases expanded. */
  maxNodesPerFile: number;
  /** Uses of YAML anchors in one file. */
  maxAliasesPerFile: number;
  /** Objects of all files together. */
  maxObjects: number;
  /** Bytes of one object as canonical JSON; etcd itself takes about 1.5 MiB. */
  maxObjectBytes: number;
}>;

/** What the operator uses unless told otherwise. */
export const DEFAULT_RENDER_LIMITS: RenderLimits = {
  maxFiles: 10_000,
  maxFileBytes: 4 * MIB,
  maxTotalBytes: 64 * MIB,
  maxDocumentsPerFile: 5_000,
  maxDepth: 64,
  maxNodesPerFile: 200_000,
  maxAliasesPerFile: 1_000,
  maxObjects: 20_000,
  maxObjectBytes: MIB,
};

/** The part of the limits that holds for each file. */
export function documentLimits(limits: RenderLimits): DocumentLimits {
  return {
    maxBytes: limits.maxFileBytes,
    maxDocuments: limits.maxDocumentsPerFile,
    maxDepth: limits.maxDepth,
    maxNodes: limits.maxNodesPerFile,
    maxTextLength: limits.maxFileBytes,
    maxAliases: limits.maxAliasesPerFile,
  };
}
