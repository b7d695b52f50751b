import type { RuleId } from '../../../src/api/validate.ts';
import type { Row } from './case.ts';
import { TARGET } from './shapes.ts';

const target = (name: string, path: string, namespace = 'payments'): typeof TARGET => ({
  ...TARGET,
  name,
  path,
  namespace,
});

const path = (value: string, rule?: RuleId): Row => [
  `path ${value.slice(0, 40)}, ${rule ?? 'accepted'}`,
  { 'targets.0.path': value },
  ...(rule === undefined ? [] : [['spec.targets[0].path', rule] as const]),
];

/** Directories. */
export const PATHS: readonly Row[] = [
  path('.'),
  path('a'),
  path('deploy/prod.eu/v1'),
  path('.github/deploy'),
  path('a b/c'),
  path('...'),
  path('', 'length'),
  path('a'.repeat(513), 'length'),
  path('a\\b', 'pattern'),
  path('a\u0000', 'pattern'),
  path('a\nb', 'pattern'),
  path(' a', 'pattern'),
  path('a ', 'pattern'),
  path('größe', 'pattern'),
  path('..', 'path-segments'),
  path('./a', 'path-segments'),
  path('a/.', 'path-segments'),
  path('a/../b', 'path-segments'),
  path('/a', 'path-segments'),
  path('a/', 'path-segments'),
  path('a//b', 'path-segments'),
  path('/', 'path-segments'),
  path('.git', 'path-segments'),
  path('a/.GiT/b', 'path-segments'),
];

/** Lists of targets, their names and namespaces. */
export const TARGETS: readonly Row[] = [
  ['no target, too few', { targets: [] }, ['spec.targets', 'count']],
  [
    '51 targets, too many',
    { targets: Array.from({ length: 51 }, (_, i) => target(`t${i}`, `p${i}`)) },
    ['spec.targets', 'count'],
  ],
  [
    '50 targets, accepted',
    { targets: Array.from({ length: 50 }, (_, i) => target(`t${i}`, `p${i}`)) },
  ],
  [
    'two targets of one name, duplicate',
    { targets: [target('a', 'x'), target('a', 'y')] },
    ['spec.targets[1]', 'duplicate'],
  ],
  [
    'one path in two namespaces, accepted',
    { targets: [target('a', 'x', 'eu'), target('b', 'x', 'us')] },
  ],
  ['paths with one beginning, accepted', { targets: [target('a', 'x'), target('b', 'xy')] }],
  [
    'one path twice in one namespace, overlap',
    { targets: [target('a', 'x'), target('b', 'x')] },
    ['spec.targets', 'targets-overlap'],
  ],
  [
    'a nested path in one namespace, overlap',
    { targets: [target('a', 'x/y'), target('b', 'x')] },
    ['spec.targets', 'targets-overlap'],
  ],
  [
    'the root and a path in one namespace, overlap',
    { targets: [target('a', '.'), target('b', 'x')] },
    ['spec.targets', 'targets-overlap'],
  ],
  [
    'an empty account, too short',
    { 'targets.0.serviceAccountName': '' },
    ['spec.targets[0].serviceAccountName', 'length'],
  ],
  [
    'an account of another namespace, no name',
    { 'targets.0.serviceAccountName': 'kube-system:admin' },
    ['spec.targets[0].serviceAccountName', 'pattern'],
  ],
  [
    'a target name with a dot, no name',
    { 'targets.0.name': 'a.b' },
    ['spec.targets[0].name', 'pattern'],
  ],
  [
    'a target name of 64, too long',
    { 'targets.0.name': 'a'.repeat(64) },
    ['spec.targets[0].name', 'length'],
  ],
  [
    'a namespace in capitals, no name',
    { 'targets.0.namespace': 'Payments' },
    ['spec.targets[0].namespace', 'pattern'],
  ],
  ...['kube-system', 'kube-public', 'kube-node-lease'].map((name): Row => [
    `namespace ${name}, reserved`,
    { 'targets.0.namespace': name },
    ['spec.targets[0].namespace', 'namespace-reserved'],
  ]),
];
