import { DURATION_PATTERN, MAX_DURATION_LENGTH } from '../duration.ts';
import type { GuardedRepoSpec } from '../guardedrepo.ts';
import { LABEL, OBJECT_NAME } from './shape.ts';
import type { ShapeOf, TextShape } from './shape.ts';

const DURATION = {
  kind: 'text',
  minLength: 2,
  maxLength: MAX_DURATION_LENGTH,
  pattern: DURATION_PATTERN,
  form: 'a duration such as 30s, 5m or 1h30m',
} as const satisfies TextShape;

const SOURCE: ShapeOf<GuardedRepoSpec['source']> = {
  kind: 'object',
  fields: {
    url: {
      kind: 'text',
      minLength: 10,
      maxLength: 2048,
      pattern: '^https?://[!-~]+$',
      form: 'an https URL in printable ASCII',
      rules: ['url-credentials', 'url-host', 'url-query', 'url-path'],
    },
    ref: {
      kind: 'object',
      fields: {
        branch: {
          kind: 'text',
          minLength: 1,
          maxLength: 250,
          pattern: '^[A-Za-z0-9_][A-Za-z0-9_./+@#=-]*$',
          form: 'a branch name of ASCII letters, digits and _./+@#=-',
          rules: ['branch-name'],
        },
      },
    },
    secretRef: {
      kind: 'optional',
      shape: { kind: 'object', fields: { name: OBJECT_NAME } },
    },
  },
};

const VERIFY: ShapeOf<GuardedRepoSpec['verify']> = {
  kind: 'object',
  fields: {
    signers: {
      kind: 'list',
      minItems: 1,
      maxItems: 32,
      unique: { by: 'item' },
      items: OBJECT_NAME,
    },
    startAt: {
      kind: 'optional',
      shape: {
        kind: 'object',
        fields: {
          commit: {
            kind: 'text',
            minLength: 40,
            maxLength: 40,
            pattern: '^[0-9a-f]{40}$',
            form: 'the full name of a commit, 40 lower-case hexadecimal digits',
          },
        },
      },
    },
  },
};

const TARGET: ShapeOf<GuardedRepoSpec['targets'][number]> = {
  kind: 'object',
  fields: {
    name: LABEL,
    path: {
      kind: 'text',
      minLength: 1,
      maxLength: 512,
      pattern: '^[!-\\[\\]-~]([ -\\[\\]-~]*[!-\\[\\]-~])?$',
      form: 'a directory in printable ASCII, without backslash',
      rules: ['path-segments'],
    },
    namespace: { ...LABEL, rules: ['namespace-reserved'] },
    serviceAccountName: OBJECT_NAME,
    drift: {
      kind: 'object',
      fields: { onDrift: { kind: 'choice', values: ['Revert', 'Report'] } },
    },
  },
};

/** What `crds/guardedrepos.yaml` says of `spec`, field for field; a test compares the two. */
export const GUARDED_REPO_SPEC: ShapeOf<GuardedRepoSpec> = {
  kind: 'object',
  fields: {
    suspend: { kind: 'flag' },
    interval: { ...DURATION, rules: ['interval-range'] },
    timeout: { ...DURATION, rules: ['timeout-range'] },
    mode: { kind: 'choice', values: ['Enforce', 'Audit'] },
    deletionPolicy: { kind: 'choice', values: ['Orphan', 'Prune'] },
    source: SOURCE,
    verify: VERIFY,
    targets: {
      kind: 'list',
      minItems: 1,
      maxItems: 50,
      unique: { by: 'field', field: 'name' },
      rules: ['targets-overlap'],
      items: TARGET,
    },
  },
};
