import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GuardedRepo } from '../../../src/api/guardedrepo.ts';
import { REQUESTED_AT } from '../../../src/api/meta.ts';
import type { Person } from '../../../src/api/signerset.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import { startGitServer } from '../git-server.ts';
import type { GitServer } from '../git-server.ts';
import type { GpgKey } from '../gpg.ts';
import { buildBareRepo, buildRepo } from '../repo-builder.ts';
import type { CommitOptions, TestRepo } from '../repo-builder.ts';
import { makeKeys, peopleOf, removeKeys } from './keys.ts';
import type { WorldKeys } from './keys.ts';
import { Kubectl } from './kubectl.ts';
import { OperatorProcess } from './operator.ts';
import type { OperatorOptions } from './operator.ts';
import { startPlane } from './plane.ts';
import type { Plane, PlaneKind } from './plane.ts';
import { until } from './poll.ts';
import { OWN_NAMESPACE, TENANT, guardedRepo, signerSet, tenantGrants } from './tenant.ts';
import type { RepoChanges } from './tenant.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const SIGNERS_PATH = `/apis/gitward.dev/v1alpha1/signersets/${TENANT.signers}`;

const REPO_PATH = `/apis/gitward.dev/v1alpha1/namespaces/${TENANT.namespace}/guardedrepos/${TENANT.repo}`;

/** How the world pushes a commit. */
export type PushOptions = Readonly<{
  sign?: CommitOptions['sign'] | 'nobody';
  message?: string;
  force?: boolean;
  at?: Date;
  gpgArgs?: readonly string[];
}>;

/** A platform team's whole world: API server, Git server, keys, a work tree, the real operator. */
export class World {
  readonly dir: string;
  readonly plane: Plane;
  readonly kubectl: Kubectl;
  readonly gitServer: GitServer;
  readonly work: TestRepo;
  readonly keys: WorldKeys;
  #operator: OperatorProcess | undefined;

  private constructor(parts: Pick<World, 'dir' | 'plane' | 'gitServer' | 'work' | 'keys'>) {
    this.dir = parts.dir;
    this.plane = parts.plane;
    this.gitServer = parts.gitServer;
    this.work = parts.work;
    this.keys = parts.keys;
    this.kubectl = new Kubectl(parts.plane.kubeconfig('admin'), parts.dir);
  }

