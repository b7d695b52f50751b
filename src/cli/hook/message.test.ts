import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseOid } from '../../domain/oid.ts';
import { stop } from '../../domain/stop.ts';
import type { Leak } from '../leaks/leak.ts';
import { NO_LEAKS } from '../leaks/leak.ts';
import { isRefused, refusal } from './message.ts';
import type { Objections } from './message.ts';

const GOLDEN = fileURLToPath(new URL('../../../test/golden/cli', import.meta.url));

const COMMIT = parseOid('ab'.repeat(20));

function leakAt(path: string, changed: Partial<Leak> = {}): Leak {
  return {
    finding: {
      ...{ rule: 'forge-token', severity: 'critical', path, line: 12, endLine: 12 },
      ...{ fingerprint: '0123456789abcdef'.repeat(2), hint: '40 characters' },
    },
    ...(COMMIT === undefined ? {} : { commit: COMMIT }),
    ...{ description: 'Token of a forge', fix: 'Revoke it, and make one that expires.' },
    ...changed,
  };
}

function objections(changed: Partial<Objections> = {}): Objections {
  return {
    leaks: { ...NO_LEAKS, leaks: [leakAt('deploy/app.yaml')] },
    ...{ stops: [], branch: 'main', isBlocking: true, canApprove: true },
    ...changed,
  };
}

/** What is recorded; `UPDATE_GOLDEN=1` records the value first. */
function recorded(name: string, value: string): string {
  const path = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, value);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const unsigned = stop(
  'SignatureMissing',
  'commit abababababab is not signed; sign it with git commit -S',
);

describe('what a developer reads', () => {
  it.each<readonly [string, string]>([
    ['hook-push.txt', refusal('push', objections({ stops: [unsigned] }))],
    [
      'hook-commit.txt',
      refusal(
        'commit',
        objections({ canApprove: false, leaks: { ...NO_LEAKS, leaks: [stagedLeak()] } }),
      ),
    ],
    ['hook-policy.txt', refusal('push', objections({ leaks: NO_LEAKS, stops: [unsigned] }))],
    ['hook-told.txt', refusal('push', objections({ isBlocking: false }))],
  ])('%s, as recorded', (name, value) => {
    expect(value).toBe(recorded(name, value));
  });

  it('a path that steers a terminal or a forge, harmless', () => {
    const path = `a\u001b[31m\n::error::x\u202e##[add-path]/tmp`;
    const text = refusal('push', objections({ leaks: { ...NO_LEAKS, leaks: [leakAt(path)] } }));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text.split('\n').filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
  });

  it('a thousand leaks at long paths, a text of bounded length', () => {
    const leaks = Array.from({ length: 1_000 }, (_, i) => leakAt(`${'x'.repeat(4_000)}${i}`));
    const text = refusal('push', objections({ leaks: { ...NO_LEAKS, leaks } }));
    expect([text.length < 12_000, text.includes('and 980 more')]).toEqual([true, true]);
  });

  it.each<readonly [string, Partial<Objections>, boolean]>([
    ['nothing, let through', { leaks: NO_LEAKS }, false],
    ['a secret, refused', {}, true],
    ['a secret where they are told only, let through', { isBlocking: false }, false],
    [
      'what was not scanned, refused',
      { leaks: { ...NO_LEAKS, gaps: [{ gap: { why: 'budget', line: 0 }, path: 'a' }] } },
      true,
    ],
    ['a reason of the policy, refused', { leaks: NO_LEAKS, stops: [unsigned] }, true],
  ])('%s', (_, changed, isStopped) => {
    expect(isRefused(objections(changed))).toBe(isStopped);
  });
});

function stagedLeak(): Leak {
  const { commit: _, ...leak } = leakAt('app.env');
  return leak;
}
