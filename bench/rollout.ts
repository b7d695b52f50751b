import { join } from 'node:path';
import type { Oid } from '../src/domain/oid.ts';
import { TENANT } from '../test/support/world/tenant.ts';
import { World } from '../test/support/world/world.ts';
import { Api } from './api.ts';
import type { WatchEvent } from './api.ts';
import { fleet } from './fleet.ts';
import { median, percentile } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { settled } from './request-counts.ts';
import { timedKubectl } from './timed-tool.ts';

/** Objects of each of the two kinds. */
const EACH = 500;
const OBJECTS = 2 * EACH;
const DOCUMENTS_PER_FILE = 50;
/** Each fleet is created by its first commit and changed, every object of it, by its second. */
const FLEETS = ['a', 'b', 'c'];
const POLL_SECONDS = 1;
const RANGE_COMMITS = 10;
const RANGE_ROUNDS = 5;
const DEADLINE_MS = 120_000;
const OTHER_NAMESPACE = 'by-kubectl';
const MIB = 1024 * 1024;

const REPOS = `/apis/gitward.dev/v1alpha1/namespaces/${TENANT.namespace}/guardedrepos`;

type What = 'created' | 'changed';
type Step = Readonly<{ what: What; name: string; version: number; first: 'gitward' | 'kubectl' }>;
/** Objects a second of both, and kubectl's peak in bytes. */
type Round = Readonly<{ what: What; gitward: number; kubectl: number; kubectlPeak: number }>;

/** How fast one commit with a thousand objects becomes live, and what it costs in memory. */
export const rolloutBench: Bench = async (say) => {
  const world = await World.start('real');
  const api = new Api(world);
  try {
    await world.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: OTHER_NAMESPACE },
    });
    await world.push(fleet({ each: 1, version: 0, perFile: DOCUMENTS_PER_FILE }));
    await world.startOperator({ nodeFlags: nodeFlags() });
    await world.guard({ interval: `${POLL_SECONDS}s` });
    const applied = await AppliedWatch.start(world, api);
    await applied.head(await world.work.head());
    const rounds: Round[] = [];
    for (const step of steps()) {
      const round = await playRound(world, { api, applied }, step);
      say(`${step.what} fleet ${step.name}: ${JSON.stringify(round)}`);
      rounds.push(round);
    }
    const peakBytes = world.operator.peakRss();
    await settled(api);
    const range = await rangeSeconds(world, applied, say);
    const lines = [
      ...rateLines(rounds),
      memoryLine(peakBytes, Math.max(...rounds.map((round) => round.kubectlPeak))),
      rangeLine(range.gitward, range.script),
    ];
    // A profile is written at a regular end only.
    await world.operator.stop();
    return { lines, serverVersion: world.plane.version };
  } finally {
    api.close();
    await world.close();
  }
};

