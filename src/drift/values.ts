import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import type { ObjectRef } from '../domain/object-ref.ts';

/** Longest canonical text kept as it is; longer ones and all of a Secret's are kept as digests. */
const MAX_KEPT_LENGTH = 256;

/**
 * One value as the baseline keeps it: a short scalar itself, other short values as `:` and their
 * canonical JSON, the rest as `#` and a keyed digest; short strings begin with `=`.
 */
export type KeptValue = string | number | boolean | undefined;

/** How values of one object are kept. Secret values never are, only their digests. */
export type Keeping = 'plain' | 'secret';

/** Secrets by kind, whatever their group: too much masked is better than too little. */
export function keepingOf({ kind }: Pick<ObjectRef, 'kind'>): Keeping {
  return kind === 'Secret' ? 'secret' : 'plain';
}

/**
 * How to keep values: `key` makes the digests (HMAC-SHA-256). It is random and lives as long as the
 * process, outside the heap: whoever reads a heap dump cannot try out guesses.
 */
export type Keeper = Readonly<{ keeping: Keeping; key: KeyObject }>;

/** The kept form of a value; null is absent, as the API server has it. */
export function keepValue(value: Json | undefined, { keeping, key }: Keeper): KeptValue {
  if (value === undefined || value === null) return undefined;
  if (keeping === 'secret') return digest(canonicalJson(value), key);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string' && value.length <= MAX_KEPT_LENGTH) return `=${value}`;
  const text = canonicalJson(value);
  return text.length > MAX_KEPT_LENGTH ? digest(text, key) : `:${text}`;
}

/** Is the live value the kept one? */
export function isKept(kept: KeptValue, live: Json | undefined, key: KeyObject): boolean {
  if (live === undefined || live === null) return kept === undefined;
  if (typeof kept !== 'string') return kept === live;
  switch (kept[0]) {
    case '=':
      return typeof live === 'string' && kept.length === live.length + 1 && kept.endsWith(live);
    case ':':
      return typeof live === 'object' && kept === `:${canonicalJson(live)}`;
    default:
      return kept === digest(canonicalJson(live), key);
  }
}

function digest(text: string, key: KeyObject): string {
  return `#${createHmac('sha256', key).update(text).digest('base64')}`;
}
