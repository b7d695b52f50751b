import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RuleId } from '../../src/api/validate.ts';
import { OBJECT_RULES } from '../../src/api/validate/object-rules.ts';
import { LIST_RULES, TEXT_RULES } from '../../src/api/validate/rules.ts';
import {
  type ControlPlane,
  controlPlaneMissing,
  serverOlderThan,
  startControlPlane,
} from '../support/controlplane.ts';
import type { Answer, Call } from '../support/controlplane/call.ts';
import { prerequisite, requireOrSkip, serverFeature, tool } from '../support/prerequisites.ts';
import { MINIMAL_REPO, REPO_CASES, SIGNER_CASES } from '../support/spec-cases.ts';
import type { SpecCase } from '../support/spec-cases.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SETTLE = { timeout: 30_000, interval: 50 };
const MINOR_WITH_CEL = 25;
const API = '/apis/gitward.dev/v1alpha1';
const REPOS = `${API}/namespaces/payments/guardedrepos`;

const needs = [prerequisite('control plane', controlPlaneMissing), tool('kubectl')];
const cel = serverFeature('CEL rules in CRDs', () => serverOlderThan(MINOR_WITH_CEL));

let plane: ControlPlane | undefined;

describe.runIf(requireOrSkip('the CRDs and roles on a real server', needs))(
  'on a real server',
  () => {
    beforeAll(async () => {
      plane = await startControlPlane();
      // Server-side apply of a CRD with CEL rules fails on servers that do not know them.
      for (const part of ['crds', 'config/rbac', 'config/samples']) await create(part);
    });
    afterAll(() => plane?.close());

    describe.each([
      { kind: 'GuardedRepo', path: REPOS, cases: REPO_CASES },
      { kind: 'SignerSet', path: `${API}/signersets`, cases: SIGNER_CASES },
    ])('$kind', ({ kind, path, cases }) => {
      it.each(cases.filter(bySchema))('$name, by the schema', async ({ spec, problems }) => {
        expect(await refusedFields(kind, path, spec)).toEqual(fieldsOf(problems));
      });

      it.runIf(cel.missing !== undefined).each(cases.filter(byCel))(
        '$name, let in by a server without CEL',
        async ({ spec }) => {
          expect(await refusedFields(kind, path, spec)).toEqual([]);
        },
      );
    });

    describe.runIf(requireOrSkip('the CEL rules on a real server', [cel]))('CEL', () => {
      it.each(REPO_CASES.filter(byCel))('$name, by a rule', async ({ spec, problems }) => {
        expect(await refusedFields('GuardedRepo', REPOS, spec)).toEqual(fieldsOf(problems));
      });
    });

    it('a stored GuardedRepo, has every default', async () => {
      const { body } = await call({ method: 'GET', path: `${REPOS}/payments` });
      expect(body).toMatchObject({
        spec: {
          suspend: false,
          interval: '1m',
          timeout: '60s',
          mode: 'Audit',
          deletionPolicy: 'Orphan',
          targets: [{ drift: { onDrift: 'Revert' } }],
        },
      });
    });

    it('a status, shown in columns', async () => {
      const at = { observedGeneration: 1, lastTransitionTime: '2026-01-02T03:04:05Z' };
      const status = {
        observedGeneration: 1,
        conditions: [
          {
            ...at,
            type: 'Ready',
            status: 'True',
            reason: 'Succeeded',
            message: 'All is as Git says.',
          },
          {
            ...at,
            type: 'SourceVerified',
            status: 'False',
            reason: 'SignatureMissing',
            message: 'No.',
          },
        ],
        anchor: {
          revision: `main@sha1:${'a'.repeat(40)}`,
          oid: 'a'.repeat(40),
          acceptedAt: at.lastTransitionTime,
          trustDigest: 'b'.repeat(64),
          policyDigest: 'c'.repeat(64),
        },
        driftCount: 3,
        targets: [{ name: 'prod', objects: 4, drift: { count: 0, items: [] }, inventory: [] }],
      };
      const headers = { 'content-type': 'application/merge-patch+json' };
      const written = await call({
        method: 'PATCH',
        path: `${REPOS}/payments/status`,
        headers,
        body: { status },
      });
      expect(written.status).toBe(200);
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const { body } = await call({ method: 'GET', path: REPOS, headers: { accept } });
      const table = body as unknown as {
        columnDefinitions: { name: string; priority: number }[];
        rows: { cells: unknown[] }[];
      }; // meta.k8s.io/v1 Table.
      expect(table.columnDefinitions.map(({ name, priority }) => `${name} ${priority}`)).toEqual([
        'Name 0',
        'Ready 0',
        'Verified 0',
        'Drift 0',
        'Revision 0',
        'Mode 0',
        'Age 0',
        'Message 1',
      ]);
      expect(table.rows.map(({ cells }) => cells.toSpliced(6, 1))).toEqual([
        [
          'payments',
          'True',
          'False',
          3,
          `main@sha1:${'a'.repeat(40)}`,
          'Audit',
          'All is as Git says.',
        ],
      ]);
    });

    it('a developer with the edit role, reads GuardedRepos and writes none', async () => {
      await grant('alice-edits', 'ClusterRole', 'edit', { kind: 'User', name: 'alice' });
      const read = (): Promise<number> => statusAs('alice', { method: 'GET', path: REPOS });
      await expect.poll(read, SETTLE).toBe(200);
      const body = repo('hers', MINIMAL_REPO);
      expect(await statusAs('alice', { method: 'POST', path: REPOS, body })).toBe(403);
      expect(await statusAs('alice', { method: 'DELETE', path: `${REPOS}/payments` })).toBe(403);
    });

    it('gitward as the deployer, applies the named objects and no other', async () => {
      expect(await applyAs('payments-deployer', 'web-settings')).toBe(201);
      expect(await applyAs('payments-deployer', 'web-settings')).toBe(200);
      expect(await applyAs('payments-deployer', 'other')).toBe(403);
      expect(await applyAs('default', 'web-settings')).toBe(403);
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-settings' } };
      const path = '/api/v1/namespaces/payments/configmaps';
      const headers = impersonating('payments-deployer');
      expect(await statusAs('operator', { method: 'POST', path, headers, body })).toBe(403);
    });

    it.each([
      ['the named Secret', 'GET', '/api/v1/namespaces/payments/secrets/payments-git', 404],
      ['every Secret', 'GET', '/api/v1/namespaces/payments/secrets', 403],
      ['another Secret', 'GET', '/api/v1/namespaces/payments/secrets/other', 403],
      ['Secrets elsewhere', 'GET', '/api/v1/namespaces/default/secrets/payments-git', 403],
      ['guarded kinds in the target', 'GET', '/apis/apps/v1/namespaces/payments/deployments', 200],
      ['guarded kinds elsewhere', 'GET', '/apis/apps/v1/namespaces/default/deployments', 403],
      ['a guarded object as itself', 'DELETE', '/api/v1/namespaces/payments/configmaps/x', 403],
      ['its ledger', 'GET', '/api/v1/namespaces/gitward-system/configmaps/x', 404],
      ['its lease', 'GET', '/apis/coordination.k8s.io/v1/namespaces/gitward-system/leases/x', 404],
      ['SignerSets', 'GET', `${API}/signersets`, 200],
      ['a SignerSet, to delete it', 'DELETE', `${API}/signersets/payments`, 403],
    ] as const)(
      'the operator and %s, %s answers as granted',
      async (_what, method, path, status) => {
        expect(await statusAs('operator', { method, path })).toBe(status);
      },
    );
  },
);

