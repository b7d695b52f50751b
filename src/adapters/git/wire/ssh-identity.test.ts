import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../../../test/support/ssh-key.ts';
import { GitError } from '../failure.ts';
import { Identities } from './ssh-identity.ts';

describe('identities', () => {
  let dir: string;
  let locked: string;
  let plain: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gw-id-'));
    locked = (await makeKey(dir, 'locked', ['-t', 'ed25519', '-a', '16'], 'sesame')).identity;
    plain = (await makeKey(dir, 'plain', ['-t', 'ed25519'])).identity;
  });
  afterAll(() => rm(dir, { recursive: true }));

  function outcome(identities: Identities, identity: string, passphrase?: string): string {
    try {
      return identities.read(identity, passphrase).type;
    } catch (error) {
      if (error instanceof GitError) return error.stop.reason;
      throw error;
    }
  }

  it('a key behind a passphrase, opened once', () => {
    const identities = new Identities();
    const first = identities.read(locked, 'sesame');
    expect(identities.read(locked, 'sesame')).toBe(first);
    expect(outcome(identities, locked, 'simsim')).toBe('AuthenticationFailed');
    expect(outcome(identities, locked)).toBe('AuthenticationFailed');
  });

  it('a wrong passphrase, tried once', () => {
    const identities = new Identities();
    const thrown = [1, 2].map(() => {
      try {
        return identities.read(locked, 'simsim');
      } catch (error) {
        return error;
      }
    });
    expect(thrown[0]).toBeInstanceOf(GitError);
    expect(thrown[1]).toBe(thrown[0]);
  });

  it('300 mutants of a key, a key or AuthenticationFailed', () => {
    fc.assert(
      fc.property(fc.nat(plain.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
        const mutant = plain.slice(0, at) + text + plain.slice(at + 1);
        expect(['ssh-ed25519', 'AuthenticationFailed']).toContain(
          outcome(new Identities(), mutant),
        );
      }),
      { numRuns: 300 },
    );
  });
});
