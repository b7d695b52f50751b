import { repositoryIdentity } from '../../src/policy/approval.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { approvalText, noteApprovals } from '../support/approvals.ts';
import { fakedTime } from '../support/gpg.ts';
import { CAROLS_TIME, peopleOf } from '../support/world/keys.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import type { World } from '../support/world/world.ts';
import { accepted, back, evil, imageIs, readyOf, refused } from './scenes.ts';
import type { Outcome, Scene } from './scenes.ts';

/** Days into the life of Carol's key: a date that would make her commit good, if dates proved anything. */
const BACK_DATED = new Date(CAROLS_TIME.getTime() + 30 * 86_400_000);

const RULE = { name: 'prod', paths: [`${TENANT.path}/**`], roles: ['release'], threshold: 2 };

const OVERLAY = {
  [`${TENANT.path}/kustomization.yaml`]: 'resources: [web.yaml, settings.json, ../base]\n',
  'base/kustomization.yaml': 'resources: [limits.json]\n',
  'base/limits.json': configMap('limits', { orders: '10' }),
};

/** The scenes of trust: kinds of keys, time, people and revocation; they follow the first ones. */
export const TRUST_SCENES: readonly Scene[] = [
  {
    name: 'commit signed with an SSH key, accepted',
    expected: 'CommitAccepted',
    play: async (world, stage) => {
      const image = 'registry.example.com/shop:1.3';
      const files = { [`${TENANT.path}/web.yaml`]: deployment('web', image, 2) };
      stage.anchor = await world.push(files, { sign: world.keys.bob, message: 'shop 1.3\n' });
      const repo = await accepted(world, stage.anchor);
      await imageIs(world, image);
      return { reason: 'CommitAccepted', said: readyOf(repo) };
    },
  },
  {
    name: 'back-dated commit by an expired key, refused',
    expected: 'KeyExpired',
    play: async (world) => {
      const dated = { at: BACK_DATED, gpgArgs: fakedTime(BACK_DATED) };
      await world.push(evil('2.2'), { sign: world.keys.carol, message: 'old news\n', ...dated });
      return refused(world, 'KeyExpired');
    },
  },
  {
    name: '2 of 3 on deploy/: change of base/ by one, refused',
    expected: 'ThresholdNotMet',
    play: async (world, stage) => {
      await back(world, stage);
      await world.patchRepo({ spec: { verify: { rules: [RULE] } } });
      stage.anchor = await pushApproved(world, OVERLAY, 'base and overlay\n');
      await accepted(world, stage.anchor);
      const files = { 'base/limits.json': configMap('limits', { orders: '1000' }) };
      await world.push(files, { sign: world.keys.bob, message: 'more orders\n' });
      return refused(world, 'ThresholdNotMet');
    },
  },
  {
    name: 'the same commit, approved by a second person, accepted',
    expected: 'CommitAccepted',
    play: async (world, stage) => {
      stage.anchor = await world.work.head();
      await approve(world, stage.anchor);
      const repo = await accepted(world, stage.anchor);
      return { reason: 'CommitAccepted', said: readyOf(repo) };
    },
  },
  {
    name: 'commit by a key revoked since, refused',
    expected: 'KeyRevoked',
    play: async (world): Promise<Outcome> => {
      const revoked = { reason: 'Superseded', at: '2026-01-01T00:00:00Z' } as const;
      const people = await peopleOf(world.keys);
      await world.setPeople(
        people.map((person) => (person.name === 'Bob' ? { ...person, revoked } : person)),
      );
      await world.push({ 'notes.txt': 'by Bob\n' }, { sign: world.keys.bob });
      return refused(world, 'KeyRevoked');
    },
  },
];

/** A commit of Bob's that Ada approves before anybody looks. */
async function pushApproved(
  world: World,
  files: Readonly<Record<string, string>>,
  message: string,
): Promise<Oid> {
  const oid = await world.work.commit({ files, sign: world.keys.bob, message });
  await approve(world, oid);
  await world.publish(true);
  return oid;
}

async function approve(world: World, oid: Oid): Promise<void> {
  const repository = repositoryIdentity(world.url);
  if (repository === undefined) throw new Error(`${world.url} has no identity`);
  const text = await approvalText(world.ada, oid, { repository, rule: RULE.name });
  await noteApprovals(world.work, oid, [text]);
  await world.work.git('push', '--quiet', 'origin', '+refs/notes/*:refs/notes/*');
}
