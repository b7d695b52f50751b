import type { Manifest } from '../domain/manifest.ts';
import { objectKey } from '../domain/object-ref.ts';

/** What others lean on comes first; kinds that are not named here come last. */
const RANKS: readonly (readonly string[])[] = [
  ['/ServiceAccount'],
  ['rbac.authorization.k8s.io/Role', 'rbac.authorization.k8s.io/RoleBinding'],
  ['/ResourceQuota', '/LimitRange', 'networking.k8s.io/NetworkPolicy'],
  ['/ConfigMap', '/Secret'],
  ['/PersistentVolumeClaim'],
  ['/Service'],
  ['/Pod', '/ReplicationController', 'apps/ReplicaSet', 'apps/Deployment'],
  ['apps/StatefulSet', 'apps/DaemonSet', 'batch/Job', 'batch/CronJob'],
];

const RANK_BY_KIND: ReadonlyMap<string, number> = new Map(
  RANKS.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)),
);

/** The order of a rollout: by what leans on what, then by identity; the same for any input order. */
export function applyOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests
    .map((manifest) => ({ manifest, rank: rankOf(manifest), key: objectKey(manifest.ref) }))
    .toSorted((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ manifest }) => manifest);
}

function rankOf({ ref }: Manifest): number {
  return RANK_BY_KIND.get(`${ref.group}/${ref.kind}`) ?? RANKS.length;
}
