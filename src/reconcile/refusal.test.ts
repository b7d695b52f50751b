import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { LineWorld } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { GuardedRepo } from '../api/guardedrepo.ts';
import { REQUESTED_AT } from '../api/meta.ts';
import { stopped } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { GitPort } from './ports.ts';

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let world: LineWorld;

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  await work.commit({ files: { 'deploy/a.json': JSON.stringify(object) }, sign: ada });
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
});

async function said(): Promise<readonly string[]> {
  const end = await world.pass();
  const reasons = end.notes.map(({ reason }) => reason);
  return [...reasons, ...(end.stop === undefined ? [] : [end.stop.reason])];
}

function setTarget(change: Partial<GuardedRepo['spec']['targets'][number]>): void {
  world.setSpec({ targets: world.repo.spec.targets.map((target) => ({ ...target, ...change })) });
}

function underRules(): void {
  const rules = [{ name: 'all', paths: ['**'], threshold: 1 }];
  world.setSpec({ verify: { ...world.repo.spec.verify, rules } });
}

describe('a refused head', () => {
  it('for a target it lacks, judged again as soon as the target is corrected', async () => {
    underRules();
    setTarget({ path: 'deplyo' });
    const [first] = await said();
    expect(await said()).toEqual([first]);
    expect(world.git.fetches).toBe(1);
    setTarget({ path: 'deploy' });
    expect(await said()).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
  });

  it('and nothing changed, judged again when somebody asks for it', async () => {
    underRules();
    setTarget({ path: 'deplyo' });
    await said();
    const annotations = { [REQUESTED_AT]: 'now' };
    world.repo = { ...world.repo, metadata: { ...world.repo.metadata, annotations } };
    await said();
    expect(world.git.fetches).toBe(2);
    await said();
    expect(world.git.fetches).toBe(2);
  });

  it('too large to fetch, not fetched again at every poll', async () => {
    const open = world.git.open.bind(world.git);
    let fetches = 0;
    const fetch: GitPort['fetch'] = async () => {
      fetches += 1;
      return stopped(stop('RepositoryTooLarge', 'more than 1 byte'));
    };
    world.git.open = () => ({ ...open(), fetch });
    expect([await said(), await said()]).toEqual([['RepositoryTooLarge'], ['RepositoryTooLarge']]);
    expect(fetches).toBe(1);
  });
});