  /** Starts the servers, makes keys, installs CRDs and rights, enrols Ada. No GuardedRepo yet. */
  static async start(kind: PlaneKind): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'gitward-world-'));
    const bare = await buildBareRepo(join(dir, 'git', 'shop.git'));
    const [plane, gitServer, keys, work] = await Promise.all([
      startPlane(kind),
      startGitServer({ root: join(dir, 'git') }),
      makeKeys(),
      buildRepo(join(dir, 'work')),
    ]);
    await work.git('remote', 'add', 'origin', bare.dir);
    const world = new World({ dir, plane, gitServer, work, keys });
    await world.#install();
    return world;
  }

  /** The repository's URL as the operator sees it. */
  get url(): string {
    return `${this.gitServer.url}/shop.git`;
  }

  /** Enrolled with an OpenPGP key. */
  get ada(): GpgKey {
    return this.keys.ada;
  }

  /** Enrolled nowhere. */
  get mallory(): GpgKey {
    return this.keys.mallory;
  }

  get operator(): OperatorProcess {
    if (this.#operator === undefined) throw new Error('no operator was started');
    return this.#operator;
  }

  /** Starts the real operator; its data directory is kept between starts. */
  async startOperator(
    options: Partial<OperatorOptions> = {},
    wait = true,
  ): Promise<OperatorProcess> {
    this.#operator = await OperatorProcess.start(
      {
        kubeconfig: this.plane.kubeconfig('operator'),
        dataDir: join(this.dir, 'data'),
        ...options,
      },
      wait,
    );
    return this.#operator;
  }

  /** Creates the GuardedRepo. */
  async guard(changes: Partial<RepoChanges> = {}): Promise<void> {
    await this.create(guardedRepo({ url: this.url, ...changes }));
  }

  /** Creates any object as admin. */
  async create(object: object): Promise<void> {
    await this.kubectl.create(JSON.stringify(object));
  }

  /** Commits, signed by Ada unless told otherwise, and pushes. */
  async push(
    files: Readonly<Record<string, string | null>>,
    options: PushOptions = {},
  ): Promise<Oid> {
    const { sign = this.ada, message = 'change\n', force = false, ...rest } = options;
    const key = sign === 'nobody' ? {} : { sign };
    const oid = await this.work.commit({ files, message, ...key, ...rest });
    await this.publish(force);
    return oid;
  }

  /** Pushes the work tree's HEAD as main. */
  async publish(force = false): Promise<void> {
    await this.work.push(join(this.dir, 'git', 'shop.git'), { force });
  }

  /** The GuardedRepo as it is now. */
  async repo(): Promise<GuardedRepo | undefined> {
    const answer = await this.plane.call('admin', { method: 'GET', path: REPO_PATH });
    // The API server has checked it against the CRD.
    return answer.status === 200 ? (JSON.parse(answer.text) as GuardedRepo) : undefined;
  }

  /** Waits until the GuardedRepo looks as wanted. */
  repoWhere(what: string, fits: (repo: GuardedRepo) => boolean): Promise<GuardedRepo> {
    const look = async (): Promise<GuardedRepo | undefined> => {
      const repo = await this.repo();
      return repo !== undefined && fits(repo) ? repo : undefined;
    };
    return until(what, look, { explain: () => this.#operator?.tail() ?? '' });
  }

  /** An object of the tenant's namespace: `configmaps/x` or `apps/v1/deployments/y`. */
  async object(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const answer = await this.plane.call('admin', { method: 'GET', path: tenantPath(path) });
    return answer.status === 200 ? (JSON.parse(answer.text) as Record<string, unknown>) : undefined;
  }

  /** Changes the GuardedRepo by a JSON merge patch, as admin. */
  patchRepo(patch: object): Promise<void> {
    return this.#patch(REPO_PATH, patch);
  }

  /** From now on these people may sign, and nobody else. */
  setPeople(people: readonly Person[]): Promise<void> {
    return this.#patch(SIGNERS_PATH, { spec: { people } });
  }

  /** Asks for a pass of the line by annotation, and waits until status says that it is done. */
  async pass(): Promise<GuardedRepo> {
    const asked = `pass-${randomUUID()}`;
    await this.patchRepo({ metadata: { annotations: { [REQUESTED_AT]: asked } } });
    return this.repoWhere(`pass ${asked}`, (repo) => repo.status?.lastHandledRequestedAt === asked);
  }

  /** Ends everything and removes every file. */
  async close(): Promise<void> {
    if (this.#operator?.exited === false) await this.#operator.kill();
    await Promise.all([this.plane.close(), this.gitServer.close(), removeKeys(this.keys)]);
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #patch(path: string, patch: object): Promise<void> {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const call = { method: 'PATCH', path, body: patch, headers } as const;
    const answer = await this.plane.call('admin', call);
    if (answer.status !== 200) throw new Error(`patch of ${path}: ${answer.text}`);
  }

  async #install(): Promise<void> {
    for (const file of await yamlFiles('crds')) await this.kubectl.create(file);
    await this.create(namespaceObject(TENANT.namespace));
    await this.create(namespaceObject(OWN_NAMESPACE));
    const rights = await this.kubectl.ok('kustomize', join(ROOT, 'config', 'rbac'));
    await this.kubectl.create(rights);
    await this.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: TENANT.account, namespace: TENANT.namespace },
    });
    const grants = { apiVersion: 'v1', kind: 'List', items: tenantGrants() };
    await this.create(grants);
    await this.create(signerSet(await peopleOf(this.keys)));
  }
}

function namespaceObject(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** The API path of an object in the tenant's namespace. */
export function tenantPath(path: string): string {
  const parts = path.split('/');
  const [resource, name] = parts.slice(-2);
  const root = parts.length > 2 ? `/apis/${parts.slice(0, -2).join('/')}` : '/api/v1';
  return `${root}/namespaces/${TENANT.namespace}/${resource ?? ''}/${name ?? ''}`;
}

async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, folder));
  const crds = names.filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
  return Promise.all(crds.map((name) => readFile(join(ROOT, folder, name), 'utf8')));
}
