import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { validateGuardedRepo, validateSignerSet } from '../src/api/validate.ts';
import { readConfig } from '../src/config.ts';
import { readCrd, schemaOf, withDefaults } from './support/crd-schema.ts';
import { requireOrSkip, tool } from './support/prerequisites.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const KUSTOMIZE_TIMEOUT_MS = 20_000;

type Rule = Readonly<{
  apiGroups: readonly string[];
  resources: readonly string[];
  resourceNames?: readonly string[];
  verbs: readonly string[];
}>;

type Container = Readonly<{
  args: readonly string[];
  env: readonly Readonly<{ name: string; value?: string }>[];
  securityContext: unknown;
  resources: Readonly<{ requests: unknown; limits: unknown }>;
  volumeMounts: readonly Readonly<{ name: string }>[];
}>;

/** A manifest as far as these tests read it. */
type Manifest = Readonly<{
  kind: string;
  metadata: Readonly<{
    name: string;
    namespace?: string;
    labels?: Readonly<Record<string, string>>;
  }>;
  rules?: readonly Rule[];
  spec?: Readonly<{
    replicas?: number;
    template?: Readonly<{
      spec: Readonly<{ securityContext: unknown; containers: readonly [Container] }>;
    }>;
    volumeClaimTemplates?: readonly Readonly<{ metadata: Readonly<{ name: string }> }>[];
  }>;
}>;

/** What `kubectl apply -k` would send. */
function build(directory: string): readonly Manifest[] {
  const done = spawnSync('kubectl', ['kustomize', directory], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: KUSTOMIZE_TIMEOUT_MS,
  });
  if (done.status !== 0) throw new Error(done.stderr);
  // Our own files; the tests below look at what they hold.
  return parseAllDocuments(done.stdout).map((document) => document.toJS() as Manifest);
}

const named = (all: readonly Manifest[], kind: string, name = 'gitward'): Manifest => {
  const found = all.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};

const kustomizations = readdirSync(`${ROOT}/config`).map((name) => `config/${name}`);

describe.runIf(requireOrSkip('config/ by kustomize', [tool('kubectl')]))('config', () => {
  it.each(kustomizations)('%s, builds', (directory) => {
    expect(build(directory).length).toBeGreaterThan(0);
  });

  const all = build('config/default');
  const pod = named(all, 'Deployment').spec?.template?.spec;
  const [container] = pod?.containers ?? [];

  it('config/default, what a cluster needs and nothing else', () => {
    expect(all.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted()).toEqual([
      'ClusterRole/gitward',
      'ClusterRole/gitward-guardedrepo-editor',
      'ClusterRole/gitward-signerset-editor',
      'ClusterRole/gitward-viewer',
      'ClusterRoleBinding/gitward',
      'CustomResourceDefinition/guardedrepos.gitward.dev',
      'CustomResourceDefinition/signersets.gitward.dev',
      'Deployment/gitward',
      'Namespace/gitward-system',
      'NetworkPolicy/gitward',
      'PodDisruptionBudget/gitward',
      'Role/gitward',
      'RoleBinding/gitward',
      'ServiceAccount/gitward',
    ]);
  });

  it('the Pod, fit for the restricted Pod Security Standard', () => {
    expect(pod?.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.resources).toMatchObject({ requests: { memory: '256Mi' }, limits: {} });
  });

  it('the arguments and variables, ones the operator knows', () => {
    const known = ['GITWARD_NAMESPACE', 'NODE_OPTIONS'];
    expect(container?.env.map(({ name }) => name)).toEqual(known);
    const config = readConfig(container?.args ?? [], { GITWARD_NAMESPACE: 'gitward-system' });
    expect(config).toMatchObject({
      dataDir: '/var/lib/gitward',
      namespace: 'gitward-system',
      metricsPort: 8080,
      probePort: 8081,
      allowHttp: false,
      allowPrivateAddresses: false,
    });
  });

  it("the operator's own rights, as reviewed", () => {
    const lines = [named(all, 'ClusterRole'), named(all, 'Role')].flatMap(({ kind, rules = [] }) =>
      rules.map(({ apiGroups, resources, verbs }) =>
        [kind, apiGroups.join(), resources.join(), verbs.join()].join(' '),
      ),
    );
    expect(lines).toEqual([
      'ClusterRole gitward.dev guardedrepos,signersets get,list,watch',
      'ClusterRole gitward.dev guardedrepos patch',
      'ClusterRole gitward.dev guardedrepos/status patch',
      'ClusterRole  events create,patch',
      'ClusterRole  namespaces get',
      'ClusterRole apiextensions.k8s.io customresourcedefinitions get,list,watch',
      'Role  configmaps get,create,update',
      'Role coordination.k8s.io leases get,create,update',
    ]);
  });

  it('writing to our kinds, in no aggregated role', () => {
    const aggregated = all.filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((label) => label.includes('aggregate-to-')),
    );
    expect(aggregated.map(({ metadata }) => metadata.name)).toEqual(['gitward-viewer']);
    const verbs = aggregated.flatMap(({ rules = [] }) => rules.flatMap((rule) => rule.verbs));
    expect(verbs).toEqual(['get', 'list', 'watch']);
    const labels = aggregated.flatMap(({ metadata }) => Object.keys(metadata.labels ?? {}));
    expect(labels.filter((label) => /aggregate-to-(edit|admin)/.test(label))).toEqual([]);
  });

  it('config/persistent, the same Pod with a volume that outlives it', () => {
    const kept = named(build('config/persistent'), 'StatefulSet').spec;
    expect(kept?.replicas).toBe(2);
    expect(kept?.template?.spec.containers).toEqual(pod?.containers);
    expect(kept?.volumeClaimTemplates?.map(({ metadata }) => metadata.name)).toEqual(['data']);
  });

  it('the samples, valid and granted by name', () => {
    const samples = build('config/samples');
    const repo = withDefaults(
      schemaOf(readCrd('guardedrepos'), 'spec'),
      named(samples, 'GuardedRepo', 'payments').spec,
    );
    expect(validateGuardedRepo(repo)).toEqual([]);
    expect(validateSignerSet(named(samples, 'SignerSet', 'payments').spec)).toEqual([]);
    const writes = samples.flatMap(({ rules = [] }) =>
      rules.filter(({ verbs }) => verbs.some((verb) => !['get', 'list', 'watch'].includes(verb))),
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.filter(({ resourceNames = [] }) => resourceNames.length === 0)).toEqual([]);
  });
});

describe('Dockerfile', () => {
  it('the image, built from the lock file and run as nobody', () => {
    const text = readFileSync(`${ROOT}/Dockerfile`, 'utf8');
    expect(text).toContain('npm ci --ignore-scripts');
    expect(text).toMatch(/^USER 65532:65532$/m);
    expect(text).toMatch(/^ENTRYPOINT \["node", "dist\/main\.js"\]$/m);
  });
});
