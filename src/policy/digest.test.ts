import { describe, expect, it } from 'vitest';
import type { VerifySpec } from '../api/guardedrepo.ts';
import { policyDigest } from './digest.ts';

const [prod, base] = [
  { name: 'prod', paths: ['a/**', 'b/**'], roles: ['x', 'y'], threshold: 2 },
  { name: 'base', paths: ['base/**'], threshold: 1 },
] as const;
const VERIFY: VerifySpec = {
  ...{ signatures: 'EveryCommit', signers: ['team'], bindIdentity: 'Committer', forge: 'Deny' },
  ...{ rules: [prod, base], onUntrusted: 'Freeze', maxPending: '24h' },
  secrets: { mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
};
const digest = (more: Partial<VerifySpec> = {}): string => policyDigest({ ...VERIFY, ...more });

describe('policyDigest', () => {
  it.each<[string, Partial<VerifySpec>]>([
    ['rules in another order', { rules: [base, prod] }],
    [
      'paths and roles in another order',
      { rules: [{ ...prod, paths: ['b/**', 'a/**'], roles: ['y', 'x'] }, base] },
    ],
    ['no roles written out', { rules: [prod, { ...base, roles: [] }] }],
  ])('%s, the same', (_name, more) => expect(digest(more)).toBe(digest()));

  it.each<[string, Partial<VerifySpec>]>([
    ['other signatures', { signatures: 'Head' }],
    ['another binding', { bindIdentity: 'None' }],
    ['forges allowed', { forge: 'AllowWithReview' }],
    ['a rule less', { rules: [prod] }],
    ['another threshold', { rules: [{ ...prod, threshold: 1 }, base] }],
    ['another role', { rules: [{ ...prod, roles: ['x'] }, base] }],
    ['another path', { rules: [{ ...prod, paths: ['a/**'] }, base] }],
    ['another name', { rules: [{ ...prod, name: 'production' }, base] }],
    ['secrets reported', { secrets: { ...VERIFY.secrets, mode: 'Report' } }],
    ['comments honoured', { secrets: { ...VERIFY.secrets, inlineAllow: 'Honour' } }],
    ['rules elsewhere', { secrets: { ...VERIFY.secrets, configPath: 'leaks.toml' } }],
    ['a beginning', { startAt: { seal: 'Newest' } }],
  ])('%s, another', (_name, more) => expect(digest(more)).not.toBe(digest()));
});
