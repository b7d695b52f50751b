/** API group of every kind gitward owns. */
export const GROUP = 'gitward.dev';

/** The served and stored version. */
export const VERSION = 'v1alpha1';

/** `metadata` as far as gitward reads it. */
export type ObjectMeta = Readonly<{
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  deletionTimestamp?: string;
  finalizers?: readonly string[];
  annotations?: Readonly<Record<string, string>>;
}>;

/** Field manager of every apply to a guarded object. */
export const FIELD_MANAGER = 'gitward';

/** Field manager of gitward's own status and ledger writes. */
export const STATUS_MANAGER = 'gitward-status';

/** Kept while deletion has work left (`deletionPolicy: Prune`, the record of the weakening). */
export const FINALIZER = 'gitward.dev/guard';

/** A changed value of this annotation runs the line again at once. */
export const REQUESTED_AT = 'gitward.dev/requestedAt';
