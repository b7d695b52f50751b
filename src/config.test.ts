import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('readConfig', () => {
  it('no flags, secure defaults', () => {
    const config = readConfig([], { HOSTNAME: 'pod-1', PATH: '/usr/bin' });
    expect(config).toEqual({
      dataDir: '/var/lib/gitward',
      namespace: 'gitward-system',
      identity: expect.stringMatching(/^pod-1_[0-9a-f-]{36}$/),
      metricsPort: 8080,
      probePort: 8081,
      allowHttp: false,
      allowPrivateAddresses: false,
      allowCrossNamespace: false,
      qps: 300,
      burst: 600,
      leaderElect: true,
      concurrency: 4,
      git: 'auto',
      searchPath: '/usr/bin',
      maxPackBytes: undefined,
      relistMs: 600_000,
      logLevel: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('a flag and its variable, the flag wins', () => {
    const config = readConfig(['--qps', '10', '--no-leader-elect'], {
      GITWARD_QPS: '20',
      GITWARD_BURST: '40',
    });
    expect([config.qps, config.burst, config.leaderElect]).toEqual([10, 40, false]);
  });

  it('engine and largest pack, as given', () => {
    const config = readConfig(['--git', 'embedded', '--max-pack-mib', '3'], {});
    expect([config.git, config.maxPackBytes]).toEqual(['embedded', 3 * 1024 * 1024]);
  });

  it.each([
    ['unknown flag', ['--unsafe'], {}],
    ['positional word', ['start'], {}],
    ['port out of range', ['--probe-port', '70000'], {}],
    ['zero rate', ['--qps', '0'], {}],
    ['number with a sign', ['--burst', '+5'], {}],
    ['variable that is no boolean', [], { GITWARD_ALLOW_HTTP: 'yes' }],
    ['unknown engine', ['--git', 'libgit2'], {}],
    ['pack of no size', ['--max-pack-mib', '0'], {}],
    ['unknown level', ['--log-level', 'trace'], {}],
  ])('%s, refused', (_name, args, environment) => {
    expect(() => readConfig(args, environment)).toThrow(ConfigError);
  });
});
