import type { GuardedRepoSpec, ThresholdRule } from '../guardedrepo.ts';
import { DURATION, LABEL, LABELS, OBJECT_NAME } from './shape.ts';
import type { ShapeOf } from './shape.ts';

const RULE: ShapeOf<ThresholdRule> = {
  kind: 'object',
  fields: {
    name: { ...LABEL, rules: ['rule-name-reserved'] },
    paths: {
      kind: 'list',
      minItems: 1,
      maxItems: 32,
      unique: { by: 'item' },
      items: {
        kind: 'text',
        minLength: 1,
        maxLength: 512,
        pattern: '^[!-\\[\\]-~]([ -\\[\\]-~]*[!-\\[\\]-~])?$',
        form: 'a path pattern in printable ASCII, without backslash',
        rules: ['pattern-segments'],
      },
    },
    roles: { kind: 'optional', shape: LABELS },
    threshold: { kind: 'number', minimum: 1, maximum: 10 },
  },
};

const START_AT: ShapeOf<NonNullable<GuardedRepoSpec['verify']['startAt']>> = {
  kind: 'object',
  rules: ['start-one'],
  fields: {
    commit: {
      kind: 'optional',
      shape: {
        kind: 'text',
        minLength: 40,
        maxLength: 40,
        pattern: '^[0-9a-f]{40}$',
        form: 'the full name of a commit, 40 lower-case hexadecimal digits',
      },
    },
    seal: { kind: 'optional', shape: { kind: 'choice', values: ['Newest'] } },
  },
};

const SECRETS: ShapeOf<GuardedRepoSpec['verify']['secrets']> = {
  kind: 'object',
  fields: {
    mode: { kind: 'choice', values: ['Block', 'Report', 'Off'] },
    inlineAllow: { kind: 'choice', values: ['Ignore', 'Honour'] },
    configPath: {
      kind: 'text',
      minLength: 1,
      maxLength: 512,
      pattern: '^[!-\\[\\]-~]([ -\\[\\]-~]*[!-\\[\\]-~])?$',
      form: 'a file in printable ASCII, without backslash',
      rules: ['file-segments'],
    },
  },
};

/** What `crds/guardedrepos.yaml` says of `spec.verify`. */
export const VERIFY: ShapeOf<GuardedRepoSpec['verify']> = {
  kind: 'object',
  fields: {
    signatures: {
      kind: 'choice',
      values: ['EveryCommit', 'Head', 'Tag', 'TagAndHead', 'None'],
    },
    signers: {
      kind: 'list',
      minItems: 1,
      maxItems: 32,
      unique: { by: 'item' },
      items: OBJECT_NAME,
    },
    bindIdentity: { kind: 'choice', values: ['None', 'Committer', 'CommitterAndAuthor'] },
    forge: { kind: 'choice', values: ['Deny', 'AllowWithReview'] },
    rules: {
      kind: 'optional',
      shape: {
        kind: 'list',
        minItems: 0,
        maxItems: 32,
        unique: { by: 'field', field: 'name' },
        items: RULE,
      },
    },
    startAt: { kind: 'optional', shape: START_AT },
    onUntrusted: { kind: 'choice', values: ['Freeze', 'KeepHealing'] },
    maxPending: { ...DURATION, rules: ['pending-range'] },
    secrets: SECRETS,
  },
};
