import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';

/** Longest canonical text kept as it is; longer ones and all of a Secret's are kept as digests. */
const MAX_KEPT_LENGTH = 256;

/** One value as the baseline keeps it: canonical JSON, a digest of it, or nothing. */
export type KeptValue = string | undefined;

/** How values of one object are kept. Secret values never are, only their digests. */
export type Keeping = 'plain' | 'secret';

/** The kept form of a value; null is absent, as the API server has it. */
export function keepValue(value: Json | undefined, keeping: Keeping): KeptValue {
  if (value === undefined || value === null) return undefined;
  const text = canonicalJson(value);
  return keeping === 'secret' || text.length > MAX_KEPT_LENGTH ? digest(text) : text;
}

/** Is the live value the kept one? */
export function isKept(kept: KeptValue, live: Json | undefined): boolean {
  if (live === undefined || live === null) return kept === undefined;
  if (kept === undefined) return false;
  const text = canonicalJson(live);
  return kept.startsWith(DIGEST) ? kept === digest(text) : kept === text;
}

/** No canonical JSON begins like this. */
const DIGEST = 'sha256:';

function digest(text: string): string {
  return `${DIGEST}${createHash('sha256').update(text).digest('base64')}`;
}
