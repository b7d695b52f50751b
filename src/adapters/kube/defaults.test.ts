import { describe, expect, it } from 'vitest';
import { readCrd, schemaOf, withDefaults } from '../../../test/support/crd-schema.ts';
import { MINIMAL_REPO, REPO_CASES, SIGNER_CASES } from '../../../test/support/spec-cases.ts';
import type { Json } from '../../domain/json.ts';
import { fillRepoSpec, fillSignerSpec } from './defaults.ts';

describe('defaults', () => {
  it.each([
    ['guardedrepos', REPO_CASES, fillRepoSpec],
    ['signersets', SIGNER_CASES, fillSignerSpec],
  ] as const)('every good spec of %s, the defaults of the CRD', (plural, cases, fill) => {
    const schema = schemaOf(readCrd(plural), 'spec');
    for (const { spec, problems } of cases) {
      if (problems.length > 0) continue;
      const pruned = bare(spec);
      expect(bare(fill(pruned))).toMatchObject(bare(withDefaults(schema, pruned)));
    }
  });

  it.each([null, 'text', 7, [], { targets: {}, verify: [], source: null }])(
    '%j, no throw',
    (value) => {
      expect(() => fillRepoSpec(value)).not.toThrow();
      expect(fillSignerSpec({ sigstoreRoots: value })).toEqual({ sigstoreRoots: value });
    },
  );

  it('a value that is given, kept', () => {
    const spec = bare({ ...MINIMAL_REPO, mode: 'Audit' });
    expect(fillRepoSpec(spec)).toMatchObject({ mode: 'Audit', verify: { forge: 'Deny' } });
  });
});

/** As JSON: without nulls, which the server drops. */
function bare(value: unknown): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(value, (_, one: unknown) => one ?? undefined)) as {
    readonly [key: string]: Json; // The cases are objects.
  };
}
