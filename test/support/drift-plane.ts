import { createApiClient } from '../../src/adapters/kube/client.ts';
import { connect } from '../../src/adapters/kube/connection.ts';
import { createKinds, followCrds } from '../../src/adapters/kube/kinds.ts';
import { createGuardedObjects } from '../../src/adapters/kube/objects.ts';
import { createWatches } from '../../src/adapters/kube/watches.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { at, stringAt } from '../../src/domain/json.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import type { RepoKey } from '../../src/domain/repo-key.ts';
import type { DriftRecord } from '../../src/drift/record.ts';
import { driftPaths } from '../../src/drift/text.ts';
import { createGuard } from '../../src/guard/guard.ts';
import type { Guard, GuardPorts, RolloutOutcome, Staged } from '../../src/guard/guard.ts';
import type { GuardedObjects } from '../../src/reconcile/ports.ts';
import { systemClock } from '../../src/wire/clock.ts';
import { startControlPlane } from './controlplane.ts';
import type { ControlPlane } from './controlplane.ts';
import { DIGEST_KEY, manifestOf } from './drift-story.ts';
import { until } from './world/poll.ts';

/** The namespace of most cases. */
export const NS = 'payments';

const apps = `/apis/apps/v1/namespaces/${NS}`;
const core = `/api/v1/namespaces/${NS}`;

/** Collections by kind, in that namespace. */
export const PATHS = {
  deployments: `${apps}/deployments`,
  replicaSets: `${apps}/replicasets`,
  configMaps: `${core}/configmaps`,
  secrets: `${core}/secrets`,
  frees: `/apis/x.dev/v1/namespaces/${NS}/frees`,
  crds: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
} as const;

/** Ways to patch. */
export const PATCH = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** A Deployment with a bit of everything that servers spell anew or fill in. */
export function deployment(name: string): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NS, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          volumes: [{ name: 'tmp', emptyDir: {} }],
          containers: [
            {
              name: 'web',
              image: 'registry.example.com/web:1',
              args: ['--a', '--b'],
              env: [{ name: 'A', value: '1' }],
              ports: [{ containerPort: 8080, protocol: 'TCP' }],
              resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
        },
      },
    },
  };
}

/** A ConfigMap. */
export function configMap(name: string, data: JsonObject, namespace = NS): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** A custom resource with unknown fields. */
export function free(name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'x.dev/v1', kind: 'Free', metadata: { name, namespace: NS }, spec };
}

/** An object's resourceVersion. */
export function versionOf(object: JsonObject): string | undefined {
  return stringAt(object, 'metadata', 'resourceVersion');
}

type Ports = Omit<GuardPorts, 'digestKey' | 'random' | 'sink'>;

/** How objects are put under guard. */
export type Policy = Readonly<{ mode?: 'Enforce' | 'Audit'; method?: 'apply' | 'compare' }>;

/** The object line, in this process, over a real control plane. */
export class DriftPlane {
  readonly plane: ControlPlane;
  /** What the line told, oldest first, since the last `next`. */
  readonly told: DriftRecord[] = [];
  /** What the line asked of guarded objects since then. */
  readonly calls: string[] = [];
  guard: Guard;
  repo: RepoKey = repoKey(NS, 'shop-0');
  #repos = 0;
  readonly #ports: Ports;
  readonly #end: () => Promise<void>;

  private constructor(plane: ControlPlane, connected: Awaited<ReturnType<typeof wire>>) {
    this.plane = plane;
    this.#ports = { ...connected.ports, objects: this.#counted(connected.ports.objects) };
    this.#end = connected.end;
    this.guard = this.#newGuard();
  }

  /** Starts the servers; the namespace, its deployer and the custom kind are there. */
  static async start(): Promise<DriftPlane> {
    const plane = await startControlPlane();
    const started = new DriftPlane(plane, await wire(plane));
    await started.createNamespace(NS);
    await started.createCrd();
    return started;
  }

  async close(): Promise<void> {
    await this.#end();
    await this.plane.close();
  }

  /** A fresh guard as after a restart: it remembers nothing, the cluster everything. */
  async restart(): Promise<void> {
    await this.guard.stop();
    this.guard.drop(this.repo);
    this.guard = this.#newGuard();
  }

  /** A fresh guard for another repo. */
  async next(): Promise<void> {
    await this.restart();
    this.repo = repoKey(NS, `shop-${++this.#repos}`);
    this.told.length = 0;
    this.calls.length = 0;
  }

