import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import { startGitServer } from '../support/git-server.ts';
import type { GitServer } from '../support/git-server.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { everythingSaid, formsOf } from '../support/world/said.ts';
import { editShop, shopIs } from '../support/world/shop.ts';
import { conditionIs, eventTold } from '../support/world/story.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';
import { join } from 'node:path';

const needs = [
  prerequisite('control plane', controlPlaneMissing),
  ...['git', 'gpg', 'kubectl'].map(tool),
];

const IMAGE = 'registry.example.com/shop:1.0';

/** Values that must never be seen in anything gitward writes or says. */
const CANARIES = {
  inGit: 'canary-in-git-7f3a',
  typedOver: 'canary-typed-over-91bc',
  password: 'canary-password-55de',
} as const;

const encoded = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');

describe.runIf(requireOrSkip('what people see', needs))('what people see', () => {
  let world: World;
  let locked: GitServer;
  let oid: Oid;
  beforeAll(async () => {
    world = await World.start('real');
    const auth = { username: 'gitward', password: CANARIES.password };
    locked = await startGitServer({ root: join(world.dir, 'git'), auth });
    await world.create(secret(TENANT.secret, auth));
    await world.startOperator({ flags: ['--log-level', 'debug'] });
    oid = await world.push({
      [`${TENANT.path}/web.yaml`]: deployment('web', IMAGE),
      [`${TENANT.path}/settings.json`]: configMap('settings', { currency: 'EUR' }),
      [`${TENANT.path}/token.json`]: JSON.stringify(secret('token', { key: CANARIES.inGit })),
    });
    await world.guard({ secret: true, url: `${locked.url}/shop.git` });
    // A Secret is what must not be seen here, so it may come in.
    await world.patchRepo({ spec: { verify: { secrets: { mode: 'Off' } } } });
    await conditionIs(world, 'Ready', 'True Succeeded');
  });
  afterAll(async () => {
    await locked?.close();
    await world?.close();
  });

  it('kubectl get, one line that says all is well', async () => {
    const [head = '', line = ''] = (await get()).split('\n');
    expect(head.split(/\s+/)).toEqual([
      'NAME',
      'READY',
      'VERIFIED',
      'DRIFT',
      'REVISION',
      'MODE',
      'AGE',
    ]);
    expect(line).toMatch(new RegExp(`^shop +True +True +0 +main@sha1:${oid} +Enforce +\\d+s$`));
  });

  it('kubectl get -o wide, the signer too', async () => {
    const [head = '', line = ''] = (await get('-o', 'wide')).split('\n');
    expect(head).toMatch(/ MESSAGE$/);
    expect(line).toContain(`signed by Ada (${world.ada.fingerprint})`);
  });

  it('kubectl describe after an edit, what was changed, by whom, when, and what was done', async () => {
    await editShop(world);
    await shopIs(world, IMAGE);
    await eventTold(world, 'DriftReverted');
    await world.repoWhere('told', (repo) => repo.status?.targets[0]?.drift.items[0] !== undefined);
    const text = await describeShop();
    expect(text).toContain(`main@sha1:${oid}`);
    expect(text).toMatch(/Signer: +Ada \([0-9A-F]{40}\)/);
    expect(text).toMatch(/Object: +Deployment\/payments\/web/);
    expect(text).toMatch(/Path: +\/spec\/template\/spec\/containers\[name=web\]\/image/);
    expect(text).toMatch(/Manager: +kubectl-set/);
    expect(text).toMatch(/Outcome: +DriftReverted/);
    expect(text).toMatch(/Time: +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    expect(text).toMatch(/(Warning|Normal) +DriftReverted .*Deployment\/payments\/web/);
  });

  it('kubectl describe after a refused commit, which one and why', async () => {
    const bad = await world.push({ 'notes.txt': 'x' }, { sign: 'nobody', message: 'hello\n' });
    await conditionIs(world, 'Ready', 'False SignatureMissing');
    await eventTold(world, 'SignatureMissing');
    const text = await describeShop();
    expect(text).toMatch(new RegExp(`Head: +main@sha1:${bad}`));
    expect(text).toMatch(new RegExp(`Warning +SignatureMissing .*${bad.slice(0, 12)}`));
    expect(await get()).toMatch(/shop +False +False +0 /);
    await world.work.reset(oid);
    await world.publish(true);
    await conditionIs(world, 'Ready', 'True Succeeded');
  });

  it.each([
    'grepo.spec.targets',
    'grepo.spec.verify',
    'grepo.status.anchor',
    'signerset.spec.people',
  ])('kubectl explain %s, every field in words', async (path) => {
    const { stdout } = await world.kubectl.run(['explain', path]);
    expect(stdout).toMatch(/DESCRIPTION:\s+\S+/);
    expect(stdout).not.toContain('<no description>');
  });

  describe('secrets', () => {
    it('a Secret typed over, reverted', async () => {
      const data = { key: Buffer.from(CANARIES.typedOver).toString('base64') };
      const patch = ['patch', 'secret', 'token', '-p', JSON.stringify({ data })];
      await world.kubectl.ok('-n', TENANT.namespace, ...patch);
      await eventTold(world, 'DriftReverted', /Secret\/payments\/token/);
      const live = await world.object('secrets/token');
      expect(JSON.stringify(live?.['data'])).toContain(encoded(CANARIES.inGit));
    });

    it('a Secret that the API server refuses, told without its value', async () => {
      const spoilt = secret('token', { key: CANARIES.inGit });
      const bad = { ...spoilt, type: [CANARIES.inGit] };
      oid = await world.push({ [`${TENANT.path}/token.json`]: JSON.stringify(bad) });
      await world.repoWhere(
        'refused',
        (repo) =>
          repo.status?.conditions.some(
            ({ type, status }) => type === 'Ready' && status === 'False',
          ) === true,
      );
    });

    it('credentials the Git server refuses, told without them', async () => {
      locked.setFault({ kind: 'status', status: 401, headers: { 'x-echo': CANARIES.password } });
      await conditionIs(world, 'Ready', 'False AuthenticationFailed');
    });

    it.each(Object.entries(CANARIES))(
      '%s, in no byte that gitward wrote',
      async (_name, canary) => {
        const said = await everythingSaid(world);
        expect(said).toContain('DriftReverted');
        for (const form of formsOf(canary)) expect(said).not.toContain(form);
        const basic = Buffer.from(`gitward:${canary}`).toString('base64');
        expect(said).not.toContain(basic);
      },
    );
  });

  const get = (...more: readonly string[]): Promise<string> =>
    world.kubectl
      .ok('-n', TENANT.namespace, 'get', 'grepo', 'shop', ...more)
      .then((out) => out.trim());

  const describeShop = (): Promise<string> =>
    world.kubectl.ok('-n', TENANT.namespace, 'describe', 'grepo', 'shop');
});

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  const metadata = { name, namespace: TENANT.namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
}
