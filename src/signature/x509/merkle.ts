import { createHash } from 'node:crypto';

/** Which leaf, in a tree of how many, and the hashes beside its way to the root. */
export type InclusionProof = Readonly<{
  index: bigint;
  size: bigint;
  hashes: readonly Uint8Array[];
}>;

const HASH_OCTETS = 32;

/**
 * The root of a log that holds this entry where the proof says; nothing when the proof does not have
 * the shape of that place (RFC 9162 §2.1.3.2).
 */
export function rootOf(entry: Uint8Array, proof: InclusionProof): Uint8Array | undefined {
  const { index, size, hashes } = proof;
  if (index < 0n || index >= size) return undefined;
  let [node, last] = [index, size - 1n];
  let root = hash(Buffer.of(0), entry);
  for (const sibling of hashes) {
    if (last === 0n || sibling.length !== HASH_OCTETS) return undefined;
    if ((node & 1n) === 1n || node === last) {
      root = hash(Buffer.of(1), sibling, root);
      while (node !== 0n && (node & 1n) === 0n) [node, last] = [node >> 1n, last >> 1n];
    } else root = hash(Buffer.of(1), root, sibling);
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? root : undefined;
}

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
