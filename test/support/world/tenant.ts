import type { Person } from '../../../src/api/signerset.ts';
import { repoKey } from '../../../src/domain/repo-key.ts';

/** Names that every world uses, so that what people read in one place they know in the next. */
export const TENANT = {
  namespace: 'payments',
  repo: 'shop',
  target: 'prod',
  path: 'deploy',
  account: 'payments-deployer',
  signers: 'platform',
  secret: 'shop-git',
} as const;

/** The ledger's key of the world's GuardedRepo. */
export const TENANT_KEY = repoKey(TENANT.namespace, TENANT.repo);

/** The operator's own namespace. */
export const OWN_NAMESPACE = 'gitward-system';

/** Changes to the world's GuardedRepo. */
export type RepoChanges = Readonly<{
  url: string;
  mode?: 'Enforce' | 'Audit';
  onDrift?: 'Revert' | 'Report';
  interval?: string;
  startAt?: string;
  secret?: boolean;
  deletionPolicy?: 'Orphan' | 'Prune';
}>;

/** The world's GuardedRepo: branch main, one target, one SignerSet. */
export function guardedRepo(changes: RepoChanges): object {
  const { url, mode = 'Enforce', onDrift = 'Revert', interval = '1s', startAt } = changes;
  return {
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'GuardedRepo',
    metadata: { name: TENANT.repo, namespace: TENANT.namespace },
    spec: {
      interval,
      mode,
      ...(changes.deletionPolicy === undefined ? {} : { deletionPolicy: changes.deletionPolicy }),
      source: {
        url,
        ref: { branch: 'main' },
        ...(changes.secret === true ? { secretRef: { name: TENANT.secret } } : {}),
      },
      verify: {
        signers: [TENANT.signers],
        ...(startAt === undefined ? {} : { startAt: { commit: startAt } }),
      },
      targets: [
        {
          name: TENANT.target,
          path: TENANT.path,
          namespace: TENANT.namespace,
          serviceAccountName: TENANT.account,
          drift: { onDrift },
        },
      ],
    },
  };
}

/** A SignerSet of these people. */
export function signerSet(people: readonly Person[]): object {
  return {
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'SignerSet',
    metadata: { name: TENANT.signers },
    spec: { people },
  };
}

const rule = (
  groups: string[],
  resources: string[],
  verbs: string[],
  names?: string[],
): object => ({
  apiGroups: groups,
  resources,
  verbs,
  ...(names === undefined ? {} : { resourceNames: names }),
});

const role = (name: string, rules: readonly object[]): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, namespace: TENANT.namespace },
  rules,
});

const binding = (name: string, account: string, namespace: string): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name, namespace: TENANT.namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
});

/** What a tenant grants: its deployer may write, gitward may act as it, read there, and read one Secret. */
export function tenantGrants(): readonly object[] {
  const kinds = ['configmaps', 'secrets', 'services', 'serviceaccounts', 'deployments'];
  const groups = ['', 'apps'];
  return [
    role(TENANT.account, [
      rule(groups, kinds, ['get', 'create', 'patch', 'update', 'delete']),
      rule(['rbac.authorization.k8s.io'], ['roles', 'rolebindings'], ['get', 'create', 'patch']),
    ]),
    binding(TENANT.account, TENANT.account, TENANT.namespace),
    role('gitward-reader', [
      rule(groups, kinds, ['get', 'list', 'watch']),
      rule(['rbac.authorization.k8s.io'], ['roles', 'rolebindings'], ['get', 'list', 'watch']),
      rule([''], ['serviceaccounts'], ['impersonate'], [TENANT.account]),
    ]),
    binding('gitward-reader', 'gitward', OWN_NAMESPACE),
  ];
}

/** A ConfigMap as a file of the repository. */
export function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

/** A Deployment as a file of the repository, with everything defaulted left out. */
export function deployment(name: string, image: string, replicas = 1): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{containerPort: 8080}]
          resources: {limits: {cpu: 1000m, memory: 1024Mi}}
`;
}
