import type { RuleId } from '../../../src/api/validate.ts';
import type { Row } from './case.ts';

const OID = 'a'.repeat(40);

const semver = (value: string, rule?: RuleId): Row => [
  `semver ${JSON.stringify(value).slice(0, 40)}, ${rule ?? 'accepted'}`,
  { 'source.ref.semver': value },
  ...(rule === undefined ? [] : [['spec.source.ref.semver', rule] as const]),
];

const tag = (value: string, rule?: RuleId): Row => [
  `tag ${value.slice(0, 40)}, ${rule ?? 'accepted'}`,
  { 'source.ref.tag': value },
  ...(rule === undefined ? [] : [['spec.source.ref.tag', rule] as const]),
];

/** Tags, ranges and how they go together with the rest. */
export const REFS: readonly Row[] = [
  ...['>=1.2.0 <2.0.0', '^1.4', '1.x', '~1.2.3', '*', '1', 'v1.2', '= 1.0.0'].map((one) =>
    semver(one),
  ),
  ...['1.2.3-rc.1', '>1 || <0.5', '1.x||2.x', '>=1.2.3-0 <2  || ^3.1'].map((one) => semver(one)),
  semver('', 'length'),
  semver('1 '.repeat(65), 'length'),
  ...['latest', '1.2.3.4', '>= 1 <', '1 - 2', '||', '1 ||', ' 1', '1\n', '1,2'].map((one) =>
    semver(one, 'pattern'),
  ),
  ...['=>1', '>>1', '~>1', '1..2', '1.2.3+build'].map((one) => semver(one, 'pattern')),
  tag('v1.2.3'),
  tag('release/2026-01'),
  tag('', 'length'),
  tag('-v1', 'pattern'),
  tag('v1^{}', 'pattern'),
  tag('refs/tags/v1', 'tag-name'),
  tag('v1..2', 'tag-name'),
  tag('v1.lock', 'tag-name'),
  [
    'a tag and a range, one too many',
    { 'source.ref.tag': 'v1', 'source.ref.semver': '1.x' },
    ['spec.source.ref', 'ref-one-tag'],
  ],
  ['a tag alone, no start', { 'source.ref': { tag: 'v1' } }, ['spec', 'start-without-branch']],
  [
    'a range alone with a seal, no start',
    { 'source.ref': { semver: '1.x' }, 'verify.startAt': { seal: 'Newest' } },
    ['spec', 'start-without-branch'],
  ],
  [
    'a range alone with a commit, accepted',
    { 'source.ref': { semver: '1.x' }, 'verify.startAt': { commit: OID } },
  ],
  ...(['Tag', 'TagAndHead'] as const).flatMap((signatures): readonly Row[] => [
    [
      `signatures ${signatures} of a branch, no tag`,
      { 'verify.signatures': signatures },
      ['spec', 'tag-to-sign'],
    ],
    [
      `signatures ${signatures} of a range, accepted`,
      { 'verify.signatures': signatures, 'source.ref.semver': '1.x' },
    ],
  ]),
  [
    'a proxy without name, required',
    { 'source.proxySecretRef': {} },
    ['spec.source.proxySecretRef.name', 'required'],
  ],
];

const rule = (name: string, changes: object, ...problems: readonly [string, RuleId][]): Row => [
  name,
  { 'verify.rules': [{ name: 'prod', paths: ['deploy/**'], threshold: 2, ...changes }] },
  ...problems.map(([path, id]) => [`spec.verify.rules[0].${path}`, id] as const),
];

const config = (value: string, id?: RuleId): Row => [
  `configPath ${JSON.stringify(value).slice(0, 30)}, ${id ?? 'accepted'}`,
  { 'verify.secrets': { configPath: value } },
  ...(id === undefined ? [] : [['spec.verify.secrets.configPath', id] as const]),
];
const pattern = (value: string, id?: RuleId): Row => {
  const name = `rule for ${JSON.stringify(value).slice(0, 40)}, ${id ?? 'accepted'}`;
  if (id === undefined) return rule(name, { paths: [value] });
  return rule(name, { paths: [value] }, ['paths[0]', id]);
};

