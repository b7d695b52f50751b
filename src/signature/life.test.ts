import { describe, expect, it } from 'vitest';
import type { KeyOwner } from './format.ts';
import { judgeLife } from './life.ts';
import type { RevocationReason } from '../api/signerset.ts';
import type { Life } from './trust.ts';

const NOW = Date.UTC(2026, 0, 31);
const BEFORE = NOW - 1;
const AFTER = NOW + 1;
const revoked = (reason: RevocationReason, at = BEFORE): Life => ({ revoked: { reason, at } });

function outcome(lives: readonly Life[], firstSeen = NOW): string {
  const owner: KeyOwner = {
    ...{ class: 'person', signerSet: 'team', name: 'Ada', emails: [], roles: [], lives },
  };
  const refused = judgeLife(owner, 'F', { at: NOW, firstSeen });
  if (refused === undefined) return 'counts';
  const { reason, compromised } = refused;
  return compromised === undefined ? reason : `${reason} ${compromised ? 'hard' : 'soft'}`;
}

describe('judgeLife', () => {
  it.each([
    ['no life at all', [], 'counts'],
    ['lives without bounds', [{}, {}], 'counts'],
    ['begins now', [{ notBefore: NOW }], 'counts'],
    ['begins later', [{ notBefore: AFTER }], 'KeyExpired'],
    ['ends later', [{ notAfter: AFTER }], 'counts'],
    ['ends now', [{ notAfter: NOW }], 'KeyExpired'],
    ['person good, key ended', [{ notAfter: AFTER }, { notAfter: BEFORE }], 'KeyExpired'],
    ['person ended, key good', [{ notAfter: BEFORE }, {}], 'KeyExpired'],
    ['superseded', [revoked('Superseded')], 'KeyRevoked soft'],
    ['retired', [{}, revoked('Retired')], 'KeyRevoked soft'],
    ['compromised', [revoked('Compromised')], 'KeyRevoked hard'],
    ['revoked in the future', [revoked('Retired', AFTER)], 'KeyRevoked soft'],
    [
      'retired, compromised as well',
      [revoked('Retired'), revoked('Compromised')],
      'KeyRevoked hard',
    ],
    ['ended and compromised', [{ notAfter: BEFORE }, revoked('Compromised')], 'KeyRevoked hard'],
  ] as const)('%s, %s', (_, lives, expected) => {
    expect(outcome(lives)).toBe(expected);
  });

  it.each([
    ['ended since first sight', [{ notAfter: NOW }], 'counts'],
    ['ended at first sight', [{ notAfter: BEFORE }], 'KeyExpired'],
    ['revoked since first sight', [revoked('Retired', NOW)], 'KeyRevoked soft'],
    ['begins since first sight', [{ notBefore: NOW }], 'counts'],
  ] as const)('first seen before the decision, %s', (_, lives, expected) => {
    expect(outcome(lives, BEFORE)).toBe(expected);
  });
});
