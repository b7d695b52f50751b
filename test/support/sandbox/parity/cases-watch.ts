import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  get,
  patch,
  post,
  put,
  remove,
  SECRETS,
} from './case.ts';
import type { ParityCase, Step } from './case.ts';
import { textAt } from '../value.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const A = `${CONFIG_MAPS}/a`;

// Follows the first list of the case, for a second.
const follow = (query = '', headers: Record<string, string> = {}): Step => ({
  method: 'GET',
  path: (answers) => {
    const version = textAt(answers[0], 'metadata', 'resourceVersion');
    return `${CONFIG_MAPS}?watch=true&timeoutSeconds=1&resourceVersion=${version}${query}`;
  },
  headers,
});
const alice = (step: Step): Step => ({ ...step, user: 'alice' });
const as = (user: string, step: Step): Step => ({ ...step, headers: { 'impersonate-user': user } });

/** Watches, and who may do what (in both servers alice and the account `d` may do nothing). */
export const WATCH_CASES: readonly ParityCase[] = [
  {
    name: 'a watch tells each change once, also through selectors and as a table',
    steps: [
      get(CONFIG_MAPS),
      post(CONFIG_MAPS, configMap('a', { x: '1' }, { labels: { in: 'yes' } })),
      post(CONFIG_MAPS, configMap('b', {})),
      put(A, configMap('a', { x: '2' }, { labels: { in: 'yes' } })),
      put(A, configMap('a', { x: '2' }, { labels: { in: 'yes' } })),
      put(A, configMap('a', { x: '2' }, { labels: { in: 'no' } })),
      put(A, configMap('a', { x: '3' }, { labels: { in: 'yes' }, finalizers: ['x.dev/f'] })),
      remove(A),
      patch('merge', A, { metadata: { finalizers: null } }),
      remove(`${CONFIG_MAPS}/b`),
      follow(),
      follow('&labelSelector=in=yes'),
      follow('&fieldSelector=metadata.name=b'),
      follow('', { accept: TABLE }),
    ],
  },
  {
    name: 'a watch without a revision starts with what is there',
    steps: [
      post(CONFIG_MAPS, configMap('a', {})),
      get(`${CONFIG_MAPS}?watch=1&timeoutSeconds=1`),
      get(`${CONFIG_MAPS}?watch=1&timeoutSeconds=1&resourceVersion=0`),
      get(`${CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`),
      get(`${CONFIG_MAPS}?watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=0`),
    ],
  },
  {
    name: 'who may do nothing is told verb, resource and place',
    steps: [
      alice(get(CONFIG_MAPS)),
      alice(get(`${CONFIG_MAPS}?watch=1`)),
      alice(get(`${CONFIG_MAPS}?fieldSelector=metadata.name=a`)),
      alice(get(A)),
      alice(post(CONFIG_MAPS, configMap('a', {}))),
      alice(patch('merge', `${DEPLOYMENTS}/web`, {})),
      alice(put(`${DEPLOYMENTS}/web/scale`, {})),
      alice(remove(`${SECRETS}/s`)),
      alice(remove(SECRETS)),
      alice(get('/api/v1/namespaces')),
      alice(get('/api/v1/namespaces/default')),
      alice(as('bob', get(A))),
      alice(as('system:serviceaccount:parity:d', get(A))),
      as('alice', get(A)),
      as('system:serviceaccount:parity:d', get(A)),
      as('system:serviceaccount:parity:d', patch('merge', `${DEPLOYMENTS}/web`, {})),
    ],
  },
];
