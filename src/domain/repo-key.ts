declare const repoBrand: unique symbol;

/** Identifies a GuardedRepo: `namespace/name`. Ledger, store and queue are keyed by it. */
export type RepoKey = string & { readonly [repoBrand]: true };

/** The key of the GuardedRepo `name` in `namespace`. */
export function repoKey(namespace: string, name: string): RepoKey {
  // Neither part may contain a slash in Kubernetes, so the text is unambiguous.
  return `${namespace}/${name}` as RepoKey;
}
