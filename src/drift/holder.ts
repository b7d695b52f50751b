import { at, isJsonObject, stringAt } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { printable } from '../domain/stop.ts';
import { FIELD_MANAGER } from '../api/meta.ts';
import type { FieldDrift } from './field-drift.ts';

/** Who holds a field now, as managedFields claims: any client may choose its manager's name. */
export type Holder = Readonly<{ manager: string; operation: string; time: string | undefined }>;

/** Longest manager name shown; the server allows 128. */
const MAX_NAME_LENGTH = 128;

/**
 * The manager that holds the first drifted field which anybody holds: of several, the one that wrote
 * last. Nobody holds a field that is gone: then `undefined`, never a guess.
 */
export function holderOf(live: JsonObject, drifts: readonly FieldDrift[]): Holder | undefined {
  const entries = at(live, 'metadata', 'managedFields');
  if (!Array.isArray(entries)) return undefined;
  for (const { steps } of drifts) {
    const holders = (entries as readonly Json[])
      .filter((entry) => !isOwn(entry) && lists(at(entry, 'fieldsV1'), steps))
      .toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
    if (holders[0] !== undefined) return toHolder(holders[0]);
  }
  return undefined;
}

/** gitward's own apply; an Update under the same name is somebody else's. */
function isOwn(entry: Json): boolean {
  return stringAt(entry, 'manager') === FIELD_MANAGER && stringAt(entry, 'operation') === 'Apply';
}

function lists(fields: Json | undefined, steps: readonly string[]): boolean {
  let node = fields;
  for (const step of steps) {
    if (!isJsonObject(node)) return false;
    // A leaf owns everything below it.
    if (Object.keys(node).length === 0) return true;
    node = Object.hasOwn(node, step) ? node[step] : undefined;
  }
  return isJsonObject(node);
}

function timeOf(entry: Json): string {
  return stringAt(entry, 'time') ?? '';
}

function toHolder(entry: Json): Holder {
  const subresource = stringAt(entry, 'subresource') ?? '';
  const name = printable(stringAt(entry, 'manager') ?? 'unknown').slice(0, MAX_NAME_LENGTH);
  return {
    manager: subresource === '' ? name : `${name}/${printable(subresource)}`,
    operation: stringAt(entry, 'operation') ?? '',
    time: stringAt(entry, 'time'),
  };
}
