import { join } from 'node:path';
import { FIELD_MANAGER } from '../src/api/meta.ts';
import { TENANT } from '../test/support/world/tenant.ts';
import { World } from '../test/support/world/world.ts';
import { Api } from './api.ts';
import { Editor } from './edits.ts';
import type { EditPlan, EditStory } from './edits.ts';
import { fleet, wantedMark } from './fleet.ts';
import { median, percentile } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { callsOn, requestCounts, requestsBetween, settled } from './request-counts.ts';
import { timedKubectl } from './timed-tool.ts';

/** Objects of each of the two kinds. */
const EACH = 60;
const OBJECTS = 2 * EACH;
const QUIET_MS = 60_000;
const DIFF_PASSES = 5;
const GUARDED_RESOURCES = ['configmaps', 'deployments'];

/** Few enough a object and minute that nobody takes them for a fight. */
const EDITS: EditPlan = { each: EACH, count: 300, pauseMs: 40, wanted: wantedMark(1) };
const WARM_UP: EditPlan = { ...EDITS, count: 60 };

const DIFF = 'kubectl diff --server-side, one pass';

type Moment = Exclude<keyof EditStory, 'kind'>;
type Passes = Readonly<{ seconds: number; callsPerObject: number }>;

/** How fast a manual change is found and undone, and what watching a quiet object costs. */
export const driftBench: Bench = async (say) => {
  const world = await World.start('real');
  const api = new Api(world);
  try {
    await world.push(fleet({ each: EACH, version: 1, perFile: 10 }));
    await world.startOperator({ flags: ['--log-level', 'debug'] });
    await world.guard();
    await world.repoWhere('applied', (repo) => repo.status?.targets[0]?.applied !== undefined);
    await settled(api);
    say(`${OBJECTS} objects guarded; a quiet minute`);
    const quiet = await quietCalls(api, say);
    const passes = await diffPasses(world, api);
    say(`kubectl diff: ${passes.seconds.toFixed(2)} s a pass; now ${EDITS.count} edits`);
    const editor = await Editor.start(world, api);
    await editor.play(WARM_UP);
    const before = await requestCounts(api);
    const stories = await editor.play(EDITS);
    say(`calls meanwhile: ${spelled(requestsBetween(before, await requestCounts(api)))}`);
    const lines = [...latencies(stories, passes.seconds), quietLine(quiet, passes)];
    return { lines, serverVersion: world.plane.version };
  } finally {
    api.close();
    await world.close();
  }
};

/** Calls on the guarded kinds in a minute in which nothing happens, whoever makes them. */
async function quietCalls(api: Api, say: (text: string) => void): Promise<number> {
  const before = await requestCounts(api);
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  const calls = requestsBetween(before, await requestCounts(api));
  say(`calls of everybody in the quiet minute: ${spelled(calls)}`);
  return callsOn(calls, GUARDED_RESOURCES);
}

async function diffPasses(world: World, api: Api): Promise<Passes> {
  const folder = join(world.work.dir, TENANT.path);
  // Under gitward's own name, so that it asks the same question and meets no conflict with it.
  const asGitward = ['--field-manager', FIELD_MANAGER, '--force-conflicts'];
  const args = ['diff', '--server-side', ...asGitward, '-n', TENANT.namespace, '-f', folder];
  const seconds: number[] = [];
  const before = await requestCounts(api);
  for (let pass = 0; pass < DIFF_PASSES; pass++) {
    // Status 1 tells of differences, which is no failure of the measurement.
    seconds.push((await timedKubectl(world, args, [0, 1])).seconds);
  }
  const calls = callsOn(requestsBetween(before, await requestCounts(api)), GUARDED_RESOURCES);
  return { seconds: median(seconds), callsPerObject: calls / DIFF_PASSES / OBJECTS };
}

function latencies(stories: readonly EditStory[], passSeconds: number): readonly Measurement[] {
  const floor = ofAll(stories, 'seenMs').samples;
  const line = (
    metric: string,
    moment: Moment,
    [share, atMost]: readonly [number, number],
  ): Measurement => {
    const { samples, lost } = ofAll(stories, moment);
    const value = percentile(samples, share);
    return {
      ...{ bench: 'drift', metric, value, unit: 'ms', lost },
      ...{ reference: DIFF, referenceValue: passSeconds * 1_000 },
      ratio: (passSeconds * 1_000) / value,
      bar: { kind: 'atMost', value: atMost },
      extra: {
        n: samples.length,
        p50: median(samples),
        p99: percentile(samples, 0.99),
        configMapP50: median(ofAll(stories, moment, 'ConfigMap').samples),
        deploymentP50: median(ofAll(stories, moment, 'Deployment').samples),
        otherWatcherP50: median(floor),
        otherWatcherP99: percentile(floor, 0.99),
        afterOtherWatcherP50: median(behind(stories, moment)),
      },
    };
  };
  return [
    line('write to verdict, p50', 'verdictMs', [0.5, 20]),
    line('write to verdict, p99', 'verdictMs', [0.99, 120]),
    line('write to confirmed, p50', 'confirmedMs', [0.5, 80]),
    line('write to reverted, p50', 'revertedMs', [0.5, 80]),
    line('write to reverted as a watcher sees it, p50', 'restoredMs', [0.5, 80]),
  ];
}

function ofAll(
  stories: readonly EditStory[],
  moment: Moment,
  kind?: EditStory['kind'],
): Readonly<{ samples: readonly number[]; lost: number }> {
  const chosen = stories.filter((story) => kind === undefined || story.kind === kind);
  const samples = chosen.map((story) => story[moment]).filter((ms) => ms !== undefined);
  return { samples, lost: chosen.length - samples.length };
}

/** gitward's own share: what passes after another watcher has seen the write as well. */
function behind(stories: readonly EditStory[], moment: Moment): readonly number[] {
  return stories.flatMap(({ seenMs, [moment]: ms }) =>
    ms === undefined || seenMs === undefined ? [] : [ms - seenMs],
  );
}

function quietLine(calls: number, { callsPerObject }: Passes): Measurement {
  const value = calls / OBJECTS / (QUIET_MS / 60_000);
  return {
    ...{ bench: 'drift', metric: 'calls on a quiet object', value, unit: 'calls/object/min' },
    ...{ reference: `${DIFF} a minute`, referenceValue: callsPerObject },
    // Nothing divides by zero calls: below one call of all objects together nothing can be told.
    ratio: callsPerObject / Math.max(value, 1 / OBJECTS),
    bar: { kind: 'atMost', value: 0 },
    extra: { objects: OBJECTS, calls },
  };
}

function spelled(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([key, count]) => `${key} ${count}`).join(', ');
}
