import { describe, expect, it } from 'vitest';
import { workClock } from '../../src/worker/work-clock.ts';
import { scanFile } from '../support/secrets/structure.ts';

const HEAVY = 'x'.repeat(200_000);
const TIMES = 20_000;

const repeated = (line: string): string =>
  Array.from({ length: TIMES }, (_, index) => line.replace('#', String(index))).join('');

/** One long value, and short aliases of it wherever a detector reads a value. */
const FILES: readonly (readonly [name: string, path: string, text: string])[] = [
  [
    'values of a Secret',
    'a.yaml',
    `kind: Secret\nstringData:\n  a: &p "${HEAVY}"\n${repeated('  b#: *p\n')}`,
  ],
  [
    'manifests in a ConfigMap',
    'a.yaml',
    `kind: ConfigMap\ndata:\n  a: &p "kind: Secret # ${HEAVY}"\n${repeated('  b#: *p\n')}`,
  ],
  [
    'values with an escape',
    'a.yaml',
    `kind: ConfigMap\ndata:\n  a: &p "\\x61 ${HEAVY}"\n${repeated('  b#: *p\n')}`,
  ],
  ['patches', 'a.yaml', `x: &p "kind: Secret # ${HEAVY}"\npatches:\n${repeated('- patch: *p\n')}`],
  [
    'users of a kubeconfig',
    'a.yaml',
    `kind: Config\nx: &p "${HEAVY}"\nusers:\n${repeated('- user: {token: *p}\n')}`,
  ],
  ['registries', 'a.json', `auths:\n  a: {auth: &p "${HEAVY}"}\n${repeated('  b#: {auth: *p}\n')}`],
  [
    'sealed values',
    'a.yaml',
    `kind: SealedSecret\nspec:\n  encryptedData:\n    a: &p "${HEAVY}"\n${repeated('    b#: *p\n')}`,
  ],
  [
    'arguments',
    'a.yaml',
    `kind: Pod\nx: &p "--password=${HEAVY.slice(0, 4_000)}"\nargs:\n${repeated('- *p\n')}`,
  ],
  [
    'literals',
    'a.yaml',
    `x: &p "a=${HEAVY}"\nsecretGenerator:\n- literals:\n${repeated('  - *p\n')}`,
  ],
];

/** Work that took 12 s, or all of the memory, before values had a weight. */
const MOST_MS = 2_000;

describe('a long value behind many aliases', () => {
  it('naive control: whoever counts nodes takes it for small, and reads gigabytes', () => {
    for (const [, , text] of FILES) {
      expect(text.length).toBeLessThan(1_000_000);
      expect(text.split('\n').length).toBeLessThan(200_000);
    }
    expect(HEAVY.length * TIMES).toBeGreaterThan(2 ** 31);
  });

  it.each(FILES)('%s, a gap in time', (_name, path, text) => {
    const clock = workClock();
    const { gaps } = scanFile(path, text);
    expect(gaps.map(({ why }) => why)).toContain('tooMany');
    expect(clock()).toBeLessThan(MOST_MS);
  });
});
