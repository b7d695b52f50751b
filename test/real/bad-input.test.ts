import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConditionType } from '../../src/api/conditions.ts';
import type { GuardedRepo } from '../../src/api/guardedrepo.ts';
import type { StopReason } from '../../src/api/reasons.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import type { GitFault } from '../support/git-server.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { TestRepo, withSignature } from '../support/repo-builder.ts';
import { until } from '../support/world/poll.ts';
import { conditionIs, ledgerAnchor, spell } from '../support/world/story.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';

const needs = [
  prerequisite('control plane', controlPlaneMissing),
  ...['git', 'gpg', 'kubectl'].map(tool),
];

const IMAGE = 'registry.example.com/shop:1.0';
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

/** One for each proof that the guard is awake: edits of the same object would look like a fight. */
const PARTS = Array.from({ length: 60 }, (_, index) => `part-${index}`);

const BAD_FILE = `${TENANT.path}/bad.yaml`;

/** Turns the anchor's own commit, unsigned, into what is signed and pushed instead. */
type Spoil = (payload: string) => string;

const MALFORMED: readonly (readonly [string, Spoil])[] = [
  ['a second tree', (text) => text.replace(/^(tree .*\n)/, '$1$1')],
  ['a second author', (text) => text.replace(/^(author .*\n)/m, '$1$1')],
  [
    'a second tree behind the committer',
    (text) => text.replace(/^(tree .*\n)([^]*?\n)\n/, '$1$2$1\n'),
  ],
  ['a line that continues nothing known', (text) => text.replace(/\n\n/, '\n  more\n\n')],
  ['a NUL in a header', (text) => text.replace(/^author T/m, 'author \0')],
];

const SERVERS: readonly (readonly [string, GitFault, StopReason])[] = [
  ['refuses the credentials', { kind: 'status', status: 401 }, 'AuthenticationFailed'],
  ['forbids', { kind: 'status', status: 403 }, 'AuthenticationFailed'],
  ['fails', { kind: 'status', status: 500 }, 'GitUnreachable'],
  ['redirects', { kind: 'redirect', location: 'http://127.0.0.1:1/shop.git' }, 'RedirectRefused'],
  ['shows a web page', { kind: 'html' }, 'GitProtocolError'],
  ['is silent', { kind: 'silent' }, 'GitTimeout'],
  ['cuts the pack', { kind: 'truncate', fraction: 0.5 }, 'GitTruncated'],
  ['spoils the pack', { kind: 'flip', fraction: 0.5 }, 'GitTruncated'],
  ['hides history', { kind: 'shallow' }, 'HistoryIncomplete'],
  ['forgets the commit', { kind: 'vanish' }, 'GitProtocolError'],
];

type ManifestCase = Readonly<{
  name: string;
  file: string;
  reason: StopReason;
  condition: ConditionType;
  says: RegExp;
}>;

const typo = configMap('bad', { a: '1' }).replace('"data"', '"dat"');
const stateful = deployment('bad', IMAGE)
  .replace('kind: Deployment', 'kind: StatefulSet')
  .replace('  replicas: 1', '  serviceName: bad');

const MANIFESTS: readonly ManifestCase[] = [
  row('invalid YAML', 'a: [', 'ManifestInvalid', 'Rendered', /deploy\/bad\.yaml/),
  row(
    'unknown kind',
    configMap('bad', {}).replace('ConfigMap', 'ConfigMop'),
    'ManifestInvalid',
    'Rendered',
    /ConfigMop/,
  ),
  row('a typo in a field', typo, 'ManifestInvalid', 'Rendered', /dat/),
  row('a kind that nobody granted', stateful, 'Forbidden', 'InSync', /patch.*statefulsets/),
  row(
    'another namespace',
    configMap('bad', {}).replace('"name":"bad"', '"name":"bad","namespace":"default"'),
    'ManifestOutOfScope',
    'Rendered',
    /default/,
  ),
  row('an invalid value', deployment('bad', IMAGE, -1), 'ManifestInvalid', 'Rendered', /replicas/),
];

