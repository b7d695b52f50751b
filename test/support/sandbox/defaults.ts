import { dictAt, isDict, show, textAt } from './value.ts';
import type { Dict } from './value.ts';

/** Defaults that depend on other fields: what to set where absent, and what to leave absent. */
export type Conditional = Readonly<{ set?: Dict; leave?: readonly string[] }>;

const RBAC = 'rbac.authorization.k8s.io';
const QUARTER = '25%';

const ROLLING = {
  type: 'RollingUpdate',
  rollingUpdate: { maxUnavailable: QUARTER, maxSurge: QUARTER },
};

type Rule = (value: Dict) => Conditional;

const RULES: { readonly [definition: string]: Rule } = {
  Container: (value) => ({ set: { imagePullPolicy: pullPolicy(textAt(value, 'image')) } }),
  DeploymentSpec: () => ({ set: { strategy: ROLLING } }),
  DeploymentCondition: () => ({ set: { lastUpdateTime: null, lastTransitionTime: null } }),
  DeploymentStrategy: (value) => {
    if (value['type'] === 'Recreate') return { leave: ['rollingUpdate'] };
    return {};
  },
  RollingUpdateDeployment: () => ({ set: { maxUnavailable: QUARTER, maxSurge: QUARTER } }),
  ServicePort: (value) => ({ set: { targetPort: value['port'] ?? 0 } }),
  ServiceSpec: (value) => {
    const outside = value['type'] === 'NodePort' || value['type'] === 'LoadBalancer';
    return outside ? { set: { externalTrafficPolicy: 'Cluster' } } : {};
  },
  Subject: (value) => (value['kind'] === 'ServiceAccount' ? { leave: ['apiGroup'] } : {}),
  RoleRef: () => ({ set: { apiGroup: RBAC } }),
  Volume: (value) => (Object.keys(value).length > 1 ? {} : { set: { emptyDir: {} } }),
  CustomResourceDefinition: () => ({ leave: ['status'] }),
  CustomResourceDefinitionSpec: () => ({ set: { conversion: { strategy: 'None' } } }),
  CustomResourceDefinitionNames: (value) => {
    const kind = textAt(value, 'kind');
    return { set: { singular: kind.toLowerCase(), listKind: `${kind}List` } };
  },
};

/** The conditional defaults of a definition. */
export function conditional(definition: string, value: Dict): Conditional {
  return RULES[definition]?.(value) ?? {};
}

function pullPolicy(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const pinned = last.includes('@') || (last.includes(':') && !last.endsWith(':latest'));
  return pinned ? 'IfNotPresent' : 'Always';
}

/** `stringData` moved into `data`, as the API server stores a Secret. */
export function foldStringData(secret: Dict): Dict {
  const { stringData, ...rest } = secret;
  if (!isDict(stringData)) return rest;
  const data: Dict = { ...dictAt(secret, 'data') };
  for (const [key, text] of Object.entries(stringData))
    data[key] = Buffer.from(show(text)).toString('base64');
  return { ...rest, data };
}
