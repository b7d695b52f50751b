import type { ParityCase } from './case.ts';
import { apply, get, patch, post, put, remove, WIDGETS } from './case.ts';
import type { Dict } from '../value.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A CRD that uses what gitward's own CRDs use. */
export const WIDGET_CRD: Dict = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.parity.dev' },
  spec: {
    group: 'parity.dev',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      shortNames: ['wi'],
      categories: ['parity'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
          {
            name: 'Ready',
            type: 'string',
            jsonPath: '.status.conditions[?(@.type=="Ready")].status',
            description: 'whether ready',
          },
          { name: 'Count', type: 'integer', jsonPath: '.spec.count', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['mode'],
                properties: {
                  mode: { type: 'string', enum: ['A', 'B'] },
                  count: { type: 'integer', minimum: 1, maximum: 9 },
                  name: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]+$' },
                  withDefault: { type: 'string', default: 'dd' },
                  nested: {
                    type: 'object',
                    properties: { a: { type: 'string' }, b: { type: 'boolean', default: true } },
                  },
                  list: { type: 'array', maxItems: 3, items: { type: 'string' } },
                  set: {
                    type: 'array',
                    'x-kubernetes-list-type': 'set',
                    items: { type: 'string' },
                  },
                  keyed: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, value: { type: 'string' } },
                    },
                  },
                  labels: { type: 'object', additionalProperties: { type: 'string' } },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  maybe: { type: 'string', nullable: true },
                },
              },
              status: {
                type: 'object',
                properties: {
                  count: { type: 'integer' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A CRD with an int-or-string, which makes 1.20 apply without a schema. */
export const GADGET_CRD: Dict = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.parity2.dev' },
  spec: {
    group: 'parity2.dev',
    names: { plural: 'gadgets', kind: 'Gadget' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  amount: { 'x-kubernetes-int-or-string': true },
                  set: {
                    type: 'array',
                    'x-kubernetes-list-type': 'set',
                    items: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const GADGET = '/apis/parity2.dev/v1/gadgets/g';
const gadget = (spec: Dict): Dict => {
  return { apiVersion: 'parity2.dev/v1', kind: 'Gadget', metadata: { name: 'g' }, spec };
};

const widget = (spec: Dict, metadata: Dict = {}): Dict => {
  return {
    apiVersion: 'parity.dev/v1',
    kind: 'Widget',
    metadata: { name: 'w', ...metadata },
    spec,
  };
};
const W = `${WIDGETS}/w`;

/** CRDs and their instances. */
export const CUSTOM_CASES: readonly ParityCase[] = [
  {
    name: 'an instance: pruned, defaulted, counted in generations',
    steps: [
      post(WIDGETS, {
        ...widget({ mode: 'A', unknown: 1, nested: { x: 1 } }),
        status: { count: 3 },
      }),
      put(W, widget({ mode: 'B' })),
      patch('merge', W, { spec: { mode: 'B', count: 2 } }),
      patch('merge', W, { metadata: { labels: { a: 'b' } } }),
      patch('merge', `${W}/status`, {
        status: { count: 1, extra: 1 },
        spec: { count: 5 },
        metadata: { labels: { z: 'z' } },
      }),
      patch('merge', W, { status: { count: 9 } }),
      patch('json', W, [{ op: 'add', path: '/spec/list', value: ['a'] }]),
      patch('strategic', W, { spec: {} }),
      get(W),
      remove(W),
    ],
  },
  {
    name: 'violations of the schema, one cause each',
    steps: [
      post(WIDGETS, widget({})),
      post(WIDGETS, widget({ mode: 'C' })),
      post(WIDGETS, widget({ mode: 'A', count: 0 })),
      post(WIDGETS, widget({ mode: 'A', count: 10 })),
      post(WIDGETS, widget({ mode: 'A', count: 'x' })),
      post(WIDGETS, widget({ mode: 'A', count: 1.5 })),
      post(WIDGETS, widget({ mode: 'A', name: 'a' })),
      post(WIDGETS, widget({ mode: 'A', name: 'abcde' })),
      post(WIDGETS, widget({ mode: 'A', name: 'AB' })),
      post(WIDGETS, widget({ mode: 'A', list: ['a', 'b', 'c', 'd'] })),
      post(WIDGETS, widget({ mode: 'A', nested: [] })),
      post(WIDGETS, widget({ mode: 'A', keyed: [{ value: 'x' }] })),
      post(WIDGETS, widget({ mode: 'A', keyed: [{ name: 1 }] })),
      post(WIDGETS, widget({ mode: 'A', list: [1] })),
      post(WIDGETS, widget({ mode: 'A', set: ['a', 'a'] })),
      post(WIDGETS, widget({ mode: 'A', keyed: [{ name: 'a' }, { name: 'a' }] })),
      post(WIDGETS, widget({ mode: 'A', maybe: null, nested: null, withDefault: null })),
    ],
  },
  {
    name: 'apply to an instance: spelling, untyped parts, nulls, lists',
    steps: [
      apply(
        'g',
        W,
        widget({
          mode: 'A',
          free: { a: { b: [1] }, n: null },
          list: ['a'],
          set: ['x', 'y'],
          keyed: [{ name: 'k', value: '1' }],
          labels: { l: 'v' },
        }),
      ),
      apply(
        'g',
        W,
        widget({
          mode: 'A',
          free: { a: { b: [1] }, n: null },
          list: ['a'],
          set: ['x', 'y'],
          keyed: [{ name: 'k', value: '1' }],
          labels: { l: 'v' },
        }),
      ),
      apply(
        'h',
        W,
        widget({
          mode: 'A',
          set: ['z'],
          keyed: [{ name: 'm' }],
          free: { c: 1 },
          nested: { a: 'x' },
        }),
      ),
      apply('g', W, widget({ mode: 'A', set: ['y'], keyed: [], free: { a: {} } })),
      apply('g', W, widget({ mode: 'A' })),
      apply('h', W, widget({ mode: 'A' })),
      apply('h', W, widget({ mode: 'A', maybe: null })),
    ],
  },
  {
    name: 'apply to an instance: typos, conflicts, status',
    steps: [
      apply('g', W, widget({ mode: 'A', moed: 'x' })),
      apply('g', W, widget({ mode: 'A', count: 1 })),
      apply('h', W, widget({ mode: 'B' })),
      apply('s', `${W}/status`, {
        apiVersion: 'parity.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      }),
      apply('s', `${W}/status`, {
        apiVersion: 'parity.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        status: { conditions: [{ type: 'Ready', status: 'False' }], count: 2 },
      }),
      apply('s', `${W}/status`, {
        apiVersion: 'parity.dev/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        status: { count: 2 },
      }),
      apply('g', W, widget({ mode: 'Z' })),
      apply('g', W, widget({})),
    ],
  },
  {
    name: 'an int-or-string keeps its spelling and its CRD applies untyped',
    steps: [
      apply('g', GADGET, gadget({ amount: '1000m', set: ['a'] })),
      apply('g', GADGET, gadget({ amount: 1, set: ['a', 'b'], typo: 'x' })),
      apply('h', GADGET, gadget({ amount: '1', set: ['c'] })),
      patch('merge', GADGET, { spec: { amount: true } }),
      remove(GADGET),
    ],
  },
  {
    name: 'a CRD itself: defaults, refusals, no second one',
    steps: [
      post(`${CRDS}?dryRun=All`, { ...WIDGET_CRD, metadata: { name: 'wrong.parity.dev' } }),
      post(CRDS, WIDGET_CRD),
      get('/apis/parity.dev/v1'),
      get('/apis/parity.dev'),
    ],
  },
];
