import type { GuardedRepoStatus } from '../../src/api/guardedrepo.ts';

/** `?` marks a field that may be missing; lists and objects say what is inside. */
type FieldsOf<T> = T extends readonly (infer Item)[]
  ? FieldsOf<Item>
  : T extends object
    ? { readonly [K in keyof T]-?: FieldOf<T, K> }
    : 'value';

type FieldOf<T, K extends keyof T> = undefined extends T[K]
  ? readonly ['?', FieldsOf<NonNullable<T[K]>>]
  : FieldsOf<T[K]>;

// A field added to the type does not compile until it stands here, and then the CRD must have it.
const STATUS: FieldsOf<GuardedRepoStatus> = {
  observedGeneration: 'value',
  conditions: {
    type: 'value',
    status: 'value',
    reason: 'value',
    message: 'value',
    observedGeneration: 'value',
    lastTransitionTime: 'value',
  },
  head: ['?', 'value'],
  anchor: [
    '?',
    {
      revision: 'value',
      oid: 'value',
      tag: ['?', 'value'],
      signer: ['?', 'value'],
      trust: ['?', 'value'],
      acceptedAt: 'value',
      trustDigest: 'value',
      policyDigest: 'value',
    },
  ],
  driftCount: 'value',
  targets: {
    name: 'value',
    applied: ['?', 'value'],
    objects: 'value',
    drift: {
      count: 'value',
      items: {
        object: 'value',
        path: 'value',
        manager: ['?', 'value'],
        confidence: 'value',
        time: 'value',
        outcome: 'value',
      },
    },
    inventory: 'value',
  },
  secrets: [
    '?',
    {
      open: 'value',
      new: 'value',
      existing: 'value',
      rejected: 'value',
      items: {
        rule: 'value',
        severity: 'value',
        place: 'value',
        commit: 'value',
        author: 'value',
        fingerprint: 'value',
        standing: 'value',
        inTip: 'value',
        firstSeen: 'value',
        lastSeen: 'value',
      },
      history: { state: 'value', commits: 'value' },
    },
  ],
  lastHandledRequestedAt: ['?', 'value'],
};

/** Every field of `GuardedRepoStatus`, as `status.targets[].applied?`. */
export const STATUS_FIELDS: readonly string[] = pathsOf(STATUS, 'status', [
  'conditions',
  'targets',
  'items',
]);

function pathsOf(fields: object, at: string, lists: readonly string[]): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]: [string, unknown]) => {
    const optional = Array.isArray(field);
    const inside: unknown = optional ? field[1] : field;
    const path = `${at}.${name}`;
    const below = lists.includes(name) ? `${path}[]` : path;
    const more = typeof inside === 'object' && inside !== null ? pathsOf(inside, below, lists) : [];
    return [`${path}${optional ? '?' : ''}`, ...more];
  });
}
