import { canonicalJson, isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import type { StoredEntry } from '../../reconcile/ports.ts';

type LedgerEntry = StoredEntry['entry'];
type Anchor = LedgerEntry['anchor'];

/** Longest entry read or written; a sound one has about a kilobyte. */
export const MAX_ENTRY_BYTES = 32 * 1_024;

const MAX_TEXT_LENGTH = 4_096;

/** What makes a text no ledger entry. */
class Damaged extends Error {}

/** The one text of an entry. */
export function formatEntry(entry: LedgerEntry): string {
  return canonicalJson(entry);
}

/** Reads an entry strictly: no unknown key, every value of its kind, `repo` as expected. Answers what is wrong otherwise. */
export function parseEntry(json: string, repo: RepoKey): LedgerEntry | string {
  if (Buffer.byteLength(json) > MAX_ENTRY_BYTES) return 'the entry is too large';
  try {
    // JSON.parse yields JSON by definition.
    return toEntry(JSON.parse(json) as Json, repo);
  } catch (error) {
    return error instanceof Damaged ? error.message : 'the entry is not JSON';
  }
}

function toEntry(json: Json, repo: RepoKey): LedgerEntry {
  const entry = record(
    json,
    'entry',
    ['schema', 'repo', 'source', 'anchor'],
    ['current', 'pending', 'rejected'],
  );
  if (entry['schema'] !== 1) throw new Damaged('schema is not 1');
  if (entry['repo'] !== repo) throw new Damaged('repo names another GuardedRepo');
  const source = record(entry['source'], 'source', ['url', 'branch']);
  return {
    schema: 1,
    repo,
    source: { url: text(source, 'url'), branch: text(source, 'branch') },
    anchor: toAnchor(entry['anchor']),
    ...plan(entry, 'current'),
    ...plan(entry, 'pending'),
    ...rejected(entry['rejected']),
  };
}

function toAnchor(json: Json | undefined): Anchor {
  const anchor = record(
    json,
    'anchor',
    ['oid', 'revision', 'acceptedAt', 'trustDigest', 'policyDigest'],
    ['signer'],
  );
  const { acceptedAt } = anchor;
  if (typeof acceptedAt !== 'number' || !Number.isSafeInteger(acceptedAt)) {
    throw new Damaged('acceptedAt is no instant');
  }
  return {
    oid: oid(anchor, 'oid'),
    revision: text(anchor, 'revision'),
    ...signer(anchor['signer']),
    acceptedAt,
    trustDigest: text(anchor, 'trustDigest'),
    policyDigest: text(anchor, 'policyDigest'),
  };
}

function signer(json: Json | undefined): Pick<Anchor, 'signer'> {
  if (json === undefined) return {};
  const one = record(json, 'signer', ['name', 'signerSet', 'fingerprint']);
  return {
    signer: {
      name: text(one, 'name'),
      signerSet: text(one, 'signerSet'),
      fingerprint: text(one, 'fingerprint'),
    },
  };
}

function plan<K extends 'current' | 'pending'>(entry: JsonObject, key: K): Pick<LedgerEntry, K> {
  const json = entry[key];
  // An absent optional member leaves the object without it, which the generic key hides.
  if (json === undefined) return {} as Pick<LedgerEntry, K>;
  const one = record(json, key, ['oid', 'digest']);
  const published = { oid: oid(one, 'oid'), digest: text(one, 'digest') };
  // K is one of two keys that have this very type.
  return { [key]: published } as unknown as Pick<LedgerEntry, K>;
}

function rejected(json: Json | undefined): Pick<LedgerEntry, 'rejected'> {
  if (json === undefined) return {};
  const one = record(json, 'rejected', ['oid', 'reason']);
  return { rejected: { oid: oid(one, 'oid'), reason: text(one, 'reason') } };
}

function record(
  json: Json | undefined,
  name: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (!isJsonObject(json)) throw new Damaged(`${name} is no object`);
  const missing = required.find((key) => !Object.hasOwn(json, key));
  if (missing !== undefined) throw new Damaged(`${name}.${missing} is missing`);
  const known = new Set([...required, ...optional]);
  if (Object.keys(json).some((key) => !known.has(key))) throw new Damaged(`${name} has more keys`);
  return json;
}

function text(json: JsonObject, key: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT_LENGTH) {
    throw new Damaged(`${key} is no usable text`);
  }
  return value;
}

function oid(json: JsonObject, key: string): Oid {
  const parsed = parseOid(text(json, key));
  if (parsed === undefined) throw new Damaged(`${key} is no oid`);
  return parsed;
}
