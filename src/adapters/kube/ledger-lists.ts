import type { Json, JsonObject } from '../../domain/json.ts';
import { MAX_KEPT_APPROVALS, MAX_SEEN, MAX_TAGS } from '../../policy/ledger.ts';
import type { AcceptedTag, FirstSeen, LedgerEntry } from '../../policy/ledger.ts';
import { instant, list, oid, record, text } from './ledger-fields.ts';

/** The lists of an entry, each strictly and within its bound; throws `Damaged`. */
export function toLists(entry: JsonObject): Pick<LedgerEntry, 'seen' | 'tags' | 'approvals'> {
  const { seen, tags, approvals } = entry;
  return {
    ...(seen === undefined ? {} : { seen: list(seen, 'seen', MAX_SEEN).map(toSeen) }),
    ...(tags === undefined ? {} : { tags: list(tags, 'tags', MAX_TAGS).map(toTag) }),
    ...(approvals === undefined
      ? {}
      : { approvals: list(approvals, 'approvals', MAX_KEPT_APPROVALS).map(toText) }),
  };
}

/** One tag; throws `Damaged`. */
export function toTag(json: Json): AcceptedTag {
  const one = record(json, 'tag', ['name', 'oid']);
  return { name: text(one, 'name'), oid: oid(one, 'oid') };
}

function toSeen(json: Json): FirstSeen {
  const one = record(json, 'seen', ['oid', 'at']);
  return { oid: oid(one, 'oid'), at: instant(one, 'at') };
}

function toText(json: Json): string {
  return text({ text: json }, 'text');
}
