import { describe, expect, it } from 'vitest';
import { digestPlan } from './plan.ts';
import type { ScanPlan } from './plan.ts';

const PLAN: ScanPlan = { dialect: 'gitward', inlineAllow: false, salt: 's', sops: [] };

describe('digestPlan', () => {
  it.each<readonly [string, Partial<ScanPlan>]>([
    ['another dialect', { dialect: 'gitleaks' }],
    ['inline comments honoured', { inlineAllow: true }],
    ['another salt', { salt: 't' }],
    ['a .sops.yaml', { sops: [{ directory: '', rules: [] }] }],
    ['team rules', { team: { rules: [], allowlists: [], disabled: [] } }],
  ])('%s, another digest', (_name, change) => {
    expect(digestPlan({ ...PLAN, ...change })).not.toBe(digestPlan(PLAN));
  });

  it('the same plan, the same digest', () => {
    expect(digestPlan({ ...PLAN })).toBe(digestPlan(PLAN));
  });
});
