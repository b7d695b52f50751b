import type { Manifest } from '../domain/manifest.ts';
import { apiVersionOf, formatObject, objectKey } from '../domain/object-ref.ts';
import type { GroupVersionKind, ObjectKey } from '../domain/object-ref.ts';
import { isJsonObject } from '../domain/json.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { formatPlace, invalid, stopAt } from './fault.ts';
import type { Fault } from './fault.ts';

/** What placing needs to know of a kind; a `ServedKind` fits. */
export type KindScope = Readonly<{ namespaced: boolean }>;

/** Where a target's objects go. */
export type RenderTarget = Readonly<{ name: string; namespace: string }>;

/** gitward's own API: a guarded tree must not steer its guard. */
const OWN_GROUP = /(?:^|\.)gitward\.dev$/;

/** The key of `placeManifests`' map: `group/version/kind`, group '' for the core. */
export function kindKey(kind: GroupVersionKind): string {
  return `${kind.group}/${kind.version}/${kind.kind}`;
}

/** Every kind of the manifests once, in the order of their keys. */
export function requiredKinds(manifests: readonly Manifest[]): readonly GroupVersionKind[] {
  const kinds = new Map(
    manifests.map(({ ref: { group, version, kind } }) => {
      const found = { group, version, kind };
      return [kindKey(found), found] as const;
    }),
  );
  return [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

/**
 * Puts every object into the target's namespace, where it names none, and stops at whatever belongs
 * elsewhere: `ManifestOutOfScope` for another namespace, cluster scope and gitward's own kinds,
 * `ManifestInvalid` for a kind that the server does not know and for two manifests of one object.
 */
export function placeManifests(
  manifests: readonly Manifest[],
  target: RenderTarget,
  kinds: ReadonlyMap<string, KindScope | undefined>,
): Result<readonly Manifest[]> {
  const placed = new Map<ObjectKey, Manifest>();
  for (const manifest of manifests) {
    const fault = refuse(manifest, target, kinds.get(kindKey(manifest.ref)));
    if (fault !== undefined) return stopped(stopAt(manifest.origin, fault, manifest.ref));
    const inside = inNamespace(manifest, target.namespace);
    const key = objectKey(inside.ref);
    const other = placed.get(key);
    if (other !== undefined) {
      const text = `${formatObject(inside.ref)} is also in ${formatPlace(other.origin)}; keep one of them`;
      return stopped(stopAt(manifest.origin, invalid(text).stop, inside.ref));
    }
    placed.set(key, inside);
  }
  return ok([...placed.values()]);
}

function refuse(
  { ref }: Manifest,
  target: RenderTarget,
  scope: KindScope | undefined,
): Fault | undefined {
  const object = formatObject(ref);
  if (OWN_GROUP.test(ref.group)) {
    const text = `${object} belongs to gitward itself, which no guarded tree may configure; move it`;
    return { reason: 'ManifestOutOfScope', text };
  }
  if (scope === undefined) {
    const kind = `${apiVersionOf(ref)} ${ref.kind}`;
    const text = `the API server knows no kind ${kind}; correct it, or install its CRD first`;
    return { reason: 'ManifestInvalid', text };
  }
  if (!scope.namespaced) {
    const text = `${object} is cluster-wide, target ${target.name} holds namespace ${target.namespace} only; move it`;
    return { reason: 'ManifestOutOfScope', text };
  }
  if (ref.namespace === '' || ref.namespace === target.namespace) return undefined;
  const text = `${object} lies outside namespace ${target.namespace} of target ${target.name}; move it, or correct its namespace`;
  return { reason: 'ManifestOutOfScope', text };
}

function inNamespace(manifest: Manifest, namespace: string): Manifest {
  const { metadata } = manifest.object;
  const named = { ...(isJsonObject(metadata) ? metadata : {}), namespace };
  return {
    ...manifest,
    ref: { ...manifest.ref, namespace },
    object: { ...manifest.object, metadata: named },
  };
}
