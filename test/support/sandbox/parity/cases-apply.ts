import type { ParityCase } from './case.ts';
import {
  apply,
  changed,
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  get,
  patch,
  post,
  put,
  SECRETS,
  SERVICES,
} from './case.ts';
import { dictAt } from '../value.ts';

const AT = `${CONFIG_MAPS}/a`;
const WEB = `${DEPLOYMENTS}/web`;
const TCP = { protocol: 'TCP' };
const web = (container: object, spec: object = {}) =>
  deployment('web', { ...container }, { ...spec });

/** Server-side apply and what it leaves in managedFields. */
export const APPLY_CASES: readonly ParityCase[] = [
  {
    name: 'apply creates, repeats without a write, prunes',
    steps: [
      apply('g', AT, configMap('a', { x: '1', y: '2' }, { labels: { l: 'v' } })),
      apply('g', AT, configMap('a', { x: '1', y: '2' }, { labels: { l: 'v' } })),
      apply('g', AT, configMap('a', { x: '1' })),
      apply('g', AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
    ],
  },
  {
    name: 'two appliers own together, one leaves, the field stays until both left',
    steps: [
      apply('g', AT, configMap('a', { x: '1', y: '2' })),
      apply('h', AT, configMap('a', { x: '1', z: '3' })),
      apply('g', AT, configMap('a', { y: '2' })),
      apply('h', AT, configMap('a', { z: '3' })),
      apply('h&dryRun=All', AT, configMap('a', { q: '3' })),
    ],
  },
  {
    name: 'a conflict names its owner, force takes the field',
    steps: [
      apply('g', AT, configMap('a', { x: '1' })),
      apply('h', AT, configMap('a', { x: '2' })),
      apply('h&force=true', AT, configMap('a', { x: '2' })),
      patch('merge', AT, { data: { x: '3', w: '4' } }),
      apply('h', AT, configMap('a', { x: '2' })),
      apply('h&force=true', AT, configMap('a', { x: '2' })),
      apply('g', AT, configMap('a', { w: '4' })),
    ],
  },
  {
    name: 'an object of another manager, adopted by dry-run and by apply',
    steps: [
      post(CONFIG_MAPS, configMap('a', { x: '1', y: '2' }, { labels: { l: 'v' } })),
      apply('g&dryRun=All&force=true', AT, configMap('a', { x: '9' })),
      get(AT),
      apply('g&force=true', AT, configMap('a', { x: '1' })),
      put(AT, configMap('a', { x: '1' })),
    ],
  },
  {
    name: 'ownership reset by one empty entry, then applied again',
    steps: [
      apply('g', AT, configMap('a', { x: '1' })),
      patch('merge', AT, { metadata: { managedFields: [{}] } }),
      patch('merge', AT, { data: { x: '2' } }),
      apply('g', AT, configMap('a', { x: '1' })),
      apply('g&force=true', AT, configMap('a', { x: '1' })),
    ],
  },
  {
    name: 'a Deployment applied, edited, reverted; foreign items stay',
    steps: [
      apply(
        'g',
        WEB,
        web({
          args: ['a'],
          env: [{ name: 'A', value: '1' }],
          ports: [{ containerPort: 80, ...TCP }],
          resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
        }),
      ),
      apply(
        'g',
        WEB,
        web({
          args: ['a'],
          env: [{ name: 'A', value: '1' }],
          ports: [{ containerPort: 80, ...TCP }],
          resources: { limits: { cpu: '1', memory: '1Gi' } },
        }),
      ),
      patch('strategic', WEB, {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'c', image: 'b:2', env: [{ name: 'X', value: '1' }] },
                { name: 'side', image: 's:1' },
              ],
            },
          },
        },
      }),
      apply('g&force=true', WEB, web({ args: ['a', 'b'], env: [{ name: 'A', value: '1' }] })),
      apply('g&force=true', WEB, web({ env: [] })),
    ],
  },
  {
    name: 'merge keys: ports, their defaults, and a key that is missing',
    steps: [
      apply(
        'g',
        WEB,
        web({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }] }),
      ),
      apply('g', WEB, web({ ports: [{ containerPort: 80 }] })),
      apply('g', `${SERVICES}/s`, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { ports: [{ port: 80 }] },
      }),
      apply('g', `${SERVICES}/s`, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { selector: { a: 'b' }, ports: [{ port: 80, ...TCP }] },
      }),
      apply('g', `${SERVICES}/s`, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { selector: { a: 'b' }, ports: [{ port: 81, ...TCP }] },
      }),
      apply('g', WEB, web({ ports: [{ containerPort: 80 }, { containerPort: 80 }] })),
    ],
  },
  {
    name: 'typos and wrong types answer 500, parameters 422, bodies 400',
    steps: [
      apply('g', WEB, web({}, { replcas: 2 })),
      apply('g', WEB, web({ resources: { limits: { cpu: 1 } } })),
      apply('g', WEB, web({ imag: 'x' })),
      apply('g', WEB, web({ args: 'x' })),
      { method: 'PATCH', path: AT, body: configMap('a', {}), type: 'application/apply-patch+yaml' },
      apply('g', AT, configMap('a', {}, { managedFields: [] })),
      apply('g', AT, { ...configMap('a', {}), apiVersion: 'v2' }),
      apply('g', AT, configMap('other', {})),
    ],
  },
  {
    name: 'sets, ownerless maps, nulls and empty values',
    steps: [
      apply('g', AT, configMap('a', {}, { finalizers: ['x.dev/a', 'x.dev/b'], annotations: {} })),
      apply('h', AT, configMap('a', {}, { finalizers: ['x.dev/c'] })),
      apply('g', AT, configMap('a', {}, { finalizers: ['x.dev/b'] })),
      apply('g', AT, { ...configMap('a', { x: null, y: '' }), binaryData: null }),
      apply('g', WEB, web({ securityContext: {}, args: null, command: [] })),
    ],
  },
  {
    name: 'scale by another manager leaves ownership alone',
    steps: [
      apply('g', WEB, web({}, { replicas: 2 })),
      get(`${WEB}/scale`),
      patch('merge', `${WEB}/scale?fieldManager=hpa`, { spec: { replicas: 5 } }),
      get(WEB),
      get(`${WEB}/scale`),
      put(
        `${WEB}/scale`,
        changed((last) => ({ ...last, spec: { replicas: 1 } })),
      ),
      put(
        `${WEB}/scale`,
        changed((last) => ({
          ...last,
          metadata: { ...dictAt(last, 'metadata'), resourceVersion: '1' },
        })),
      ),
      apply('g', WEB, web({}, { replicas: 2 })),
    ],
  },
  {
    name: 'status written by another manager',
    steps: [
      apply('g', WEB, web({})),
      patch('merge', `${WEB}/status?fieldManager=kcm`, {
        status: { replicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
      }),
      apply('g', WEB, web({ image: 'a:2' })),
    ],
  },
  {
    name: 'stringData applied is owned as stringData and stored as data',
    steps: [
      apply('g', `${SECRETS}/s`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        stringData: { k: 'v' },
      }),
      apply('g', `${SECRETS}/s`, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        data: { k: 'dg==' },
      }),
      apply('g', `${SECRETS}/s`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }),
    ],
  },
  {
    name: 'more than ten updaters fold into ancient-changes',
    steps: [
      apply('g', AT, configMap('a', { x: '1' })),
      ...Array.from({ length: 12 }, (_, i) =>
        patch('merge', `${AT}?fieldManager=m${String(i).padStart(2, '0')}`, {
          data: { [`k${i}`]: '1' },
        }),
      ),
      get(AT),
    ],
  },
];
