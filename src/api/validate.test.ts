import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BRANCHES } from '../../test/support/spec-cases/sources.ts';
import { MINIMAL_REPO, MINIMAL_SIGNERS, withChanges } from '../../test/support/spec-cases.ts';
import { MAX_PROBLEMS } from './validate/check.ts';
import { validateGuardedRepo, validateSignerSet } from './validate.ts';

// The case table itself runs in test/crds.test.ts, beside the CRDs it is shared with.

const TARGET = { ...MINIMAL_REPO.targets[0], drift: { onDrift: 'Revert' } };
const REPO = {
  suspend: false,
  interval: '1m',
  timeout: '60s',
  mode: 'Enforce',
  deletionPolicy: 'Orphan',
  source: { ...MINIMAL_REPO.source, maxStaleness: '24h' },
  verify: {
    ...MINIMAL_REPO.verify,
    signatures: 'EveryCommit',
    bindIdentity: 'Committer',
    forge: 'Deny',
    onUntrusted: 'Freeze',
    maxPending: '24h',
    secrets: { mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
  },
  targets: [TARGET],
};

const rulesOf = (spec: unknown): readonly string[] =>
  validateGuardedRepo(spec).map(({ path, rule }) => `${path} ${rule}`);

describe('validateGuardedRepo', () => {
  it('a whole spec, no problem', () => {
    expect(validateGuardedRepo(REPO)).toEqual([]);
  });

  it.each([
    ['nothing', undefined, ['spec type']],
    ['null', null, ['spec type']],
    ['a list', [], ['spec type']],
    ['null for a required field', { ...REPO, mode: null }, ['spec.mode type']],
    [
      'null for an optional field',
      withChanges(REPO, { 'source.secretRef': null }),
      ['spec.source.secretRef type'],
    ],
    [
      'a default that is not in place',
      withChanges(REPO, { interval: undefined }),
      ['spec.interval required'],
    ],
    [
      'a field of a newer CRD',
      withChanges(REPO, { 'verify.threshold': 2 }),
      ['spec.verify.threshold unknown'],
    ],
    [
      'a field named like one of every object',
      { ...REPO, constructor: 1 },
      ['spec.constructor unknown'],
    ],
  ])('%s, told', (_name, spec, expected) => {
    expect(rulesOf(spec)).toEqual(expected);
  });

  it('a field hidden in the prototype, missing', () => {
    const spec: unknown = JSON.parse('{"__proto__": {"mode": "Enforce"}}');
    expect(rulesOf(spec)).toContain('spec.mode required');
    expect(rulesOf(spec)).toContain('spec.__proto__ unknown');
  });

  it('more problems than anybody reads, so many', () => {
    const spec = { ...REPO, targets: Array.from({ length: 50 }, () => ({})) };
    expect(validateGuardedRepo(spec)).toHaveLength(MAX_PROBLEMS);
  });

  it('a credential in the URL, in no message', () => {
    const texts = ['https://u:hunter2@h/a', 'https://h/a?t=hunter2', 'ssh://hunter2', 'hunter2'];
    const told = texts.map((url) => validateGuardedRepo(withChanges(REPO, { 'source.url': url })));
    expect(told.every((problems) => problems.length > 0)).toBe(true);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it.each([
    ['text of 16 MiB', { 'source.url': 'https://a/'.padEnd(16 * 1024 * 1024, '/%2') }],
    ['a list of a million', { targets: Array.from({ length: 1_000_000 }, () => TARGET) }],
    ['names that nearly fit', { 'targets.0.serviceAccountName': `${'a-'.repeat(126)}!` }],
    ['paths that nearly fit', { 'targets.0.path': `${'a '.repeat(255)}\\` }],
  ])('%s, refused at once', (_name, changes) => {
    const spec = { ...REPO, ...withChanges(REPO, changes) };
    const began = performance.now();
    expect(validateGuardedRepo(spec).length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('every branch name that passes, a name for git too', () => {
    const names = BRANCHES.map(([, changes]) => String(changes['source.ref.branch']));
    const made = fc.sample(
      fc.array(fc.constantFrom(...Array.from('ab1_./+@#=-'), '.lock', 'refs/'), {
        minLength: 1,
        maxLength: 8,
      }),
      { numRuns: 200, seed: 7 },
    );
    const passing = [...names, ...made.map((pieces) => pieces.join(''))].filter(
      (branch) => rulesOf(withChanges(REPO, { 'source.ref.branch': branch })).length === 0,
    );
    expect(passing.length).toBeGreaterThan(20);
    const refused = passing.slice(0, 60).filter((branch) => {
      const asked = spawnSync('git', ['check-ref-format', '--branch', branch], { stdio: 'ignore' });
      return asked.status !== 0;
    });
    expect(refused).toEqual([]);
  });

  it('every URL that passes, one that the platform reads the same way', () => {
    const piece = fc.constantFrom(
      'git.example.com',
      ':8443',
      '[::1]',
      ...Array.from('/.@:?#%2eE\\ -_aé'),
    );
    const path = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(path, path, (host, rest) => {
        const url = `https://${host}/${rest}`;
        if (rulesOf(withChanges(REPO, { 'source.url': url })).length > 0) return;
        if (!URL.canParse(url)) return; // Odd addresses pass here; the adapter refuses them.
        const { username, password, search, hash, pathname } = new URL(url);
        expect([username, password, search, hash]).toEqual(['', '', '', '']);
        expect(url.endsWith(pathname)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('validateSignerSet', () => {
  it('a whole spec, no problem', () => {
    expect(validateSignerSet(MINIMAL_SIGNERS)).toEqual([]);
  });

  it('a key of 64 KiB that never ends, refused at once', () => {
    const openPGP = `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${'\r\n'.repeat(32_000)}`;
    const began = performance.now();
    const problems = validateSignerSet({ people: [{ name: 'A', keys: [{ openPGP }] }] });
    expect(problems.map(({ rule }) => rule)).toEqual(['pattern']);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
