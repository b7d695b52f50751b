import { describe, expect, it } from 'vitest';
import {
  ANCHOR,
  approvalBy,
  commitOf,
  goodBy,
  goodByForge,
  reasonsOf,
  verdictOn,
} from '../../test/support/verdict.ts';
import type { ParsedCommit } from '../commit/parse.ts';
import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import type { Evidence } from './evidence.ts';

const COUNT = 20_000;

const nth = (index: number): Oid => parseOid(index.toString(16).padStart(40, '0')) ?? ANCHOR;

/** The longest range there is, newest first. */
function longRange(): readonly ParsedCommit[] {
  return Array.from({ length: COUNT }, (_, i) =>
    commitOf(nth(COUNT - i), i === COUNT - 1 ? ANCHOR : nth(COUNT - i - 1)),
  );
}

describe('the longest range', () => {
  const commits = longRange();
  const tip = nth(COUNT);
  const history: Evidence['history'] = { tip, base: ANCHOR, commits, end: { kind: 'base' } };
  const approvals = Array.from({ length: 256 }, () =>
    approvalBy(goodBy('Bob'), { commit: tip, rule: 'prod' }),
  );

  it('every commit under a rule, judged within seconds', () => {
    const signatures = new Map(commits.map((one) => [one.oid, goodBy('Ada')]));
    const changes = new Map(commits.map((one) => [one.oid, ['deploy/prod/web.yaml']]));
    const rules = [{ name: 'prod', paths: ['deploy/prod/**'], threshold: 2 }];
    const verify = {
      signatures: 'EveryCommit',
      bindIdentity: 'None',
      forge: 'Deny',
      rules,
    } as const;
    const found = verdictOn({ history, signatures, changes, approvals }, { verify });
    expect(reasonsOf(found)).toEqual([]);
  }, 10_000);

  it('every commit by a forge and reviewed, judged within seconds', () => {
    const signatures = new Map(commits.map((one) => [one.oid, goodByForge()]));
    const forge = 'AllowWithReview';
    const verify = { signatures: 'EveryCommit', bindIdentity: 'None', forge } as const;
    const reviews = approvals.map(({ signature }) =>
      approvalBy(signature, { commit: tip, rule: 'review' }),
    );
    const found = verdictOn({ history, signatures, approvals: reviews }, { verify });
    expect(reasonsOf(found)).toEqual([]);
  }, 10_000);
});
