import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateGuardedRepo, validateSignerSet } from '../src/api/validate.ts';
import type { RuleId } from '../src/api/validate.ts';
import { GUARDED_REPO_SPEC } from '../src/api/validate/guardedrepo.ts';
import { OBJECT_RULES } from '../src/api/validate/object-rules.ts';
import { LIST_RULES, TEXT_RULES } from '../src/api/validate/rules.ts';
import { SIGNER_SET_SPEC } from '../src/api/validate/signerset.ts';
import { breaches, readCrd, schemaOf, withDefaults } from './support/crd-schema.ts';
import type { Breach, SchemaNode } from './support/crd-schema.ts';
import { fieldLines, nodesOf, shapeOfSchema } from './support/crd-fields.ts';
import { STATUS_FIELDS } from './support/status-fields.ts';
import {
  EVERY_KIND_OF_KEY,
  MINIMAL_REPO,
  MINIMAL_SIGNERS,
  REPO_CASES,
  SIGNER_CASES,
  TEXTS_OF_SIGNERS,
  withChanges,
} from './support/spec-cases.ts';

const GUARDED_REPO = readCrd('guardedrepos');
const SIGNER_SET = readCrd('signersets');
const KINDS = [
  ['guardedrepos', GUARDED_REPO],
  ['signersets', SIGNER_SET],
] as const;

const CEL_RULES = { ...TEXT_RULES, ...LIST_RULES, ...OBJECT_RULES };
const RULE_BY_MESSAGE = new Map(
  Object.entries(CEL_RULES).map(([id, { message }]) => [message as string, id as RuleId]),
);
const RULE_BY_KEYWORD: Readonly<Record<string, RuleId>> = {
  required: 'required',
  type: 'type',
  length: 'length',
  pattern: 'pattern',
  enum: 'choice',
  range: 'range',
  items: 'count',
  duplicate: 'duplicate',
};

/** What a breach is called in `api/validate.ts`. */
function named(breach: Breach): readonly [string, RuleId | undefined] {
  const rule =
    breach.by === 'cel' ? RULE_BY_MESSAGE.get(breach.message) : RULE_BY_KEYWORD[breach.keyword];
  return [breach.path, rule];
}

const suites = [
  { kind: 'GuardedRepo', crd: GUARDED_REPO, cases: REPO_CASES, validate: validateGuardedRepo },
  { kind: 'SignerSet', crd: SIGNER_SET, cases: SIGNER_CASES, validate: validateSignerSet },
] as const;

describe.each(suites)('$kind', ({ crd, cases, validate }) => {
  const schema = schemaOf(crd, 'spec');

  it.each(cases)('$name, by the CRD', ({ spec, problems }) => {
    const found = breaches(schema, withDefaults(schema, spec), 'spec').map(named);
    expect(found).toEqual(problems);
  });

  it.each(cases)('$name, by api/validate.ts', ({ spec, problems }) => {
    const found = validate(withDefaults(schema, spec)).map(({ path, rule }) => [path, rule]);
    expect(found).toEqual(problems);
  });

  it('names, every case another', () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
  });
});

