import { join } from 'node:path';
import type { Oid } from '../../src/domain/oid.ts';
import { runTool } from '../support/gpg.ts';
import type { Dict, Occasion, Sandbox } from '../support/sandbox/index.ts';
import { LEDGER_PATH, ledgerEntry } from '../support/world/story.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';

/** The commits that every run is about: two good ones, and an unsigned one on top. */
export type Commits = Readonly<{ first: Oid; second: Oid; unsigned: Oid }>;

const REPO_PATH = `/apis/gitward.dev/v1alpha1/namespaces/${TENANT.namespace}/guardedrepos/${TENANT.repo}`;
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const WEB = 'apis/apps/v1/namespaces/payments/deployments/web';
const SETTINGS = 'api/v1/namespaces/payments/configmaps/settings';

/** One world on the sandbox that plays the same short history again and again from nothing. */
export class Rig {
  readonly world: World;
  readonly sandbox: Sandbox;
  readonly commits: Commits;
  #life = 0;

  private constructor(world: World, sandbox: Sandbox, commits: Commits) {
    this.world = world;
    this.sandbox = sandbox;
    this.commits = commits;
  }

  /** Starts the world and makes the commits; no operator runs and nothing is guarded. */
  static async start(): Promise<Rig> {
    const world = await World.start('sandbox');
    const { sandbox } = world.plane;
    if (sandbox === undefined) throw new Error('the sandbox plane has a sandbox');
    const first = await world.push({
      [`${TENANT.path}/web.yaml`]: deployment('web', image('1.0')),
      [`${TENANT.path}/settings.json`]: configMap('settings', { currency: 'EUR' }),
    });
    const second = await world.push({
      [`${TENANT.path}/web.yaml`]: deployment('web', image('1.1')),
    });
    const unsigned = await world.push({ 'notes.txt': 'x' }, { sign: 'nobody' });
    return new Rig(world, sandbox, { first, second, unsigned });
  }

  /** Points the branch at a commit. */
  async setHead(oid: Oid): Promise<void> {
    const dir = join(this.world.dir, 'git', 'shop.git');
    const ran = await runTool(['git', '-C', dir, 'update-ref', 'refs/heads/main', oid]);
    if (ran.status !== 0) throw new Error(ran.stderr);
  }

  /** Changes the guarded ConfigMap by hand. */
  async edit(): Promise<void> {
    await this.#patch(SETTINGS, { data: { currency: 'USD' } });
  }

  /** Starts the operator on this run's data directory, under one name: its lease is its own at once. */
  async operate(flags: readonly string[] = [], wait = true): Promise<void> {
    const dataDir = join(this.world.dir, `life-${this.#life}`);
    await this.world.startOperator({ dataDir, flags: ['--identity', 'gitward-0', ...flags] }, wait);
  }

  /** Ends the run: no operator, no GuardedRepo, no object, no ledger, no event, a fresh data directory. */
  async reset(): Promise<void> {
    const { world } = this;
    this.sandbox.faults.clear();
    if (this.#life > 0 && !world.operator.exited) await world.operator.kill();
    this.#life += 1;
    await this.#patch(REPO_PATH.slice(1), { metadata: { finalizers: null } });
    const events = `/api/v1/namespaces/${TENANT.namespace}/events`;
    for (const path of [REPO_PATH, `/${WEB}`, `/${SETTINGS}`, LEDGER_PATH, events]) {
      await world.plane.call('admin', { method: 'DELETE', path });
    }
    await this.setHead(this.commits.first);
  }

  /** Everything that must be the same however a run went: objects, ledger, status; less what time makes. */
  async state(): Promise<object> {
    const { world, sandbox } = this;
    const namespace = TENANT.namespace;
    const repo = await world.repo();
    const text = JSON.stringify({
      web: shapeOf(sandbox.stored('apps/deployments', namespace, 'web')),
      settings: shapeOf(sandbox.stored('/configmaps', namespace, 'settings')),
      ledger: await ledgerEntry(world),
      finalizers: repo?.metadata.finalizers,
      status: repo?.status,
    });
    return timeless(JSON.parse(text) as Dict);
  }

  async #patch(path: string, body: object): Promise<void> {
    const call = { method: 'PATCH', path: `/${path}`, body, headers: MERGE_PATCH } as const;
    await this.world.plane.call('admin', call);
  }
}

/** A write of the operator that other people can see: no dry-run, and not its lease. */
export function isOperatorWrite(occasion: Occasion): boolean {
  const { verb, resource, user, dryRun, event } = occasion;
  if (event !== undefined || dryRun || user === 'admin' || resource === 'leases') return false;
  return ['create', 'update', 'patch', 'delete'].includes(verb);
}

/** `patch /configmaps/settings`: a write as it is named in a failing test. */
export function nameWrite({ verb, resource, subresource, name }: Occasion): string {
  const where = subresource === '' ? resource : `${resource}/${subresource}`;
  return `${verb} ${where} ${resource === 'events' ? '' : name}`.trim();
}

function image(version: string): string {
  return `registry.example.com/shop:${version}`;
}

function shapeOf(object: Dict | undefined): object | undefined {
  if (object === undefined) return undefined;
  // Stored objects have metadata.
  const { generation, managedFields } = object['metadata'] as Dict;
  const { spec, data } = object;
  return { generation, managedFields, spec, data };
}

/** Members that differ between two runs of the same history. */
const OF_TIME = new Set([
  'acceptedAt',
  'lastTransitionTime',
  'lastHandledRequestedAt',
  'time',
  // First sight of a commit that waits.
  'at',
  // Made at random for each ledger.
  'key',
  // Drift that was undone is told while the process lives; afterwards the events have it.
  'items',
]);

function timeless(value: unknown): object {
  const text = JSON.stringify(value, (key, member: unknown) =>
    OF_TIME.has(key) ? undefined : member,
  );
  // What went in was an object.
  return JSON.parse(text) as object;
}
