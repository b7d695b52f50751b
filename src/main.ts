import { setFlagsFromString } from 'node:v8';

// Before the first module of size is loaded: a third less resident memory for some speed to spare
// (docs/benchmarks.md), however the process is started.
setFlagsFromString('--optimize-for-size');

const { ConfigError, readConfig } = await import('./config.ts');
const { startOperator } = await import('./wire/operator.ts');

/** Exit status for a flag or variable that cannot be used (sysexits EX_USAGE). */
const EXIT_USAGE = 64;

/** Longest a drain may take before the process ends anyway: below Kubernetes' 30 s grace period. */
const DRAIN_DEADLINE_MS = 20_000;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  const operator = await startOperator(config, {
    kubeconfig: process.env['KUBECONFIG'],
    leadershipLost: () => process.exit(1),
  });
  let draining = false;
  const drain = (): void => {
    if (draining) return;
    draining = true;
    setTimeout(() => process.exit(1), DRAIN_DEADLINE_MS).unref();
    operator.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`gitward: ${text}\n`);
  process.exit(error instanceof ConfigError ? EXIT_USAGE : 1);
});