describe('the case table', () => {
  it('every rule, broken by some case', () => {
    const all = [...REPO_CASES, ...SIGNER_CASES];
    const broken = new Set(all.flatMap(({ problems }) => problems.map(([, rule]) => rule)));
    const ids = [...Object.keys(CEL_RULES), ...Object.values(RULE_BY_KEYWORD)];
    expect(ids.filter((id) => !broken.has(id as RuleId))).toEqual([]);
  });

  it('any text in any field, one answer by CRD and validate.ts', () => {
    const schema = schemaOf(GUARDED_REPO, 'spec');
    const fields = ['source.url', 'source.ref.branch', 'interval', 'timeout', 'targets.0.path'];
    const more = [
      'source.ref.tag',
      'source.ref.semver',
      'source.maxStaleness',
      'verify.maxPending',
    ];
    const names = ['targets.0.namespace', 'targets.0.serviceAccountName', 'verify.signers.0'];
    const piece = fc.constantFrom(
      'https://',
      'git.example.com',
      'ssh://',
      ...Array.from('/.@:?#%2eE[]\\~ -_1ahmsxé<>=^|*\n'),
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 12 }).map((pieces) => `https://a/${pieces.join('')}`),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields, ...more, ...names), text, (field, value) => {
        const spec = withDefaults(schema, withChanges(MINIMAL_REPO, { [field]: value }));
        const byCrd = breaches(schema, spec, 'spec').map(named);
        expect(validateGuardedRepo(spec).map(({ path, rule }) => [path, rule])).toEqual(byCrd);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('CRD and api', () => {
  it('any text in any field of a key, one answer by CRD and validate.ts', () => {
    const schema = schemaOf(SIGNER_SET, 'spec');
    const piece = fc.constantFrom(
      'ssh-ed25519 ',
      'A'.repeat(44),
      '2024-02-29T10:00:00Z',
      'https://',
      'a@example.com',
      ...Array.from('0123456789-:TZ!*?@. aé\n'),
    );
    const date = fc
      .tuple(fc.integer({ min: 1890, max: 2110 }), fc.nat(13), fc.nat(32))
      .map(([year, month, day]) => {
        const two = (part: number): string => String(part).padStart(2, '0');
        return `${year}-${two(month)}-${two(day)}T10:00:00Z`;
      });
    const text = fc.oneof(
      date,
      fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const base = { ...MINIMAL_SIGNERS, ...EVERY_KIND_OF_KEY };
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS_OF_SIGNERS), text, (field, value) => {
        const spec = withDefaults(schema, withChanges(base, { [field]: value }));
        const byCrd = breaches(schema, spec, 'spec').map(named);
        expect(validateSignerSet(spec).map(({ path, rule }) => [path, rule])).toEqual(byCrd);
      }),
      { numRuns: 3_000 },
    );
  });

  it('GuardedRepo.spec, the bounds of validate.ts', () => {
    expect(shapeOfSchema(schemaOf(GUARDED_REPO, 'spec'))).toEqual(bare(GUARDED_REPO_SPEC));
  });

  it('SignerSet.spec, the bounds of validate.ts', () => {
    expect(shapeOfSchema(schemaOf(SIGNER_SET, 'spec'))).toEqual(bare(SIGNER_SET_SPEC));
  });

  it('GuardedRepo.status, the fields of the type and which may be missing', () => {
    const fields = nodesOf(schemaOf(GUARDED_REPO, 'status'), 'status')
      .filter(({ path }) => path !== 'status')
      .map(({ path, optional }) => `${path}${optional ? '?' : ''}`);
    expect(fields.filter((path) => !/\]\??$/.test(path)).toSorted()).toEqual(
      STATUS_FIELDS.toSorted(),
    );
  });

  it.each(KINDS)('%s, every node with a type, a description and a bound', (_name, crd) => {
    const nodes = ['spec', 'status']
      .filter((field) => field === 'spec' || crd === GUARDED_REPO)
      .flatMap((field) => nodesOf(schemaOf(crd, field), field));
    expect(nodes.filter(({ node }) => !isBounded(node)).map(({ path }) => path)).toEqual([]);
    const silent = nodes.filter(({ node }) => !/^[A-Z].*[.]$/.test(node.description ?? ''));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it.each(KINDS)('%s, the fields as reviewed', (name, crd) => {
    const file = new URL(`golden/crds/${name}.txt`, import.meta.url);
    const text = `${fieldLines(crd).join('\n')}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(fileURLToPath(new URL('.', file)), { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});

/** The shape without the words that only people read. */
function bare(shape: object): unknown {
  return JSON.parse(
    JSON.stringify(shape, (key, value: unknown) => (key === 'form' ? undefined : value)),
  );
}

function isBounded(node: SchemaNode): boolean {
  switch (node.type) {
    case 'string':
      return node.maxLength !== undefined || node.enum !== undefined;
    case 'array':
      return node.maxItems !== undefined && node['x-kubernetes-list-type'] !== undefined;
    case 'integer':
      return node.minimum !== undefined && node.format !== undefined;
    case 'object':
      return node.properties !== undefined;
    case 'boolean':
      return true;
  }
}
