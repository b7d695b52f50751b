import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';

/**
 * Names a plan by its content: SHA-256 in hexadecimal over all objects as canonical JSON, whatever
 * their order, file or document. Objects carry apiVersion, kind, namespace and name themselves.
 */
export function planDigest(manifests: readonly Manifest[]): string {
  const hash = createHash('sha256');
  // A line break cannot occur in canonical JSON, so the joined text is unambiguous.
  for (const text of manifests.map(({ object }) => canonicalJson(object)).toSorted()) {
    hash.update(text).update('\n');
  }
  return hash.digest('hex');
}