/** For profiling: `GITWARD_BENCH_NODE_FLAGS='--cpu-prof --cpu-prof-dir=…'`. */
function nodeFlags(): readonly string[] {
  return (process.env['GITWARD_BENCH_NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '');
}

/** Waits, without polling, for the GuardedRepo's status to tell that a commit is live. */
class AppliedWatch {
  readonly #world: World;
  #applied = '';
  #heard = (): void => undefined;

  private constructor(world: World) {
    this.#world = world;
  }

  static async start(world: World, api: Api): Promise<AppliedWatch> {
    const applied = new AppliedWatch(world);
    await api.watch(REPOS, (event) => applied.#hear(event));
    return applied;
  }

  /** Resolves when the status says that this commit is applied. */
  async head(oid: Oid): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!this.#applied.endsWith(oid)) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${oid} is not applied:\n${this.#world.operator.tail()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #hear({ object }: WatchEvent): void {
    // The API server has checked it against the CRD.
    const { status } = object as { status?: { targets?: readonly { applied?: string }[] } };
    this.#applied = status?.targets?.[0]?.applied ?? '';
    this.#heard();
  }
}

/** Who goes first alternates, so that neither always meets the colder server. */
function steps(): readonly Step[] {
  return FLEETS.flatMap((name, index) => {
    const [first, other] =
      index % 2 === 0 ? (['gitward', 'kubectl'] as const) : (['kubectl', 'gitward'] as const);
    return [
      { what: 'created', name, version: 1, first },
      { what: 'changed', name, version: 2, first: other },
    ];
  });
}

/** One commit, brought into one namespace by gitward and into another by kubectl. */
async function playRound(
  world: World,
  { api, applied }: Readonly<{ api: Api; applied: AppliedWatch }>,
  { what, name, version, first }: Step,
): Promise<Round> {
  const files = fleet({ each: EACH, perFile: DOCUMENTS_PER_FILE, name, version });
  const oid = await world.work.commit({ files, sign: world.ada });
  await settled(api);
  const early = first === 'kubectl' ? await kubectlRun(world) : undefined;
  if (early !== undefined) await settled(api);
  await world.publish();
  const pushed = performance.now();
  await applied.head(oid);
  const gitward = OBJECTS / ((performance.now() - pushed) / 1_000);
  if (early === undefined) await settled(api);
  const { seconds, peakBytes } = early ?? (await kubectlRun(world));
  return { what, gitward, kubectl: OBJECTS / seconds, kubectlPeak: peakBytes };
}

function kubectlRun(world: World): ReturnType<typeof timedKubectl> {
  const folder = join(world.work.dir, TENANT.path);
  return timedKubectl(world, ['apply', '--server-side', '-n', OTHER_NAMESPACE, '-f', folder]);
}

type RangeSeconds = Readonly<{ gitward: readonly number[]; script: readonly number[] }>;

/** Ten new signed commits that change one object of the thousand, pushed at once. */
async function rangeSeconds(
  world: World,
  applied: AppliedWatch,
  say: (text: string) => void,
): Promise<RangeSeconds> {
  const gitward: number[] = [];
  const script: number[] = [];
  for (let round = 1; round <= RANGE_ROUNDS; round++) {
    const before = await world.work.head();
    const file = `${TENANT.path}/single.yaml`;
    for (let commit = 1; commit <= RANGE_COMMITS; commit++) {
      const text = JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'single' } },
        data: { mark: `${round}.${commit}` },
      });
      await world.work.commit({ files: { [file]: text }, sign: world.ada });
    }
    await world.publish();
    const pushed = performance.now();
    await applied.head(await world.work.head());
    gitward.push((performance.now() - pushed) / 1_000);
    script.push(await scriptSeconds(world, before, file));
    say(`ten commits: ${String(gitward.at(-1))} s, script ${String(script.at(-1))} s`);
  }
  return { gitward, script };
}

/** What a careful script does with the same commits once it has fetched them. */
async function scriptSeconds(world: World, before: Oid, file: string): Promise<number> {
  const { work, ada } = world;
  const began = performance.now();
  for (const oid of (await work.git('rev-list', '--reverse', `${before}..HEAD`)).split('\n')) {
    const checked = await work.run(['verify-commit', oid], { env: { ...ada.home.env } });
    if (checked.status !== 0) throw new Error(`git verify-commit ${oid}: ${checked.stderr}`);
  }
  const apply = ['apply', '--server-side', '-n', OTHER_NAMESPACE, '-f', join(work.dir, file)];
  await timedKubectl(world, apply);
  return (performance.now() - began) / 1_000;
}

function rateLines(rounds: readonly Round[]): readonly Measurement[] {
  const line = (what: What): Measurement => {
    const rates = rounds.filter((round) => round.what === what);
    const gitward = median(rates.map((rate) => rate.gitward));
    const kubectl = median(rates.map((rate) => rate.kubectl));
    return {
      ...{ bench: 'rollout', metric: `push to applied, all ${what}` },
      ...{ value: gitward, unit: 'objects/s' },
      ...{ reference: 'kubectl apply --server-side', referenceValue: kubectl },
      ratio: gitward / kubectl,
      bar: { kind: 'atLeast', value: 150 },
      extra: { n: rates.length, objects: OBJECTS },
    };
  };
  return [line('created'), line('changed')];
}

function memoryLine(peak: number, kubectlPeak: number): Measurement {
  return {
    ...{ bench: 'rollout', metric: 'peak RSS', value: peak / MIB, unit: 'MiB' },
    ...{ reference: 'kubectl apply --server-side', referenceValue: kubectlPeak / MIB },
    ratio: kubectlPeak / peak,
    bar: { kind: 'atMost', value: 256 },
  };
}

function rangeLine(gitward: readonly number[], script: readonly number[]): Measurement {
  const beyond = gitward.map((seconds) => Math.max(0, seconds - POLL_SECONDS));
  return {
    ...{ bench: 'rollout', metric: 'push of ten commits to applied, beyond the poll' },
    ...{ value: percentile(beyond, 1), unit: 's' },
    reference: 'git verify-commit of each and kubectl apply of the file',
    referenceValue: median(script),
    ratio: median(script) / median(gitward),
    bar: { kind: 'atMost', value: 2 },
    extra: { n: gitward.length, wholeP50: median(gitward), wholeMax: percentile(gitward, 1) },
  };
}