  /** Puts exactly these objects under guard. */
  async put(
    objects: readonly JsonObject[],
    { mode = 'Enforce', method = 'apply' }: Policy = {},
  ): Promise<readonly RolloutOutcome[]> {
    const { repo } = this;
    const entries = objects.map((object): Staged => {
      const manifest = manifestOf(object);
      const target = {
        name: 'prod',
        path: 'deploy',
        namespace: manifest.ref.namespace,
        serviceAccountName: 'deployer',
        drift: { onDrift: 'Revert' as const },
      };
      return { repo, mode, manifest, revision: 'main@sha1:0', target };
    });
    const staged = this.guard.stage(repo, entries);
    if (!staged.ok) throw new Error(staged.stop.message);
    const outcomes = await this.guard.rollout(repo, { concurrency: 8, method });
    await this.guard.commit(repo);
    return outcomes;
  }

  /** What was told, in short: `DriftReverted /data/k`. */
  lines(): readonly string[] {
    return this.told.map((record) => `${record.outcome} ${driftPaths(record)}`);
  }

  /** One request as admin; throws on refusals other than 404. */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    type?: string,
  ): Promise<JsonObject> {
    const headers = type === undefined ? {} : { 'content-type': type };
    const request = { method, path, headers, ...(body === undefined ? {} : { body }) };
    const answer = await this.plane.call('admin', request);
    if (answer.status >= 400 && answer.status !== 404) throw new Error(answer.text);
    // Of a path that is not served the server says so in plain text.
    if (!answer.text.startsWith('{')) return {};
    return JSON.parse(answer.text) as JsonObject; // Else it speaks JSON.
  }

  /** A namespace whose `deployer` may do anything in it. */
  async createNamespace(name: string): Promise<void> {
    await this.call('POST', '/api/v1/namespaces', { metadata: { name } });
    const group = 'rbac.authorization.k8s.io';
    await this.call('POST', `/apis/${group}/v1/namespaces/${name}/rolebindings`, {
      metadata: { name: 'deployer' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: name }],
    });
  }

  /** The custom kind `Free`: unknown fields, a default, a number or text. */
  async createCrd(): Promise<void> {
    await this.call('POST', PATHS.crds, FREE_CRD);
    const items = async (): Promise<unknown> => at(await this.call('GET', PATHS.frees), 'items');
    await until('Free is served', items);
  }

  #newGuard(): Guard {
    const sink = {
      changed: (_: RepoKey, record: DriftRecord) => void this.told.push(record),
      health: () => undefined,
    };
    return createGuard({ ...this.#ports, sink, random: Math.random, digestKey: DIGEST_KEY });
  }

  #counted(real: GuardedObjects): GuardedObjects {
    const count = <T>(act: string, answer: T): T => {
      this.calls.push(act);
      return answer;
    };
    return {
      apply: (plan, as) => count('apply', real.apply(plan, as)),
      dryRun: (manifest, as) => count('dryRun', real.dryRun(manifest, as)),
      read: (ref) => count('read', real.read(ref)),
      remove: (ref, as) => count('remove', real.remove(ref, as)),
    };
  }
}

const FREE_SPEC = {
  type: 'object',
  properties: {
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    size: { 'x-kubernetes-int-or-string': true },
    d: { type: 'string', default: 'dd' },
  },
};
const FREE_SCHEMA = { type: 'object', properties: { spec: FREE_SPEC } };
const FREE_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'frees.x.dev' },
  spec: {
    group: 'x.dev',
    scope: 'Namespaced',
    names: { plural: 'frees', singular: 'free', kind: 'Free', listKind: 'FreeList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: FREE_SCHEMA } },
    ],
  },
};

async function wire(
  plane: ControlPlane,
): Promise<Readonly<{ ports: Ports; end: () => Promise<void> }>> {
  const clock = systemClock;
  const connected = await connect({ clock, kubeconfig: plane.kubeconfig('admin') });
  if (!connected.ok) throw new Error(connected.stop.message);
  const connection = connected.value;
  const limit = { qps: 1_000, burst: 1_000, inFlight: 32 };
  const client = createApiClient({ connection, clock, userAgent: 'gitward/test', limit });
  const watches = createWatches({ client, clock, random: Math.random });
  const kinds = createKinds(client, clock);
  followCrds(watches, kinds);
  const objects = createGuardedObjects({ client, kinds, clock, random: Math.random });
  return {
    ports: { objects, kinds, watches, clock },
    end: async () => {
      watches.close();
      await connection.close();
    },
  };
}
