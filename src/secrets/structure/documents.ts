import type { PlacedMap, PlacedNode, PlacedText } from '../../document/placed.ts';
import type { Context, Manifest } from './context.ts';
import { registrySecrets } from './docker.ts';
import { isKubeconfig, kubeconfig } from './kubeconfig.ts';
import { generators } from './kustomize.ts';
import { isOperation, patches, patchOperation, untoldSecret } from './patch.ts';
import type { StructureRuleId } from './rules.ts';
import { REFERENCE_KINDS, sealedKinds } from './sealed.ts';
import { secretManifest } from './secret.ts';
import { isTerraformState, terraformState } from './terraform.ts';
import { textsAt, valuesOf } from './tree.ts';
import type { Leaf } from './tree.ts';
import { namedValues } from './values.ts';

/** Kinds whose fields are about secrets by name only: schemas and rights. */
const NAMELESS_KINDS = new Set([
  ...['CustomResourceDefinition', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  ...['ValidatingAdmissionPolicy', 'ValidatingWebhookConfiguration', 'APIService'],
]);

const SOURCE_KINDS = new Set([
  ...['GitRepository', 'HelmRepository', 'OCIRepository', 'ImageRepository', 'Bucket'],
  ...['Application', 'ApplicationSet', 'AppProject', 'HelmChart', 'Kustomization'],
]);

const CHART_KINDS = new Set([
  'HelmRelease',
  'HelmChart',
  'Application',
  'ApplicationSet',
  'HelmChartConfig',
]);

const VALUES_FILE = /(?:^|\/)(?:[\w.-]*[-_.])?values(?:[-_.][\w.-]*)?\.ya?ml(?:\.tmpl|\.gotmpl)?$/i;

/** Tells what one document holds; answers the ciphertext in it by its shape. */
export function scanDocument(root: PlacedNode, context: Context): readonly Leaf[] {
  if (root.kind === 'text') return [];
  if (root.kind === 'list') return root.items.flatMap((item) => scanDocument(item, context));
  const manifest: Manifest = {
    root,
    kinds: textsAt(root, 'kind'),
    versions: textsAt(root, 'apiVersion'),
  };
  if (isTerraformState(root)) {
    terraformState(root, context);
    return [];
  }
  registries(root, context);
  generators(manifest, context);
  patches(root, context);
  if (isOperation(root)) patchOperation(root, context);
  const isManifest = manifest.kinds.length > 0;
  const isOpen = manifest.kinds.every((kind) => isFilledIn(kind));
  if (!isSecret(manifest) && !manifest.kinds.some((kind) => REFERENCE_KINDS.has(kind))) {
    untoldSecret(root, isOpen && (isManifest || valuesOf(root, 'metadata').length > 0), context);
  }
  if (isManifest) return scanManifest(manifest, context);
  const isValues = VALUES_FILE.test(context.path) || context.ground.within.length > 0;
  named(root, isValues ? 'helm-secret-value' : undefined, [], context);
  return [];
}

function scanManifest(manifest: Manifest, context: Context): readonly Leaf[] {
  const { root, kinds } = manifest;
  const listed = kinds.some((kind) => kind.endsWith('List')) ? itemsOf(root, kinds) : [];
  const inside = listed.flatMap((item) => scanDocument(item, context));
  if (isSecret(manifest)) {
    secretManifest(manifest, context);
    named(root, 'manifest-secret-value', ['data', 'stringData'], context);
    return inside;
  }
  if (isKubeconfig(manifest)) kubeconfig(manifest, context);
  if (kinds.some((kind) => REFERENCE_KINDS.has(kind))) {
    const sealed = sealedKinds(manifest, context);
    named(root, 'manifest-secret-value', ['spec'], context);
    return [...inside, ...sealed];
  }
  if (kinds.every((kind) => NAMELESS_KINDS.has(kind))) return inside;
  const without = listed.length > 0 ? ['items'] : ['secretGenerator', 'configMapGenerator'];
  named(root, ruleOf(kinds), without, context);
  return inside;
}

/**
 * The API knows one `Secret`, written so, of no group (`/v1` has none either); where a template or a patch
 * leaves the version open it is meant. Of duplicates any one counts, since readers differ.
 */
function isSecret({ kinds, versions }: Manifest): boolean {
  if (!kinds.includes('Secret')) return false;
  const isCore = (version: string): boolean => /^\s*(?:\/|core\/)?[^/]*$/.test(version);
  return versions.length === 0 || versions.some((one) => isCore(one) || isFilledIn(one));
}

/** What a template or `envsubst` writes there is not known. */
function isFilledIn(text: string): boolean {
  return text.includes('{{') || text.includes('${');
}

/** The items of a List; those of a `SecretList` need not say what they are. */
function itemsOf(root: PlacedMap, kinds: readonly string[]): readonly PlacedNode[] {
  const items = valuesOf(root, 'items').flatMap((each) => (each.kind === 'list' ? each.items : []));
  if (!kinds.includes('SecretList')) return items;
  return items.map((item): PlacedNode => {
    if (item.kind !== 'map' || valuesOf(item, 'kind').length > 0) return item;
    const value: PlacedText = {
      kind: 'text',
      value: 'Secret',
      style: 'plain',
      start: item.start,
      end: item.start,
    };
    const kind = { key: 'kind', start: item.start, value, isAlias: false };
    return { ...item, entries: [...item.entries, kind] };
  });
}

function ruleOf(kinds: readonly string[]): StructureRuleId {
  if (kinds.includes('ConfigMap')) return 'configmap-secret-value';
  return kinds.some((kind) => CHART_KINDS.has(kind))
    ? 'helm-secret-value'
    : 'manifest-secret-value';
}

function named(
  root: PlacedMap,
  rule: StructureRuleId | undefined,
  without: readonly string[],
  context: Context,
): void {
  const isSource = textsAt(root, 'kind').some((kind) => SOURCE_KINDS.has(kind));
  namedValues(root, { rule, isSource, without: new Set(without) }, context);
}

/** A Docker configuration as a file. */
function registries(root: PlacedMap, { report, ground, steps }: Context): void {
  if (valuesOf(root, 'auths').length === 0) return;
  for (const { secret, wraps, node } of registrySecrets(root, steps)) {
    if (node.kind !== 'text') continue;
    const leaf = { text: node, at: node.start, path: ['auths', 'auth'] };
    report.leak('docker-config-credential', ground, leaf, { secret, how: wraps });
    report.rescan(ground, leaf, { secret, how: wraps });
  }
}
