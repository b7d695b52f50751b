import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { tokenFor } from '../../test/support/leaks.ts';
import { LINE_KEY, LineWorld } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { GuardedRepoStatus } from '../api/guardedrepo.ts';
import { ok } from '../domain/result.ts';
import { Controller } from './controller.ts';
import type { EventNote } from './ports.ts';

const TOKEN = tokenFor('controller');
const COMMITS = 5;
const INTERVAL_MS = 60_000;

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  await work.commit({ files: { 'old.txt': `token: ${TOKEN}\n` }, sign: ada });
  for (let n = 1; n < COMMITS; n += 1) {
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { n: `${n}` },
    };
    await work.commit({ files: { 'deploy/a.json': JSON.stringify(manifest) }, sign: ada });
  }
});
afterAll(async () => {
  await work.remove();
  await home.remove();
});

let world: LineWorld;
let controller: Controller;
let looks: number;
let status: GuardedRepoStatus | undefined;
let events: string[];

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
  world.historyBudgetMs = 0;
  world.restart();
  const startAt = { commit: await work.head('HEAD~1') };
  world.setSpec({ verify: { ...world.repo.spec.verify, startAt } });
  [looks, status, events] = [0, undefined, []];
  const { ports } = world.ground;
  controller = new Controller({
    ...ports,
    git: {
      open: () => {
        const git = world.git.open();
        const refs: typeof git.refs = (wanted, signal) => {
          looks += 1;
          return git.refs(wanted, signal);
        };
        return { ...git, refs };
      },
    },
    cluster: { ...ports.cluster, repo: () => ok(world.repo), repos: () => [LINE_KEY] },
    report: {
      status: async (_repo, written) => {
        status = written;
        return ok(undefined);
      },
      event: async (_repo, { reason }: EventNote) => void events.push(reason),
    },
    random: () => 0,
    concurrency: 1,
  });
  controller.start();
  await untilSeen();
});

/** Lets the work that has begun end; real time, for git runs in processes. */
async function settle(isOver: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isOver(); turn += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

const untilSeen = (): Promise<void> => settle(() => status?.secrets !== undefined);
const scanned = (): number => status?.secrets?.history.commits ?? 0;
const stateOf = (type: string): unknown => {
  const found = status?.conditions.find((one) => one.type === type);
  return found === undefined ? undefined : [found.status, found.reason];
};

describe('a history that takes many passes', () => {
  it('scanned soon and without another look; Ready meanwhile, and told at the end', async () => {
    expect([scanned(), stateOf('SecretsClean'), stateOf('Ready')]).toStrictEqual([
      ...[1, ['Unknown', 'Pending'], ['True', 'Succeeded']],
    ]);
    for (let pass = 2; pass <= COMMITS; pass += 1) {
      await world.clock.advance(1_000);
      await settle(() => scanned() === pass);
    }
    expect([scanned(), status?.secrets?.history.state, looks]).toStrictEqual([
      ...[COMMITS, 'Complete', 1],
    ]);
    expect([stateOf('SecretsClean'), stateOf('Ready')]).toStrictEqual([
      ['False', 'SecretLeakFound'],
      ['True', 'Succeeded'],
    ]);
    expect(events.filter((reason) => reason === 'SecretLeakFound')).toHaveLength(1);
    expect(JSON.stringify(status).includes(TOKEN)).toBe(false);
    await world.clock.advance(INTERVAL_MS);
    await settle(() => looks === 2);
    await controller.stop();
    expect(looks).toBe(2);
  });

  it('somebody asks for a pass, looked at once more at once', async () => {
    world.setSpec({ interval: '2m' });
    controller.wake(LINE_KEY);
    await settle(() => looks === 2);
    await controller.stop();
    expect(looks).toBe(2);
  });

  it('secrets no longer blocked, and comments honoured, told as weakened', async () => {
    const { verify } = world.repo.spec;
    const secrets = { ...verify.secrets, mode: 'Report', inlineAllow: 'Honour' } as const;
    world.setSpec({ verify: { ...verify, secrets } });
    controller.wake(LINE_KEY);
    const weakened = (): number => events.filter((reason) => reason === 'GuardWeakened').length;
    await settle(() => weakened() === 2);
    await controller.stop();
    expect(weakened()).toBe(2);
  });
});
