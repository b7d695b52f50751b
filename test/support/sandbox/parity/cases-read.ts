import type { ParityCase, Step } from './case.ts';
import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  get,
  patch,
  post,
  SECRETS,
  SERVICES,
  WIDGETS,
} from './case.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const PARTIAL = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
const as = (accept: string, path: string): Step => ({ method: 'GET', path, headers: { accept } });
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/N';
const EVENTS = '/api/v1/namespaces/N/events';

/** Lists, selectors, tables and discovery. */
export const READ_CASES: readonly ParityCase[] = [
  {
    name: 'lists, selectors, pages',
    steps: [
      ...['a', 'b', 'c'].map((name) =>
        post(CONFIG_MAPS, configMap(name, {}, { labels: { n: name, all: 'x' } })),
      ),
      get(CONFIG_MAPS),
      get(`${CONFIG_MAPS}?limit=2`),
      get(`${CONFIG_MAPS}?labelSelector=n=a`),
      get(`${CONFIG_MAPS}?labelSelector=n%20in%20(a,b),all`),
      get(`${CONFIG_MAPS}?labelSelector=n!=a,!none`),
      get(`${CONFIG_MAPS}?labelSelector=n%20notin%20(a,b)`),
      get(`${CONFIG_MAPS}?fieldSelector=metadata.name=b`),
      get(`${CONFIG_MAPS}?fieldSelector=metadata.name!=b`),
      get(`${CONFIG_MAPS}?fieldSelector=data.x=b`),
      get(`${CONFIG_MAPS}?resourceVersionMatch=NotOlderThan`),
    ],
  },
  {
    name: 'tables of the built-in kinds',
    steps: [
      post(CONFIG_MAPS, configMap('a', { x: '1' })),
      post(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        data: { b: 'Yg==' },
      }),
      post(DEPLOYMENTS, deployment('web', {})),
      post(SERVICES, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: {
          selector: { a: 'b' },
          ports: [{ port: 80 }, { port: 81, name: 'u', protocol: 'UDP' }].map((port, i) => ({
            name: `p${i}`,
            ...port,
          })),
        },
      }),
      post(`${RBAC}/roles`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'R:x' },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
      post(`${RBAC}/rolebindings`, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'b' },
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'Group', name: 'g' },
          { kind: 'ServiceAccount', name: 'd', namespace: 'x' },
        ],
      }),
      post(EVENTS, {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e' },
        involvedObject: { kind: 'ConfigMap', name: 'a', namespace: 'N' },
        reason: 'R',
        message: 'm\n',
        type: 'Normal',
        source: { component: 'c' },
      }),
      ...[
        CONFIG_MAPS,
        SECRETS,
        DEPLOYMENTS,
        SERVICES,
        `${RBAC}/roles`,
        `${RBAC}/rolebindings`,
        `${CONFIG_MAPS}/a`,
      ].map((path) => as(TABLE, path)),
      as(TABLE, `${CONFIG_MAPS}?includeObject=None`),
      as(TABLE, `${CONFIG_MAPS}?includeObject=Object`),
      as(PARTIAL, CONFIG_MAPS),
      as(PARTIAL, SERVICES),
    ],
  },
  {
    name: 'tables of a custom kind',
    steps: [
      post(WIDGETS, {
        apiVersion: 'parity.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        spec: { mode: 'A', count: 3 },
      }),
      as(TABLE, WIDGETS),
      patch('merge', `${WIDGETS}/w/status`, {
        status: {
          conditions: [
            { type: 'Other', status: 'x' },
            { type: 'Ready', status: 'True' },
          ],
        },
      }),
      as(TABLE, WIDGETS),
      get(WIDGETS),
    ],
  },
  {
    name: 'discovery of the groups that the sandbox serves',
    steps: [
      get('/apis/coordination.k8s.io/v1'),
      get('/apis/rbac.authorization.k8s.io/v1'),
      get('/apis/apiextensions.k8s.io/v1'),
      get('/apis/apps'),
    ],
  },
];
