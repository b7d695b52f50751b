/** Names one Kubernetes object; `group` is '' for the core group, `namespace` '' for cluster scope. */
export type ObjectRef = Readonly<{
  group: string;
  version: string;
  kind: string;
  namespace: string;
  name: string;
}>;

/** A kind in a version, as manifests name it. */
export type GroupVersionKind = Readonly<Pick<ObjectRef, 'group' | 'version' | 'kind'>>;

declare const keyBrand: unique symbol;

/** The identity of an object whatever the version: `group/kind/namespace/name`. */
export type ObjectKey = string & { readonly [keyBrand]: true };

/** The key under which every part of gitward files an object. */
export function objectKey(ref: Omit<ObjectRef, 'version'>): ObjectKey {
  // None of the four parts may contain a slash in Kubernetes, so the text is unambiguous.
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}` as ObjectKey;
}

/** `Deployment/payments/web`, or `Namespace/payments` for cluster scope: for people. */
export function formatObject(ref: ObjectRef): string {
  return ref.namespace === ''
    ? `${ref.kind}/${ref.name}`
    : `${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** `apps/v1` or `v1`, as manifests spell it. */
export function apiVersionOf(kind: Pick<ObjectRef, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** Splits `apps/v1` or `v1`; anything else is `undefined`. */
export function parseApiVersion(
  text: string,
): { readonly group: string; readonly version: string } | undefined {
  const match = /^(?:([a-z0-9.-]{1,253})\/)?([a-z0-9]{1,63})$/.exec(text);
  return match?.[2] === undefined ? undefined : { group: match[1] ?? '', version: match[2] };
}
