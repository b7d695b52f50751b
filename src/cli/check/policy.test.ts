import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';
import type { CheckPolicy } from './policy.ts';
import { joinTrust } from './trust.ts';
import type { SignersFile } from '../signers/read-file.ts';

const FILLED: CheckPolicy['verify'] = {
  ...{ signatures: 'EveryCommit', signers: [], bindIdentity: 'Committer', forge: 'Deny' },
  ...{ onUntrusted: 'Freeze', maxPending: '24h' },
  secrets: { mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
};

const repo = (ref: string, verify = '{signers: [a]}'): string => `
apiVersion: gitward.dev/v1alpha1
kind: GuardedRepo
metadata: {name: shop, namespace: payments}
spec:
  source: {url: "https://Git.example.com/team/app.git", ref: ${ref}}
  verify: ${verify}
  targets:
    - {name: prod, path: deploy, namespace: payments, serviceAccountName: d}
`;

const OF_REPO = {
  ...{ targets: [{ name: 'prod', path: 'deploy' }], isGiven: true },
  repository: 'git.example.com/team/app',
};

describe('parsePolicy', () => {
  it.each<readonly [string, string, CheckPolicy]>([
    [
      'spec.verify with one field',
      'forge: AllowWithReview',
      { verify: { ...FILLED, forge: 'AllowWithReview' }, targets: [], isGiven: true },
    ],
    [
      'spec.verify in JSON with signers',
      '{"signers":["a"]}',
      { verify: { ...FILLED, signers: ['a'] }, targets: [], isGiven: true },
    ],
    [
      'a rule without a threshold',
      'rules: [{name: r, paths: ["a/**"]}]',
      {
        verify: { ...FILLED, rules: [{ name: 'r', paths: ['a/**'], threshold: 1 }] },
        targets: [],
        isGiven: true,
      },
    ],
    [
      'a GuardedRepo of a branch',
      repo('{branch: main}'),
      { ...OF_REPO, verify: { ...FILLED, signers: ['a'] }, ref: 'refs/heads/main', branch: 'main' },
    ],
    [
      'a GuardedRepo of a tag',
      repo('{tag: v1, branch: main}'),
      { ...OF_REPO, verify: { ...FILLED, signers: ['a'] }, ref: 'refs/tags/v1', branch: 'main' },
    ],
    [
      'a GuardedRepo of a range',
      repo('{semver: 1.x, branch: main}'),
      { ...OF_REPO, verify: { ...FILLED, signers: ['a'] }, branch: 'main' },
    ],
  ])('%s, with the defaults of the CRD', (_, text, policy) => {
    expect(parsePolicy(Buffer.from(text))).toEqual({ ok: true, value: policy });
  });

  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['a list', '- a'],
    ['two documents', 'forge: Deny\n---\nforge: Deny\n'],
    ['another kind', 'apiVersion: v1\nkind: Pod\n'],
    ['a field that is not known', 'forges: Deny'],
    ['a value that is not known', 'signatures: Some'],
    ['a GuardedRepo that breaks a rule', repo('{}')],
    ['YAML that is none', 'a: [\n'],
  ])('%s, refused', (_, text) => {
    expect(parsePolicy(Buffer.from(text)).ok).toBe(false);
  });

  it('without a policy, no identity is bound', () => {
    expect(DEFAULT_POLICY.verify).toEqual({ ...FILLED, bindIdentity: 'None' });
  });
});

/** The SignerSets that count, and how many problems are told. */
type Joined = readonly [readonly string[], number];

describe('joinTrust', () => {
  const fileOf = (kind: SignersFile['kind'], ...sets: readonly string[]): SignersFile => ({
    ...{ kind, sets: kind === 'manifest' ? sets : [], problems: [] },
    trust: {
      holders: sets.map((signerSet) => ({
        ...{ class: 'person', signerSet, name: 'n', emails: [], roles: [], life: {}, keys: [] },
      })),
      sigstoreRoots: [],
    },
  });

  it.each<readonly [string, readonly SignersFile[], readonly string[], Joined]>([
    ['no policy names, all', [fileOf('manifest', 'a', 'b')], [], [['a', 'b'], 0]],
    ['a policy that names one, that one', [fileOf('manifest', 'a', 'b')], ['a'], [['a'], 1]],
    ['a name that nobody gives, told', [fileOf('manifest', 'a')], ['a', 'c'], [['a'], 1]],
    ['a keyring, whatever the policy names', [fileOf('keyring', 'k')], ['a'], [['k'], 0]],
    [
      'both, the keyring and what is named',
      [fileOf('keyring', 'k'), fileOf('manifest', 'a', 'b')],
      ['b'],
      [['k', 'b'], 1],
    ],
  ])('%s', (_, files, signers, [sets, problems]) => {
    const joined = joinTrust(files, { verify: { ...FILLED, signers } });
    expect(joined.trust.holders.map(({ signerSet }) => signerSet)).toEqual(sets);
    expect(joined.problems).toHaveLength(problems);
  });
});
