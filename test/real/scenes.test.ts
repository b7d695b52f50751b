import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENES } from '../demo/play.ts';
import type { Scene, Stage } from '../demo/scenes.ts';
import { LEAKED, LEFT_PLAIN, SECRET_SCENES } from '../demo/secret-scenes.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { everythingSaid, formsOf } from '../support/world/said.ts';
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
  SecretsClean: 'True Succeeded',
  Rendered: 'True Succeeded',
  InSync: 'True Succeeded',
};

/**
 * What status says when a scene is over: a refused head stalls, and the anchor stays in sync. A leak that
 * nobody answered for is told, whatever is accepted after it.
 */
function conditionsAfter(scene: Scene): Readonly<Record<string, string>> {
  const { expected } = scene;
  const hasLeaked = SECRET_SCENES.includes(scene);
  const usual = hasLeaked ? { ...IN_SYNC, SecretsClean: 'False SecretLeakFound' } : IN_SYNC;
  if (expected === 'CommitAccepted' || expected === 'DriftReverted') return usual;
  const refused = `False ${expected}`;
  const stalled = { Ready: refused, Stalled: `True ${expected}` };
  return { ...usual, ...stalled, ...(hasLeaked ? {} : { SourceVerified: refused }) };
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

  it.each([
    ['the password of the plain Secret', LEAKED],
    ['the leaf that SOPS left plain', LEFT_PLAIN],
  ])('%s, in no byte that gitward wrote', async (_name, secret) => {
    const said = await everythingSaid(world);
    expect(said).toContain('SecretLeakFound');
    for (const form of formsOf(secret)) expect(said).not.toContain(form);
  });

  async function kubectlVersion(): Promise<string> {
    const told = await world.kubectl.ok('version', '--client', '-o', 'json');
    return `kubectl ${/"gitVersion": *"([^"]+)"/.exec(told)?.[1] ?? '?'}`;
  }
});
