import type { GuardedRepoSpec } from '../guardedrepo.ts';
import { DURATION, LABEL, OBJECT_NAME } from './shape.ts';
import type { OptionalShape, ShapeOf, TextShape } from './shape.ts';
import { VERIFY } from './verify.ts';

const REF_NAME = {
  kind: 'text',
  minLength: 1,
  maxLength: 250,
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_./+@#=-]*$',
} as const satisfies Partial<TextShape>;

const LOCAL_REF: OptionalShape<ShapeOf<Readonly<{ name: string }>>> = {
  kind: 'optional',
  shape: { kind: 'object', fields: { name: OBJECT_NAME } },
};

/** One bound of a range: a version, or part of one that stands for all that begin so. */
const BOUND =
  '(([<>]=?|[=^~]) ?)?v?([0-9]{1,9}|[xX*])([.]([0-9]{1,9}|[xX*])){0,2}(-[0-9A-Za-z.-]+)?';

const REF: ShapeOf<GuardedRepoSpec['source']['ref']> = {
  kind: 'object',
  rules: ['ref-given', 'ref-one-tag'],
  fields: {
    branch: {
      kind: 'optional',
      shape: {
        ...REF_NAME,
        form: 'a branch name of ASCII letters, digits and _./+@#=-',
        rules: ['branch-name'],
      },
    },
    tag: {
      kind: 'optional',
      shape: {
        ...REF_NAME,
        form: 'a tag name of ASCII letters, digits and _./+@#=-',
        rules: ['tag-name'],
      },
    },
    semver: {
      kind: 'optional',
      shape: {
        kind: 'text',
        minLength: 1,
        maxLength: 128,
        pattern: `^${BOUND}(( +| *[|]{2} *)${BOUND})*$`,
        form: 'a range of versions such as >=1.2.0 <2.0.0, ^1.4 or 1.x',
      },
    },
  },
};

const SOURCE: ShapeOf<GuardedRepoSpec['source']> = {
  kind: 'object',
  fields: {
    url: {
      kind: 'text',
      minLength: 10,
      maxLength: 2048,
      pattern: '^(https?|ssh)://[!-~]+$',
      form: 'an https or ssh URL in printable ASCII',
      rules: ['url-credentials', 'url-user', 'url-host', 'url-query', 'url-path'],
    },
    ref: REF,
    secretRef: LOCAL_REF,
    proxySecretRef: LOCAL_REF,
    maxStaleness: { ...DURATION, rules: ['staleness-range'] },
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
  rules: ['start-without-branch', 'tag-to-sign'],
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
