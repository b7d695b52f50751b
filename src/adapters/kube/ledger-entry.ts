import { canonicalJson } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { RepoKey } from '../../domain/repo-key.ts';
import type { StoredEntry } from '../../reconcile/ports.ts';
import { Damaged, instant, oid, record, text } from './ledger-fields.ts';
import { toLeaks } from './ledger-leaks.ts';
import { toLists, toTag } from './ledger-lists.ts';

type LedgerEntry = StoredEntry['entry'];
type Anchor = LedgerEntry['anchor'];

/**
 * Longest entry read or written: a sound one has a kilobyte, with every list full less than this. A
 * ConfigMap holds half as much again.
 */
export const MAX_ENTRY_BYTES = 640 * 1_024;

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
    [
      ...['left', 'current', 'pending', 'rejected', 'standing', 'seen', 'tags', 'approvals'],
      'leaks',
    ],
  );
  if (entry['schema'] !== 2 && entry['schema'] !== 1) throw new Damaged('schema is not 2');
  if (entry['repo'] !== repo) throw new Damaged('repo names another GuardedRepo');
  return {
    schema: 2,
    repo,
    source: toSource(entry['source'], entry['schema']),
    anchor: toAnchor(entry['anchor']),
    ...(entry['left'] === undefined ? {} : { left: oid(entry, 'left') }),
    ...plan(entry, 'current'),
    ...plan(entry, 'pending'),
    ...rejected(entry['rejected']),
    ...standing(entry['standing']),
    ...toLists(entry),
    ...(entry['leaks'] === undefined ? {} : { leaks: toLeaks(entry['leaks']) }),
  };
}

/** Entries of the first schema named a branch. */
function toSource(json: Json | undefined, schema: Json): LedgerEntry['source'] {
  const source = record(json, 'source', ['url', schema === 1 ? 'branch' : 'ref']);
  const ref = schema === 1 ? `refs/heads/${text(source, 'branch')}` : text(source, 'ref');
  return { url: text(source, 'url'), ref };
}

function toAnchor(json: Json | undefined): Anchor {
  const anchor = record(
    json,
    'anchor',
    ['oid', 'revision', 'acceptedAt', 'trustDigest', 'policyDigest'],
    ['signer', 'since', 'tag'],
  );
  return {
    oid: oid(anchor, 'oid'),
    revision: text(anchor, 'revision'),
    ...signer(anchor['signer']),
    ...since(anchor),
    ...(anchor['tag'] === undefined ? {} : { tag: toTag(anchor['tag']) }),
    acceptedAt: instant(anchor, 'acceptedAt'),
    trustDigest: text(anchor, 'trustDigest'),
    policyDigest: text(anchor, 'policyDigest'),
  };
}

function signer(json: Json | undefined): Pick<Anchor, 'signer'> {
  if (json === undefined) return {};
  const one = record(json, 'signer', ['name', 'signerSet', 'fingerprint'], ['class']);
  const kind = one['class'] ?? 'person';
  if (kind !== 'person' && kind !== 'forge') throw new Damaged('signer.class is unknown');
  return {
    signer: {
      class: kind,
      name: text(one, 'name'),
      signerSet: text(one, 'signerSet'),
      fingerprint: text(one, 'fingerprint'),
    },
  };
}

function since(anchor: JsonObject): Pick<Anchor, 'since'> {
  if (anchor['since'] === undefined) return {};
  return { since: anchor['since'] === 'root' ? 'root' : oid(anchor, 'since') };
}

const STANDINGS = ['Trusted', 'Retired', 'Untrusted'] as const;

function standing(json: Json | undefined): Pick<LedgerEntry, 'standing'> {
  if (json === undefined) return {};
  const one = record(json, 'standing', ['kind', 'detail', 'trustDigest', 'policyDigest']);
  const kind = STANDINGS.find((known) => known === one['kind']);
  if (kind === undefined) throw new Damaged('standing.kind is unknown');
  const { detail } = one;
  if (typeof detail !== 'string') throw new Damaged('standing.detail is no text');
  const digests = {
    trustDigest: text(one, 'trustDigest'),
    policyDigest: text(one, 'policyDigest'),
  };
  return { standing: { kind, detail, ...digests } };
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
