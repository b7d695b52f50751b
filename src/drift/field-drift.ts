/**
 * One field that is not as Git wants it. Never a value, only where and how.
 * `changed`: another value. `removed`: gone. `ownershipLost`: the value may be right again, but
 * somebody overwrote it, for gitward's own managedFields entry no longer lists it.
 */
export type FieldDrift = Readonly<{
  /** `/spec/template/spec/containers[name=web]/image`. */
  path: string;
  kind: 'changed' | 'removed' | 'ownershipLost';
  /** The same path as steps of fieldsV1, to look up who holds it. */
  steps: readonly string[];
}>;
