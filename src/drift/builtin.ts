import type { GroupVersionKind } from '../domain/object-ref.ts';

/**
 * Groups whose kinds the API server holds as Go structs: their zero values, quantities and times are
 * spelled anew. All other groups are custom resources, kept as they were sent. Listed one by one,
 * because anybody may serve a custom resource under a name ending in `.k8s.io`.
 */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set([
  ...['', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'],
  ...['admissionregistration', 'apiextensions', 'apiregistration', 'certificates'].map(k8s),
  ...['coordination', 'discovery', 'events', 'flowcontrol.apiserver', 'networking'].map(k8s),
  ...['node', 'rbac.authorization', 'resource', 'scheduling', 'storage'].map(k8s),
]);

function k8s(prefix: string): string {
  return `${prefix}.k8s.io`;
}

/** Is the kind one of the API server's own? */
export function isBuiltIn({ group }: Pick<GroupVersionKind, 'group'>): boolean {
  return BUILT_IN_GROUPS.has(group);
}

/**
 * Fields of the built-in kinds (pointers in Go) of which 0, '', false, [] or {} says something else
 * than their absence: the server stores the zero, so who drops it changes the object.
 */
const SIGNIFICANT_WHEN_ZERO: ReadonlySet<string> = new Set([
  ...['replicas', 'minReplicas', 'minAvailable', 'maxUnavailable', 'maxSurge', 'partition'],
  ...['runAsUser', 'runAsGroup', 'fsGroup', 'runAsNonRoot', 'hostUsers', 'procMount'],
  ...['automountServiceAccountToken', 'enableServiceLinks', 'allowPrivilegeEscalation'],
  ...['readOnlyRootFilesystem', 'privileged', 'shareProcessNamespace', 'setHostnameAsFQDN'],
  ...['terminationGracePeriodSeconds', 'tolerationSeconds', 'activeDeadlineSeconds'],
  ...['progressDeadlineSeconds', 'startingDeadlineSeconds', 'ttlSecondsAfterFinished'],
  ...['stabilizationWindowSeconds', 'revisionHistoryLimit', 'successfulJobsHistoryLimit'],
  ...['failedJobsHistoryLimit', 'backoffLimit', 'parallelism', 'completions', 'defaultMode'],
  ...['mode', 'storageClassName', 'ingressClassName', 'allocateLoadBalancerNodePorts', 'default'],
  ...['emptyDir', 'podSelector', 'namespaceSelector', 'objectSelector', 'labelSelector'],
  ...['selector', 'capabilities', 'add', 'drop'],
]);

/** Does the absence of this field mean the same as its zero value? `kind` owns the field. */
export function isZeroAbsent(kind: string, field: string): boolean {
  // A Service's selector is a map, which the server does not store when it is empty.
  if (kind === 'Service' && field === 'selector') return true;
  return !SIGNIFICANT_WHEN_ZERO.has(field);
}

/** Fields whose values, or whose map's values, are quantities in the built-in kinds. */
const QUANTITY_FIELDS: ReadonlySet<string> = new Set([
  ...['limits', 'requests', 'capacity', 'hard', 'overhead', 'podFixed', 'sizeLimit', 'divisor'],
  ...['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'],
  ...['averageValue', 'targetAverageValue', 'targetValue'],
]);

/** Is the value of this field, or of what the map holds, a quantity? */
export function isQuantityField(kind: string, field: string): boolean {
  if (QUANTITY_FIELDS.has(field)) return true;
  return kind === 'HorizontalPodAutoscaler' && field === 'value';
}

/** Maps and selectors whose every key has a meaning: no default is ever filled in. */
const LITERAL_FIELDS: ReadonlySet<string> = new Set([
  ...['labels', 'annotations', 'matchLabels', 'matchExpressions', 'nodeSelector', 'selector'],
  ...['podSelector', 'namespaceSelector', 'objectSelector', 'labelSelector', 'parameters'],
]);

/** Is everything below this field compared letter by letter? `depth` 1 is the object's own fields. */
export function isLiteralField(
  { group, kind }: Pick<GroupVersionKind, 'group' | 'kind'>,
  field: string,
  depth: number,
): boolean {
  if (LITERAL_FIELDS.has(field)) return true;
  const isData = field === 'data' || field === 'binaryData' || field === 'stringData';
  if (isData) return depth === 1 && group === '' && (kind === 'ConfigMap' || kind === 'Secret');
  return field === 'rules' && group === 'rbac.authorization.k8s.io';
}