function row(
  name: string,
  file: string,
  ...[reason, condition, says]: [StopReason, ConditionType, RegExp]
): ManifestCase {
  return { name, file, reason, condition, says };
}

describe.runIf(requireOrSkip('bad input', needs))('bad input', () => {
  let world: World;
  /** What the branch must point to for all to be well again, and files to take out there. */
  let good: Readonly<{ oid: string; without: readonly string[] }>;
  let spec: GuardedRepo['spec'] | undefined;
  let part = 0;
  beforeAll(async () => {
    world = await World.start('real');
    await world.startOperator({ flags: ['--allow-cross-namespace'] });
    const parts = PARTS.map((name) => configMap(name, { say: 'good' })).join('\n');
    good = { oid: await world.push({ [`${TENANT.path}/parts.json`]: parts }), without: [] };
    await world.guard();
    spec = (await conditionIs(world, 'Ready', 'True Succeeded')).spec;
  });
  afterEach(heal);
  afterAll(() => world?.close());

  describe('heads', () => {
    it.each(MALFORMED)('%s, CommitMalformed', async (_name, spoil) => {
      await refused('CommitMalformed', () => pushSpoilt(spoil));
    });

    it('a merge, HistoryNotLinear', async () => {
      await refused('HistoryNotLinear', async () => {
        await world.work.branch('side');
        const side = await world.work.commit({ files: { 'a.txt': 'a' }, sign: world.ada });
        await world.work.branch('main');
        await world.work.commit({ files: { 'b.txt': 'b' }, sign: world.ada });
        await world.work.merge(side, { sign: world.ada });
        await world.publish();
      });
    });

    it('a branch that does not hold the anchor, HistoryRewritten', async () => {
      await refused('HistoryRewritten', async () => {
        await world.work.git('checkout', '--quiet', '--orphan', 'other');
        await world.push({}, { force: true });
      });
    });

    it('a branch that is gone, RefNotFound', async () => {
      await bare().git('update-ref', '-d', 'refs/heads/main');
      await stops('RefNotFound', 'SourceReady');
      await guards();
    });
  });

  describe('servers', () => {
    it.each(SERVERS)('%s, then comes back', async (name, fault, reason) => {
      const anchor = await ledgerAnchor(world);
      if (reason === 'GitTimeout') await world.patchRepo({ spec: { timeout: '1s' } });
      world.gitServer.setFault(fault);
      good = { oid: await world.push({ 'notes.txt': `${name}\n` }), without: [] };
      await stops(reason, 'SourceReady');
      expect(await ledgerAnchor(world)).toBe(anchor);
      await guards();
    });
  });

  describe('manifests', () => {
    it.each(MANIFESTS.map((one) => [one.name, one.reason, one] as const))(
      '%s, %s',
      async (_name, _reason, { file, reason, condition, says }) => {
        const applied = (await world.repo())?.status?.targets[0]?.applied;
        good = { oid: await world.push({ [BAD_FILE]: file }), without: [BAD_FILE] };
        const repo = await stops(reason, condition);
        expect(messageOf(repo, 'Ready')).toMatch(says);
        expect(repo.status?.targets[0]?.applied).toBe(applied);
        await guards();
      },
    );

    it('a symbolic link below the path, PathEscapes', async () => {
      await symlink('/etc/passwd', join(world.work.dir, BAD_FILE));
      good = { oid: await world.push({}), without: [BAD_FILE] };
      await stops('PathEscapes', 'Rendered');
      await guards();
    });
  });

  describe('specs', () => {
    it.each<readonly [string, object, StopReason]>([
      ['no such SignerSet', { verify: { signers: ['nobody'] } }, 'SignersEmpty'],
      ['no such Secret', { source: { secretRef: { name: 'gone' } } }, 'CredentialsNotFound'],
      ['nobody listens', { source: { url: 'http://127.0.0.1:1/shop.git' } }, 'GitUnreachable'],
      ['a metadata address', { source: { url: 'http://169.254.169.254/x.git' } }, 'URLNotAllowed'],
    ])('%s', async (_name, change, reason) => {
      await world.patchRepo({ spec: change });
      await conditionIs(world, 'Ready', `False ${reason}`);
      expect(await ledgerAnchor(world)).toBe(good.oid);
      await guards();
    });

    it('a target whose namespace is gone, the other goes on', async () => {
      const gone = { ...spec?.targets[0], name: 'gone', namespace: 'gone' };
      await world.patchRepo({ spec: { targets: [...(spec?.targets ?? []), gone] } });
      const repo = await stops('ApplyConflict', 'InSync');
      expect(messageOf(repo, 'Ready')).toMatch(/namespace gone is gone/);
      await guards();
    });
  });

  const bare = (): TestRepo => new TestRepo(join(world.dir, 'git', 'shop.git'));

  /** The old protection is in force: what is changed by hand is changed back. */
  async function guards(): Promise<void> {
    const name = PARTS[part++ % PARTS.length] ?? '';
    const path = `/api/v1/namespaces/${TENANT.namespace}/configmaps/${name}`;
    const body = { data: { say: 'evil' } };
    const edit = { method: 'PATCH', path, body, headers: MERGE_PATCH } as const;
    const evil = await world.plane.call('admin', edit);
    expect(evil.text).toContain('evil');
    await until(`${name} reverted`, async () => {
      const live = await world.object(`configmaps/${name}`);
      return JSON.stringify(live?.['data']) === '{"say":"good"}' || undefined;
    });
  }

  /** Takes everything back and waits until gitward agrees: no bad input may lame it for good. */
  async function heal(): Promise<void> {
    world.gitServer.setFault(undefined);
    await world.work.git('checkout', '--quiet', '--force', '-B', 'main', good.oid);
    if (good.without.length > 0) {
      const files = Object.fromEntries(good.without.map((path) => [path, null]));
      good = { oid: await world.push(files, { force: true }), without: [] };
    } else await world.publish(true);
    await world.patchRepo({ spec: { ...spec, source: { ...spec?.source, secretRef: null } } });
    await world.pass();
    await world.repoWhere('all well again', (repo) => {
      const isThere = repo.status?.targets[0]?.applied?.endsWith(good.oid) === true;
      return isThere && spell(repo)['Ready'] === 'True Succeeded';
    });
  }

  /** Waits until a pass ended with that reason, told by condition and log. */
  async function stops(reason: StopReason, condition: ConditionType): Promise<GuardedRepo> {
    await conditionIs(world, condition, `False ${reason}`);
    const repo = await conditionIs(world, 'Ready', `False ${reason}`);
    // Events about one object are limited, and this is a bad day: the log has all of it.
    await world.operator.logged((line) => line['reason'] === reason && line.level === 'warn');
    return repo;
  }

  /** A bad head: refused with its reason, while the old anchor stays in force. */
  async function refused(reason: StopReason, push: () => Promise<unknown>): Promise<void> {
    await push();
    const repo = await stops(reason, 'SourceVerified');
    expect([repo.status?.anchor?.oid, await ledgerAnchor(world)]).toEqual([good.oid, good.oid]);
    await guards();
  }

  /** Signs the spoilt bytes with Ada's key, as somebody who may sign could, and makes them the head. */
  async function pushSpoilt(spoil: Spoil): Promise<void> {
    const honest = await world.work.commit({ message: 'spoilt\n' });
    const { bytes } = await world.work.object(honest);
    const payload = Buffer.from(spoil(Buffer.from(bytes).toString()));
    const armor = await world.ada.home.sign(world.ada, payload);
    const oid = await bare().write('commit', withSignature(payload, armor));
    await bare().git('update-ref', 'refs/heads/main', oid);
  }
});

function messageOf(repo: GuardedRepo, type: ConditionType): string {
  return repo.status?.conditions.find((one) => one.type === type)?.message ?? '';
}
