import type { Row } from './case.ts';

/** A target that may be used. */
export const TARGET = {
  name: 'prod',
  path: 'deploy/prod',
  namespace: 'payments',
  serviceAccountName: 'payments-deployer',
};

/** The least that a GuardedRepo must say. */
export const MINIMAL_REPO = {
  source: { url: 'https://git.example.com/payments.git', ref: { branch: 'main' } },
  verify: { signers: ['payments'] },
  targets: [TARGET],
} as const;

/** Missing and mistyped fields, choices, defaults. */
export const SHAPES: readonly Row[] = [
  ['the least, accepted', {}],
  [
    'every field, accepted',
    {
      suspend: true,
      interval: '1h30m',
      timeout: '90s',
      mode: 'Audit',
      deletionPolicy: 'Prune',
      'source.secretRef': { name: 'payments-git' },
      'source.proxySecretRef': { name: 'proxy' },
      'source.maxStaleness': '168h',
      'verify.signatures': 'Head',
      'verify.bindIdentity': 'CommitterAndAuthor',
      'verify.forge': 'AllowWithReview',
      'verify.rules': [{ name: 'prod', paths: ['deploy/**'], roles: ['release'], threshold: 2 }],
      'verify.onUntrusted': 'KeepHealing',
      'verify.maxPending': '72h',
      'verify.secrets': { mode: 'Report', inlineAllow: 'Honour', configPath: 'ci/leaks.toml' },
      'verify.startAt': { commit: 'a'.repeat(40) },
      'targets.0.drift': { onDrift: 'Report' },
    },
  ],
  ['null for a field with a default, the default', { mode: null }],
  [
    'null for a field with a default inside, the default',
    { 'source.maxStaleness': null, 'verify.forge': null },
  ],
  ['null for an optional field, as if not given', { 'source.secretRef': null }],
  ['a field that no CRD knows, dropped', { 'verify.threshold': 2 }],
  ['no source, required', { source: undefined }, ['spec.source', 'required']],
  ['no url, required', { 'source.url': undefined }, ['spec.source.url', 'required']],
  ['no ref, required', { 'source.ref': undefined }, ['spec.source.ref', 'required']],
  [
    'an empty ref, nothing to follow',
    { 'source.ref': {} },
    ['spec.source.ref', 'ref-given'],
    ['spec', 'start-without-branch'],
  ],
  ['no verify, required', { verify: undefined }, ['spec.verify', 'required']],
  ['no signers, required', { verify: {} }, ['spec.verify.signers', 'required']],
  ['no targets, required', { targets: undefined }, ['spec.targets', 'required']],
  [
    'a Secret without name, required',
    { 'source.secretRef': {} },
    ['spec.source.secretRef.name', 'required'],
  ],
  ['an empty startAt, neither', { 'verify.startAt': {} }, ['spec.verify.startAt', 'start-one']],
  [
    'an empty target, all four required',
    { targets: [{}] },
    ['spec.targets[0].name', 'required'],
    ['spec.targets[0].path', 'required'],
    ['spec.targets[0].namespace', 'required'],
    ['spec.targets[0].serviceAccountName', 'required'],
  ],
  ['suspend as text, wrong type', { suspend: 'yes' }, ['spec.suspend', 'type']],
  ['interval as number, wrong type', { interval: 60 }, ['spec.interval', 'type']],
  ['targets as object, wrong type', { targets: {} }, ['spec.targets', 'type']],
  ['a target as text, wrong type', { targets: ['prod'] }, ['spec.targets[0]', 'type']],
  ['source as list, wrong type', { source: [] }, ['spec.source', 'type']],
  ['mode in lower case, no such choice', { mode: 'audit' }, ['spec.mode', 'choice']],
  [
    'an unknown deletionPolicy, no such choice',
    { deletionPolicy: 'Delete' },
    ['spec.deletionPolicy', 'choice'],
  ],
  [
    'an unknown onDrift, no such choice',
    { 'targets.0.drift': { onDrift: 'Ignore' } },
    ['spec.targets[0].drift.onDrift', 'choice'],
  ],
];

/** Interval and timeout. */
export const DURATIONS: readonly Row[] = [
  ['interval 1s, accepted', { interval: '1s' }],
  ['interval 24h, accepted', { interval: '24h' }],
  ['interval 23h59m60s, accepted', { interval: '23h59m60s' }],
  ['interval 999ms, out of range', { interval: '999ms' }, ['spec.interval', 'interval-range']],
  ['interval 0s, out of range', { interval: '0s' }, ['spec.interval', 'interval-range']],
  ['interval 24h1ms, out of range', { interval: '24h1ms' }, ['spec.interval', 'interval-range']],
  ['interval 99999h, out of range', { interval: '99999h' }, ['spec.interval', 'interval-range']],
  ['a negative interval, no duration', { interval: '-1m' }, ['spec.interval', 'pattern']],
  ['an interval without unit, no duration', { interval: '60' }, ['spec.interval', 'pattern']],
  ['an interval with a fraction, no duration', { interval: '1.5h' }, ['spec.interval', 'pattern']],
  ['an interval in days, no duration', { interval: '1d' }, ['spec.interval', 'pattern']],
  ['units from small to large, no duration', { interval: '1s1m' }, ['spec.interval', 'pattern']],
  ['a huge interval, no duration', { interval: '9999999999h' }, ['spec.interval', 'pattern']],
  ['an empty interval, too short', { interval: '' }, ['spec.interval', 'length']],
  ['an endless interval, too long', { interval: '1h'.repeat(5000) }, ['spec.interval', 'length']],
  ['timeout 10m, accepted', { timeout: '10m' }],
  ['timeout 10m1s, out of range', { timeout: '10m1s' }, ['spec.timeout', 'timeout-range']],
  ['timeout 1ms, out of range', { timeout: '1ms' }, ['spec.timeout', 'timeout-range']],
  ['timeout now, no duration', { timeout: 'now' }, ['spec.timeout', 'pattern']],
];
