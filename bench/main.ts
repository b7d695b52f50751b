import process from 'node:process';
import { controlPlaneMissing } from '../test/support/controlplane.ts';
import { checkBench } from './check.ts';
import { driftBench } from './drift.ts';
import { fetchBench } from './fetch.ts';
import { lineOf, tableOf } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { rolloutBench } from './rollout.ts';
import { secretsAccuracyBench } from './secrets-accuracy.ts';
import { secretsBench } from './secrets.ts';
import { secretsHostileBench } from './secrets-hostile.ts';
import { secretsStartBench } from './secrets-start.ts';
import { signaturesBench } from './signatures.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  drift: driftBench,
  rollout: rolloutBench,
  fetch: fetchBench,
  signatures: signaturesBench,
  check: checkBench,
  'secrets-accuracy': secretsAccuracyBench,
  secrets: secretsBench,
  'secrets-hostile': secretsHostileBench,
  'secrets-start': secretsStartBench,
};

/** Those that measure on a cluster. */
const ON_A_CLUSTER: ReadonlySet<string> = new Set(['drift', 'rollout']);

async function run(names: readonly string[]): Promise<number> {
  const needsPlane = names.some((name) => ON_A_CLUSTER.has(name));
  const missing = needsPlane ? controlPlaneMissing() : undefined;
  if (missing !== undefined) {
    console.error(`no control plane to measure on: ${missing}`);
    return 1;
  }
  const measured: Measurement[] = [];
  let failures = 0;
  for (const name of names) {
    const say = (text: string): void => console.error(`${name}: ${text}`);
    const began = performance.now();
    try {
      const result = await BENCHES[name]?.(say);
      for (const line of result?.lines ?? []) {
        console.log(lineOf(line, result?.serverVersion ?? ''));
        measured.push(line);
      }
    } catch (error) {
      failures += 1;
      say(`could not measure: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    }
    say(`took ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  console.error(`\n${tableOf(measured)}`);
  return failures === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => BENCHES[name] === undefined);
  if (unknown.length > 0) {
    console.error(
      `no benchmark ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}`,
    );
    return 1;
  }
  return run(asked.length === 0 ? Object.keys(BENCHES) : asked);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
