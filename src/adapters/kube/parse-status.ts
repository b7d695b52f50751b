import { CONDITION_TYPES } from '../../api/conditions.ts';
import type { Condition } from '../../api/conditions.ts';
import type {
  AnchorStatus,
  DriftItem,
  GuardedRepoStatus,
  LeakItem,
  SecretsStatus,
  TargetStatus,
} from '../../api/guardedrepo.ts';
import { at, isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

type Kinds = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

const CONDITION: Kinds = {
  type: 'string',
  status: 'string',
  reason: 'string',
  message: 'string',
  observedGeneration: 'number',
  lastTransitionTime: 'string',
};
const ANCHOR: Kinds = {
  revision: 'string',
  oid: 'string',
  acceptedAt: 'string',
  trustDigest: 'string',
  policyDigest: 'string',
};
const DRIFT_ITEM: Kinds = {
  object: 'string',
  path: 'string',
  confidence: 'string',
  time: 'string',
  outcome: 'string',
};

const LEAK_ITEM: Kinds = {
  ...{ rule: 'string', severity: 'string', place: 'string', commit: 'string', author: 'string' },
  ...{ fingerprint: 'string', standing: 'string', inTip: 'boolean' },
  ...{ firstSeen: 'string', lastSeen: 'string' },
};
const LEAK_COUNTS: Kinds = {
  ...{ open: 'number', new: 'number', existing: 'number', rejected: 'number' },
};
const LEAK_HISTORY: Kinds = { state: 'string', commits: 'number' };

/** Reads a status; parts that somebody bent are left out, so that the next report writes them anew. */
export function parseRepoStatus(json: Json | undefined): GuardedRepoStatus | undefined {
  if (!isJsonObject(json)) return undefined;
  const anchor = json['anchor'];
  return {
    observedGeneration: numberAt(json, 'observedGeneration'),
    conditions: listAt(json, 'conditions').filter(isCondition),
    ...textAt(json, 'head'),
    ...(isAnchor(anchor) ? { anchor } : {}),
    driftCount: numberAt(json, 'driftCount'),
    targets: listAt(json, 'targets').flatMap(parseTarget),
    ...parseSecrets(json['secrets']),
    ...textAt(json, 'lastHandledRequestedAt'),
  };
}

function parseSecrets(json: Json | undefined): Pick<GuardedRepoStatus, 'secrets'> {
  const history = isJsonObject(json) ? json['history'] : undefined;
  if (!isCounted(json) || !isHistory(history)) return {};
  const items = listAt(json, 'items').filter(isLeakItem);
  const { open, rejected, existing } = json;
  return { secrets: { open, new: json.new, existing, rejected, items, history } };
}

function parseTarget(json: Json): readonly TargetStatus[] {
  const name = stringAt(json, 'name');
  if (!isJsonObject(json) || name === undefined) return [];
  const drift = json['drift'];
  const items = isJsonObject(drift) ? listAt(drift, 'items').filter(isDriftItem) : [];
  const inventory = listAt(json, 'inventory').filter((item) => typeof item === 'string');
  const count = isJsonObject(drift) ? numberAt(drift, 'count') : 0;
  const objects = numberAt(json, 'objects');
  return [{ name, ...textAt(json, 'applied'), objects, drift: { count, items }, inventory }];
}

function isCondition(json: unknown): json is Condition {
  const types: readonly string[] = CONDITION_TYPES;
  return fits(json, CONDITION) && types.includes(stringAt(json, 'type') ?? '');
}

function isAnchor(json: unknown): json is AnchorStatus {
  return fits(json, ANCHOR, ['signer', 'tag', 'trust']);
}

type Counts = Pick<SecretsStatus, 'open' | 'new' | 'existing' | 'rejected'>;

function isCounted(json: Json | undefined): json is JsonObject & Counts {
  return fits(json, LEAK_COUNTS);
}

function isHistory(json: unknown): json is SecretsStatus['history'] {
  return fits(json, LEAK_HISTORY);
}

function isLeakItem(json: unknown): json is LeakItem {
  return fits(json, LEAK_ITEM);
}

function isDriftItem(json: unknown): json is DriftItem {
  return fits(json, DRIFT_ITEM, ['manager']);
}

function fits(json: unknown, kinds: Kinds, optional: readonly string[] = []): json is JsonObject {
  if (!isJsonObject(json)) return false;
  const isOptional = (key: string): boolean =>
    json[key] === undefined || typeof json[key] === 'string';
  return (
    Object.entries(kinds).every(([key, kind]) => typeof json[key] === kind) &&
    optional.every(isOptional)
  );
}

function listAt(json: JsonObject, key: string): readonly Json[] {
  const found = at(json, key);
  return Array.isArray(found) ? found : [];
}

function numberAt(json: JsonObject, key: string): number {
  const found = json[key];
  return typeof found === 'number' ? found : 0;
}

function textAt<K extends string>(json: JsonObject, key: K): { readonly [P in K]?: string } {
  const found = json[key];
  // A computed key widens to string; it is K.
  return typeof found === 'string' ? ({ [key]: found } as { readonly [P in K]?: string }) : {};
}
