import type { ParityCase } from './case.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  SECRETS,
  SERVICES,
  changed,
  configMap,
  deployment,
  get,
  patch,
  post,
  put,
  remove,
} from './case.ts';
import { dictAt } from '../value.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const BINDINGS = `${RBAC}/namespaces/N/rolebindings`;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/N/leases';
const binding = (role: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'b' },
  roleRef: { kind: 'Role', name: role },
  subjects: [
    { kind: 'ServiceAccount', name: 'd', namespace: 'default' },
    { kind: 'User', name: 'joe' },
  ],
});
const service = (spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's' },
  spec: { ...spec },
});

/** Create, read, update, delete and their refusals. */
export const CRUD_CASES: readonly ParityCase[] = [
  {
    name: 'a ConfigMap through its life, answers and statuses',
    steps: [
      get(`${CONFIG_MAPS}/a`),
      post(CONFIG_MAPS, configMap('a', { x: '1' }, { labels: { l: 'v' }, annotations: {} })),
      post(CONFIG_MAPS, configMap('a', { x: '1' })),
      get(`${CONFIG_MAPS}/a`),
      get(CONFIG_MAPS),
      put(`${CONFIG_MAPS}/a`, configMap('a', { x: '2' })),
      put(`${CONFIG_MAPS}/a`, configMap('a', { x: '2' })),
      put(`${CONFIG_MAPS}/a`, configMap('a', { x: '3' }, { resourceVersion: '1' })),
      put(`${CONFIG_MAPS}/a`, configMap('b', {})),
      put(`${CONFIG_MAPS}/missing`, configMap('missing', {})),
      remove(`${CONFIG_MAPS}/a`),
      remove(`${CONFIG_MAPS}/a`),
    ],
  },
  {
    name: 'odd bodies, refused alike',
    steps: [
      post(CONFIG_MAPS, configMap('A_b', {})),
      post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      post(CONFIG_MAPS, configMap('a', {}, { namespace: 'other' })),
      post('/api/v1/namespaces/none/configmaps', configMap('a', {})),
      post('/api/v1/namespaces/N/nothings', configMap('a', {})),
      get('/apis/none.dev/v1/namespaces/N/things'),
      { method: 'PATCH', path: `${CONFIG_MAPS}/a`, body: {}, type: 'text/plain' },
      post(SERVICES, service({ ports: [] })),
      { method: 'PUT', path: CONFIG_MAPS, body: {} },
    ],
  },
  {
    name: 'a Deployment, defaulted and counted in generations',
    steps: [
      post(
        DEPLOYMENTS,
        deployment('web', {
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
          env: [{ name: 'A', value: '' }],
          args: [],
        }),
      ),
      patch('merge', `${DEPLOYMENTS}/web`, { spec: { replicas: 3, paused: false } }),
      patch('merge', `${DEPLOYMENTS}/web`, { metadata: { annotations: { a: 'b' } } }),
      patch('merge', `${DEPLOYMENTS}/web`, { metadata: { labels: { a: 'b' } } }),
      patch('merge', `${DEPLOYMENTS}/web/status`, {
        status: { replicas: 2, observedGeneration: 1 },
        spec: { replicas: 9 },
      }),
      patch('merge', `${DEPLOYMENTS}/web`, { status: { replicas: 7 } }),
      patch('merge', `${DEPLOYMENTS}/web`, { spec: { selector: { matchLabels: { app: 'x' } } } }),
      post(DEPLOYMENTS, deployment('bad', { image: '' })),
      post(DEPLOYMENTS, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'none' },
        spec: {},
      }),
      remove(`${DEPLOYMENTS}/web`),
    ],
  },
  {
    name: 'richer pod templates, read back alike',
    steps: [
      post(
        DEPLOYMENTS,
        deployment(
          'rich',
          {
            image: 'repo.example/a/b:latest',
            livenessProbe: { httpGet: { port: 'http' }, initialDelaySeconds: 0 },
            securityContext: { runAsUser: 0, privileged: false },
            resources: { requests: { cpu: '0.5', memory: '1.5Gi', 'ephemeral-storage': '1e3' } },
            tty: false,
            stdin: true,
            env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          },
          { strategy: { type: 'Recreate' }, replicas: 0, minReadySeconds: 0 },
        ),
      ),
      post(DEPLOYMENTS, deployment('surge', {}, { strategy: { rollingUpdate: { maxSurge: 1 } } })),
      post(DEPLOYMENTS, {
        ...deployment('vols', {}),
        spec: {
          selector: { matchLabels: { app: 'v' } },
          template: {
            metadata: { labels: { app: 'v' } },
            spec: {
              hostNetwork: false,
              automountServiceAccountToken: false,
              containers: [
                {
                  name: 'c',
                  image:
                    'a@sha256:0000000000000000000000000000000000000000000000000000000000000000',
                },
              ],
              volumes: [
                { name: 'a' },
                { name: 'b', configMap: { name: 'x' } },
                { name: 'c', secret: { secretName: 'x' } },
              ],
            },
          },
        },
      }),
    ],
  },
  {
    name: 'Secrets: stringData folded, type and immutability kept',
    steps: [
      post(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { a: 'é' },
        data: { b: 'Yg==' },
      }),
      patch('merge', `${SECRETS}/s`, { stringData: { c: 'x' } }),
      patch('merge', `${SECRETS}/s`, { type: 'other' }),
      patch('merge', `${SECRETS}/s`, { immutable: true }),
      patch('merge', `${SECRETS}/s`, { data: { a: 'eA==' } }),
      remove(`${SECRETS}/s`),
    ],
  },
  {
    name: 'Services, bindings, accounts and leases',
    steps: [
      post(SERVICES, service({ selector: { a: 'b' }, ports: [{ port: 80 }] })),
      patch('merge', `${SERVICES}/s`, { spec: { ports: [{ port: 81, name: 'x' }] } }),
      patch('strategic', `${SERVICES}/s`, { spec: { ports: [{ port: 82, name: 'y' }] } }),
      put(
        `${SERVICES}/s`,
        changed((last) => ({ ...last, spec: { ...dictAt(last, 'spec'), clusterIP: 'None' } })),
      ),
      remove(`${SERVICES}/s`),
      post(BINDINGS, binding('r')),
      put(`${BINDINGS}/b`, binding('other')),
      remove(`${BINDINGS}/b`),
      post('/api/v1/namespaces/N/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'a' },
      }),
      remove('/api/v1/namespaces/N/serviceaccounts/a'),
      put(`${LEASES}/l`, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: { holderIdentity: '', leaseDurationSeconds: 15 },
      }),
      put(`${LEASES}/l`, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'l' },
        spec: { holderIdentity: 'x' },
      }),
      put(
        `${LEASES}/l`,
        changed(() => ({
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name: 'l', resourceVersion: '1' },
          spec: { holderIdentity: 'x', renewTime: '2026-01-01T00:00:00.000000Z' },
        })),
      ),
    ],
  },
  {
    name: 'finalizers and preconditions hold a delete',
    steps: [
      post(CONFIG_MAPS, configMap('f', {}, { finalizers: ['x.dev/f'] })),
      remove(`${CONFIG_MAPS}/f`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: '00000000-0000-4000-8000-000000000000' },
      }),
      remove(`${CONFIG_MAPS}/f`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
      }),
      remove(`${CONFIG_MAPS}/f`),
      patch('merge', `${CONFIG_MAPS}/f`, { metadata: { finalizers: null } }),
      get(`${CONFIG_MAPS}/f`),
    ],
  },
  {
    name: 'dry-runs answer in full and store nothing',
    steps: [
      post(`${CONFIG_MAPS}?dryRun=All`, configMap('d', { a: 'b' })),
      get(`${CONFIG_MAPS}/d`),
      post(CONFIG_MAPS, configMap('d', { a: 'b' })),
      put(`${CONFIG_MAPS}/d?dryRun=All`, configMap('d', { a: 'c' })),
      patch('merge', `${CONFIG_MAPS}/d?dryRun=All`, { data: { z: '1' } }),
      remove(`${CONFIG_MAPS}/d?dryRun=All`),
      get(`${CONFIG_MAPS}/d`),
    ],
  },
  {
    name: 'patches of three kinds',
    steps: [
      post(
        DEPLOYMENTS,
        deployment('p', {
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        }),
      ),
      patch('strategic', `${DEPLOYMENTS}/p`, {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'c',
                  env: [
                    { name: 'B', $patch: 'delete' },
                    { name: 'C', value: '3' },
                  ],
                },
              ],
            },
          },
        },
      }),
      patch('strategic', `${DEPLOYMENTS}/p`, {
        spec: {
          template: {
            spec: {
              containers: [{ name: 'side', image: 'b:1' }],
            },
          },
        },
      }),
      patch('strategic', `${DEPLOYMENTS}/p`, {
        spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      }),
      patch('json', `${DEPLOYMENTS}/p`, [{ op: 'replace', path: '/spec/replicas', value: 4 }]),
      patch('json', `${DEPLOYMENTS}/p`, [
        { op: 'add', path: '/metadata/labels', value: { a: 'b' } },
        { op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/c' },
      ]),
      patch('json', `${DEPLOYMENTS}/p`, [
        { op: 'test', path: '/spec/replicas', value: 4 },
        { op: 'remove', path: '/spec/template/spec/containers/0/env' },
      ]),
      patch('merge', `${DEPLOYMENTS}/p`, {
        metadata: { resourceVersion: '1' },
        spec: { replicas: 1 },
      }),
      patch('merge', `${DEPLOYMENTS}/missing`, {}),
    ],
  },
];
