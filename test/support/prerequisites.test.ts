import { describe, expect, it } from 'vitest';
import { planSuite, prerequisite, serverFeature, toolMissing } from './prerequisites.ts';

const there = prerequisite('node', () => undefined);
const gone = prerequisite('moon', () => 'too far');
const newer = serverFeature('CEL', () => 'needs Kubernetes 1.25');

describe('planSuite', () => {
  const line = 'SKIPPED: s: moon: too far';
  it.each([
    { name: 'all there, runs', needs: [there], ci: true, plan: { kind: 'run' } },
    { name: 'nothing needed, runs', needs: [], ci: true, plan: { kind: 'run' } },
    { name: 'one gone, skips', needs: [there, gone], ci: false, plan: { kind: 'skip', line } },
    { name: 'one gone in CI, fails', needs: [there, gone], ci: true, plan: { kind: 'fail', line } },
    {
      name: 'a feature of newer servers in CI, skips',
      needs: [there, newer],
      ci: true,
      plan: { kind: 'skip', line: 'SKIPPED: s: CEL: needs Kubernetes 1.25' },
    },
    {
      name: 'that feature and one gone in CI, fails with both',
      needs: [gone, newer],
      ci: true,
      plan: { kind: 'fail', line: `${line}; CEL: needs Kubernetes 1.25` },
    },
  ])('$name', ({ needs, ci, plan }) => {
    expect(planSuite('s', needs, ci)).toEqual(plan);
  });
});

describe('toolMissing', () => {
  it('a program of this machine, is there', () => {
    expect(toolMissing('sh')).toBeUndefined();
  });

  it('a name nobody has, is missing', () => {
    expect(toolMissing('gitward-no-such-tool')).toBe(
      'gitward-no-such-tool is not on PATH; run scripts/setup',
    );
  });
});
