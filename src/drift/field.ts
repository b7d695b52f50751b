/** One step of an owned path, with the `fieldsV1` member it was read from, e.g. `f:spec`. */
export type FieldPath = readonly string[];

/** What happened to a field that gitward owns. */
export type FieldChange = 'changed' | 'removed' | 'ownershipLost';

/** One field that is not as it should be. Where, never what: no value is ever in here. */
export type FieldDrift = Readonly<{
  /** For people: `/spec/template/spec/containers[name=web]/image`. */
  path: string;
  kind: FieldChange;
  /** The same path as `fieldsV1` spells it, to find out who holds it. */
  steps: FieldPath;
}>;
