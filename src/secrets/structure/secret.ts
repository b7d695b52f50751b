import type { PlacedMap, PlacedNode } from '../../document/placed.ts';
import { fromBase64, latin1 } from './base64.ts';
import { isSopsValue } from './ciphertext.ts';
import type { Context, Manifest } from './context.ts';
import { dockerConfig } from './docker.ts';
import { isPlaceholder } from './placeholder.ts';
import { isPublic } from './public.ts';
import type { StructureRuleId } from './rules.ts';
import { entriesOf, lineOffset, textsAt, valuesAt, valuesOf } from './tree.ts';
import type { Leaf } from './tree.ts';

/** The label of the key that opens every SealedSecret of a cluster. */
const SEALING_KEY_LABEL = 'sealedsecrets.bitnami.com/sealed-secrets-key';
const ARGO_LABEL = 'argocd.argoproj.io/secret-type';

/** What Argo CD keeps in Secrets that is no secret. */
const ARGO_PUBLIC = new Set([
  ...['type', 'name', 'project', 'server', 'namespaces', 'clusterResources', 'shard', 'insecure'],
  ...['enableLfs', 'enableOCI', 'insecureIgnoreHostKey', 'forceHttpBasicAuth', 'url', 'noProxy'],
  ...[
    'githubAppID',
    'githubAppInstallationID',
    'githubAppEnterpriseBaseUrl',
    'depth',
    'useAzureWorkloadIdentity',
  ],
]);

/** Tells what a `v1/Secret` holds: every value that is not ciphertext, a placeholder or public. */
export function secretManifest({ root }: Manifest, context: Context): void {
  const labels = valuesAt(root, 'metadata', 'labels');
  const isSealingKey = labels.some((each) => valuesOf(each, SEALING_KEY_LABEL).length > 0);
  const rule = isSealingKey ? 'sealed-secrets-key' : 'kubernetes-secret-value';
  const isArgo = labels.some((each) => valuesOf(each, ARGO_LABEL).length > 0);
  const isAccount = textsAt(root, 'type').includes('kubernetes.io/service-account-token');
  const isPublicKey = (key: string, value: string): boolean =>
    (isAccount && key === 'namespace' && /^[a-z0-9-]{1,63}$/.test(value)) ||
    (isArgo && ARGO_PUBLIC.has(key) && !/:\/\/[^/\s]*:[^/\s]*@/.test(value));
  for (const { key, value } of entriesOf(root)) {
    if (key === 'data' || key === 'stringData') {
      secretValues(value, { rule, path: [key], isEncoded: key === 'data', isPublicKey }, context);
    }
  }
}

/** How the values of a map are to be read. */
export type Reading = Readonly<{
  rule: StructureRuleId;
  path: readonly string[];
  isEncoded: boolean;
  isPublicKey?: (key: string, value: string) => boolean;
}>;

/** Tells every value of a map, and what stands deeper where nothing should. */
export function secretValues(node: PlacedNode, reading: Reading, context: Context): void {
  if (node.kind === 'text') return;
  const members = node.kind === 'map' ? entriesOf(node) : itemsOf(node.items);
  for (const entry of members) {
    const { key, value } = entry;
    const path = [...reading.path, key];
    context.steps.take(path.length, value.kind === 'text' ? value.value : '');
    if (value.kind !== 'text') secretValues(value, { ...reading, path }, context);
    else secretValue({ text: value, at: lineOffset(entry), path }, reading, context);
  }
}

function itemsOf(items: readonly PlacedNode[]): PlacedMap['entries'] {
  return items.map((value, index) => ({
    key: String(index),
    start: value.start,
    value,
    isAlias: false,
  }));
}

/** Tells one value, whole and by what is inside. */
export function secretValue(leaf: Leaf, reading: Reading, context: Context): void {
  const { ground, report, isSealed } = context;
  const written = leaf.text.value.trim();
  if (standsIn(written, leaf, context) || (isSealed && isSopsValue(written))) return;
  const bytes = reading.isEncoded ? fromBase64(written) : undefined;
  const value = bytes === undefined ? written : latin1(bytes);
  const key = leaf.path.at(-1) ?? '';
  if (standsIn(value, leaf, context) || isPublic(value)) return;
  if (reading.isPublicKey?.(key, value) === true) return;
  const how = bytes === undefined ? [] : ['base64'];
  report.leak(reading.rule, ground, leaf, { secret: value.trim(), how });
  if (bytes !== undefined) report.rescan(ground, leaf, { secret: value, how });
  // Escapes and folding hide from the text what the value is.
  else if (!ground.text.slice(leaf.text.start, leaf.text.end).includes(value)) {
    report.rescan(ground, leaf, { secret: value });
  }
  dockerConfig(value, { leaf, how }, context);
}

/** Is it a placeholder? Then generic rules are silent as well. */
function standsIn(value: string, leaf: Leaf, { hush }: Context): boolean {
  const isOne = isPlaceholder(value);
  if (isOne) hush(leaf);
  return isOne;
}