function bySchema({ problems }: SpecCase): boolean {
  return !problems.some(([, rule]) => isCel(rule));
}

function byCel(found: SpecCase): boolean {
  return !bySchema(found);
}

function isCel(rule: RuleId): boolean {
  return rule in TEXT_RULES || rule in LIST_RULES || rule in OBJECT_RULES;
}

function fieldsOf(problems: SpecCase['problems']): readonly string[] {
  return distinct(problems.map(([path]) => path));
}

/** Without the positions in lists, which older servers leave out. */
function distinct(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map((path) => path.replace(/\[\d+\]/g, '')))].toSorted();
}

/** The fields that the server names when it refuses the spec; none when it would take it. */
async function refusedFields(kind: string, path: string, spec: object): Promise<readonly string[]> {
  const body = { ...repo('case', spec), kind };
  const { status, body: said } = await call({ method: 'POST', path: `${path}?dryRun=All`, body });
  if (status === 201) return [];
  expect(status).toBe(422);
  const { causes } = said['details'] as { causes: { field: string }[] }; // metav1.StatusDetails.
  return distinct(causes.map(({ field }) => field).filter((field) => field !== '<nil>'));
}

function repo(name: string, spec: object): object {
  return { apiVersion: 'gitward.dev/v1alpha1', kind: 'GuardedRepo', metadata: { name }, spec };
}

function impersonating(account: string): Record<string, string> {
  return { 'impersonate-user': `system:serviceaccount:payments:${account}` };
}

/** Server-side apply of a ConfigMap by the operator, impersonating. */
function applyAs(account: string, name: string): Promise<number> {
  return statusAs('operator', {
    method: 'PATCH',
    path: `/api/v1/namespaces/payments/configmaps/${name}?fieldManager=gitward&force=true`,
    headers: { ...impersonating(account), 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } },
  });
}

async function grant(name: string, kind: string, role: string, subject: object): Promise<void> {
  const body = {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
  };
  const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/payments/rolebindings';
  expect((await call({ method: 'POST', path, body })).status).toBe(201);
}

function running(): ControlPlane {
  if (plane === undefined) throw new Error('the control plane is not running');
  return plane;
}

async function call(request: Call): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, text }: Answer = await running().call('admin', request);
  return { status, body: JSON.parse(text) as Record<string, unknown> }; // An object or a Status.
}

async function statusAs(user: 'alice' | 'operator', request: Call): Promise<number> {
  return (await running().call(user, request)).status;
}

/** `kubectl apply -k`, by the client as no server-side apply would do; again until the kinds it needs are served. */
async function create(part: string): Promise<void> {
  const kubeconfig = running().kubeconfig('admin');
  const args = ['apply', '--validate=false', '--kubeconfig', kubeconfig, '-k', part];
  const attempt = (): void => void execFileSync('kubectl', args, { cwd: ROOT, stdio: 'pipe' });
  if (part === 'config/rbac') {
    const path = '/api/v1/namespaces';
    await call({ method: 'POST', path, body: { metadata: { name: 'gitward-system' } } });
  }
  await vi.waitFor(attempt, SETTLE);
}
