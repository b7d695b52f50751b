import { describe, expect, it } from 'vitest';
import { parseCheckOptions } from './options.ts';
import type { CheckOptions } from './options.ts';

const PLAIN: CheckOptions = {
  ...{ place: { kind: 'local' }, range: {}, signers: [], output: 'table', engine: 'auto' },
  ...{ hasColor: true, isVerbose: false, isAtCommitDate: false, isStaged: false },
  ...{ allowHttp: false, allowPrivateAddresses: false },
  ...{ maxCommits: 500_000, maxPackBytes: 2_097_152_000, timeoutMs: 600_000 },
};

describe('parseCheckOptions', () => {
  it.each<readonly [string, readonly string[], Partial<CheckOptions>]>([
    ['nothing, the current directory', [], {}],
    ['a path', ['work/app'], { place: { kind: 'local', path: 'work/app' } }],
    ['a path with a colon', ['a:b'], { place: { kind: 'local', path: 'a:b' } }],
    ['an https URL', ['https://h/a'], { place: { kind: 'remote', url: 'https://h/a' } }],
    ['an ssh URL', ['SSH://git@h/a'], { place: { kind: 'remote', url: 'SSH://git@h/a' } }],
    ['a range', ['--range', 'v1..main'], { range: { from: 'v1', to: 'main' } }],
    ['an open range, up to HEAD', ['--range=v1..'], { range: { from: 'v1' } }],
    ['one name, from the root', ['--range', 'main'], { range: { to: 'main' } }],
    ['a name with a dot', ['--range', 'v1.0..v1.1'], { range: { from: 'v1.0', to: 'v1.1' } }],
    ['two files of signers', ['--signers=a', '--signers', 'b'], { signers: ['a', 'b'] }],
    ['a policy', ['--policy', 'p.yaml'], { policy: 'p.yaml' }],
    ['an output', ['--output', 'sarif'], { output: 'sarif' }],
    ['annotations', ['--output=github'], { output: 'github' }],
    ['what is staged', ['--staged'], { isStaged: true }],
    ['secrets told only', ['--secrets', 'report'], { secrets: 'report' }],
    [
      'files of the team',
      ['--config=a.toml', '--ignore-file=b', '--baseline=c.json'],
      { config: 'a.toml', ignoreFile: 'b', baseline: 'c.json' },
    ],
    ['an engine', ['--engine', 'embedded'], { engine: 'embedded' }],
    ['switches', ['--no-color', '--verbose'], { hasColor: false, isVerbose: true }],
    ['claimed dates', ['--at-commit-date'], { isAtCommitDate: true }],
    [
      'names of approvals',
      ['--repository=h/a', '--ref=refs/heads/m'],
      { repository: 'h/a', ref: 'refs/heads/m' },
    ],
    [
      'limits',
      ['--max-commits=5', '--timeout=2', '--max-pack-mib=1'],
      { maxCommits: 5, timeoutMs: 2_000, maxPackBytes: 1_048_576 },
    ],
    [
      'permissions',
      ['--allow-http', '--allow-private-addresses'],
      { allowHttp: true, allowPrivateAddresses: true },
    ],
    [
      'a path that looks like a flag, behind --',
      ['--', '--x'],
      { place: { kind: 'local', path: '--x' } },
    ],
  ])('%s, taken', (_, args, changed) => {
    expect(parseCheckOptions(args)).toEqual({ ok: true, value: { ...PLAIN, ...changed } });
  });

  it.each<readonly [string, readonly string[]]>([
    ['two paths', ['a', 'b']],
    ['an empty path', ['']],
    ['another scheme', ['file:///a']],
    ['git itself', ['git://h/a']],
    ['scp form', ['git@h:a.git']],
    ['an unknown flag', ['--nope']],
    ['a flag without value', ['--range']],
    ['three dots', ['--range', 'a...b']],
    ['two ranges in one', ['--range', 'a..b..c']],
    ['a range without beginning', ['--range', '..b']],
    ['an empty range', ['--range', '']],
    ['an unknown output', ['--output', 'xml']],
    ['an unknown engine', ['--engine', 'jgit']],
    ['no number', ['--max-commits', 'many']],
    ['a number out of bounds', ['--timeout', '0']],
    ['a URL as identity', ['--repository', 'https://h/a']],
    ['a short ref', ['--ref', 'main']],
  ])('%s, one line of usage', (_, args) => {
    const parsed = parseCheckOptions(args);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && /^[^\n]{10,160}$/.test(parsed.stop)).toBe(true);
  });
});
