import { GROUP, VERSION } from '../../api/meta.ts';
import type { ServedKind } from '../../reconcile/ports.ts';

/** gitward's own kinds, known without asking the server. */
export const GUARDED_REPOS: ServedKind = {
  group: GROUP,
  version: VERSION,
  kind: 'GuardedRepo',
  resource: 'guardedrepos',
  namespaced: true,
};

/** Cluster-scoped trust roots. */
export const SIGNER_SETS: ServedKind = {
  group: GROUP,
  version: VERSION,
  kind: 'SignerSet',
  resource: 'signersets',
  namespaced: false,
};