/** What a commit must prove. */
export const VERIFY: readonly Row[] = [
  ['a seal to start at, accepted', { 'verify.startAt': { seal: 'Newest' } }],
  [
    'a seal and a commit, one too many',
    { 'verify.startAt': { seal: 'Newest', commit: OID } },
    ['spec.verify.startAt', 'start-one'],
  ],
  [
    'an old seal, no such choice',
    { 'verify.startAt': { seal: 'Oldest' } },
    ['spec.verify.startAt.seal', 'choice'],
  ],
  ['signatures Head, accepted', { 'verify.signatures': 'Head' }],
  ['signatures None, accepted', { 'verify.signatures': 'None' }],
  [
    'signatures None without signers, too few',
    { 'verify.signatures': 'None', 'verify.signers': [] },
    ['spec.verify.signers', 'count'],
  ],
  [
    'signatures Some, no such choice',
    { 'verify.signatures': 'Some' },
    ['spec.verify.signatures', 'choice'],
  ],
  [
    'bindIdentity as a flag, wrong type',
    { 'verify.bindIdentity': true },
    ['spec.verify.bindIdentity', 'type'],
  ],
  [
    'bindIdentity Author, no such choice',
    { 'verify.bindIdentity': 'Author' },
    ['spec.verify.bindIdentity', 'choice'],
  ],
  ['forge Allow, no such choice', { 'verify.forge': 'Allow' }, ['spec.verify.forge', 'choice']],
  [
    'onUntrusted Prune, no such choice',
    { 'verify.onUntrusted': 'Prune' },
    ['spec.verify.onUntrusted', 'choice'],
  ],
  ['maxPending 1m, accepted', { 'verify.maxPending': '1m' }],
  ['maxPending 720h, accepted', { 'verify.maxPending': '720h' }],
  [
    'maxPending 59s, out of range',
    { 'verify.maxPending': '59s' },
    ['spec.verify.maxPending', 'pending-range'],
  ],
  [
    'maxPending 720h1s, out of range',
    { 'verify.maxPending': '720h1s' },
    ['spec.verify.maxPending', 'pending-range'],
  ],
  ['maxStaleness 8760h, accepted', { 'source.maxStaleness': '8760h' }],
  [
    'maxStaleness 8761h, out of range',
    { 'source.maxStaleness': '8761h' },
    ['spec.source.maxStaleness', 'staleness-range'],
  ],
  [
    'maxStaleness 30d, no duration',
    { 'source.maxStaleness': '30d' },
    ['spec.source.maxStaleness', 'pattern'],
  ],
  ['secrets without a field, the defaults', { 'verify.secrets': {} }],
  ['secrets only reported, accepted', { 'verify.secrets': { mode: 'Report' } }],
  [
    'secrets off, with comments and a file below, accepted',
    { 'verify.secrets': { mode: 'Off', inlineAllow: 'Honour', configPath: 'ci/leaks.toml' } },
  ],
  [
    'secrets enforced, no such choice',
    { 'verify.secrets': { mode: 'Enforce' } },
    ['spec.verify.secrets.mode', 'choice'],
  ],
  [
    'comments allowed, no such choice',
    { 'verify.secrets': { inlineAllow: 'Allow' } },
    ['spec.verify.secrets.inlineAllow', 'choice'],
  ],
  ['secrets as text, wrong type', { 'verify.secrets': 'Block' }, ['spec.verify.secrets', 'type']],
  config('.gitleaks.toml'),
  config('a/b c.toml'),
  config('', 'length'),
  config('a'.repeat(513), 'length'),
  config('größe.toml', 'pattern'),
  config('a\\b.toml', 'pattern'),
  config('/etc/leaks.toml', 'file-segments'),
  config('../leaks.toml', 'file-segments'),
  config('a//b.toml', 'file-segments'),
  config('a/./b.toml', 'file-segments'),
  ['no rule, accepted', { 'verify.rules': [] }],
  rule('named like a review, reserved', { name: 'review' }, ['name', 'rule-name-reserved']),
  rule('named like a rewrite, reserved', { name: 'rewrite-x' }, ['name', 'rule-name-reserved']),
  rule('named like a leak, reserved', { name: 'leak-x' }, ['name', 'rule-name-reserved']),
  rule('named like a review of something, accepted', { name: 'review-prod' }),
  rule('a rule without threshold, the default', { threshold: null }),
  rule('a rule without roles, accepted', { roles: [] }),
  rule('a rule for nobody, out of range', { threshold: 0 }, ['threshold', 'range']),
  rule('a rule for 10, accepted', { threshold: 10 }),
  rule('a rule for 11, out of range', { threshold: 11 }, ['threshold', 'range']),
  rule('a rule for 1.5, wrong type', { threshold: 1.5 }, ['threshold', 'type']),
  rule('a threshold as text, wrong type', { threshold: '2' }, ['threshold', 'type']),
  rule('a rule without paths, too few', { paths: [] }, ['paths', 'count']),
  rule('a path twice, duplicate', { paths: ['a', 'a'] }, ['paths[1]', 'duplicate']),
  rule('a role in capitals, no name', { roles: ['Release'] }, ['roles[0]', 'pattern']),
  rule('a role twice, duplicate', { roles: ['a', 'a'] }, ['roles[1]', 'duplicate']),
  rule('a rule without name, required', { name: undefined }, ['name', 'required']),
  [
    'two rules of one name, duplicate',
    { 'verify.rules': ['a', 'b'].map((one) => ({ name: 'prod', paths: [one], threshold: 1 })) },
    ['spec.verify.rules[1]', 'duplicate'],
  ],
  [
    '33 rules, too many',
    {
      'verify.rules': Array.from({ length: 33 }, (_, i) => ({ name: `r${i}`, paths: ['a'] })),
    },
    ['spec.verify.rules', 'count'],
  ],
  pattern('**'),
  pattern('deploy/prod/**'),
  pattern('deploy/*/values-?.yaml'),
  pattern('.github/**'),
  pattern('', 'length'),
  pattern('a'.repeat(513), 'length'),
  pattern('a\\b', 'pattern'),
  pattern('größe/**', 'pattern'),
  pattern('a\nb', 'pattern'),
  pattern('/deploy/**', 'pattern-segments'),
  pattern('deploy/', 'pattern-segments'),
  pattern('deploy//prod', 'pattern-segments'),
  pattern('../prod', 'pattern-segments'),
  pattern('deploy/./prod', 'pattern-segments'),
  pattern('deploy/..', 'pattern-segments'),
];
