import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENES } from '../demo/play.ts';
import type { Scene, Stage } from '../demo/scenes.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { eventTold, ledgerAnchor, spell } from '../support/world/story.ts';
import { World } from '../support/world/world.ts';

const needs = [
  prerequisite('control plane', controlPlaneMissing),
  ...['git', 'gpg', 'kubectl'].map(tool),
];

const IN_SYNC = {
  Ready: 'True Succeeded',
  SourceReady: 'True Succeeded',
  SourceVerified: 'True Succeeded',
  Rendered: 'True Succeeded',
  InSync: 'True Succeeded',
};

/** What status says when a scene is over: a refused head stalls, and the anchor stays in sync. */
function conditionsAfter({ expected }: Scene): Readonly<Record<string, string>> {
  if (expected === 'CommitAccepted' || expected === 'DriftReverted') return IN_SYNC;
  const refused = `False ${expected}`;
  const stalled = { Ready: refused, Stalled: `True ${expected}`, SourceVerified: refused };
  return { ...IN_SYNC, ...stalled };
}

describe.runIf(requireOrSkip('the scenes of the demo', needs))('the scenes of the demo', () => {
  let world: World;
  const stage: Stage = {};
  beforeAll(async () => {
    world = await World.start('real');
    await world.startOperator();
    console.log(`Kubernetes ${world.plane.version}; ${await kubectlVersion()}`);
  });
  afterAll(() => world?.close());

  it.each(SCENES.map((scene) => [scene.name, scene] as const))('%s', async (_name, scene) => {
    const { reason } = await scene.play(world, stage);
    expect(reason).toBe(scene.expected);
    const wanted = conditionsAfter(scene);
    const settled = await world.repoWhere(`conditions after ${scene.name}`, (repo) => {
      return JSON.stringify(spell(repo)) === JSON.stringify({ ...spell(repo), ...wanted });
    });
    expect(spell(settled)).toEqual(wanted);
    expect(settled.status?.anchor?.oid).toBe(await ledgerAnchor(world));
    expect((await eventTold(world, scene.expected)).type).toMatch(/^(Normal|Warning)$/);
  });

  it('the first scene, told that trust began at the root', async () => {
    expect((await eventTold(world, 'AnchorBootstrapped')).type).toBe('Warning');
  });

  it('the last scene, told that it replaced a refused head', async () => {
    expect((await eventTold(world, 'RejectedTipReplaced')).type).toBe('Normal');
  });

  async function kubectlVersion(): Promise<string> {
    const told = await world.kubectl.ok('version', '--client', '-o', 'json');
    return `kubectl ${/"gitVersion": *"([^"]+)"/.exec(told)?.[1] ?? '?'}`;
  }
});
