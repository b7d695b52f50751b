import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from './index.ts';
import type { Dict, Sandbox } from './index.ts';
import { at, dictAt, listAt, textAt } from './value.ts';

const run = promisify(execFile);
const MAPS = '/api/v1/namespaces/default/configmaps';

const configMap = (name: string, data: Dict = {}): Dict => {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
};

describe('the sandbox over HTTP', () => {
  let sandbox: Sandbox;
  const call = async (method: string, path: string, body?: Dict, more: Dict = {}) => {
    const headers = { authorization: 'Bearer admin-token', 'content-type': 'application/json' };
    const response = await fetch(sandbox.url + path, {
      method,
      headers: { ...headers, ...(more as Record<string, string>) }, // Headers are text.
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Dict }; // All answers used here are objects.
  };

  beforeAll(async () => {
    sandbox = await startSandbox({ historyWindow: 1_000 });
  });
  afterAll(() => sandbox.close());

  it('no token and an unknown token, 401', async () => {
    for (const authorization of ['', 'Bearer nobody']) {
      expect((await call('GET', MAPS, undefined, { authorization })).status).toBe(401);
    }
  });

  it('a token as path prefix, is taken as the token', async () => {
    const response = await fetch(`${sandbox.url}/token/alice-token${MAPS}`);
    expect(response.status).toBe(200);
    expect(sandbox.requests.entries.at(-1)).toMatchObject({ user: 'alice', path: MAPS, code: 200 });
  });

  it('an impersonated write, is logged under both names and refused by a rule', async () => {
    const account = 'system:serviceaccount:default:deployer';
    const headers = { 'impersonate-user': account, 'impersonate-extra-gitward.dev%2fprobe': 'yes' };
    const made = await call('POST', `${MAPS}?dryRun=All`, configMap('as'), headers);
    expect(made.status).toBe(201);
    expect(sandbox.requests.filter({ user: account, dryRun: true })).toMatchObject([
      { impersonator: 'admin', verb: 'create', resource: 'configmaps' },
    ]);
    const rule = { verb: 'impersonate', resource: 'serviceaccounts', name: 'deployer' };
    sandbox.denied.push(rule);
    expect((await call('GET', MAPS, undefined, headers)).status).toBe(403);
    sandbox.denied.splice(0);
  });

  it('pages, are of one moment and 410 once history is forgotten', async () => {
    sandbox.seed(...['p1', 'p2', 'p3'].map((name) => configMap(name)));
    const first = await call('GET', `${MAPS}?limit=2`);
    const token = textAt(first.body, 'metadata', 'continue');
    sandbox.seed(configMap('p4'));
    const rest = await call('GET', `${MAPS}?limit=2&continue=${token}`);
    expect(listAt(rest.body, 'items').map((item) => textAt(item, 'metadata', 'name'))).toEqual([
      'p3',
    ]);
    sandbox.compact();
    sandbox.seed(configMap('p5'));
    expect((await call('GET', `${MAPS}?limit=2&continue=${token}`)).body).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
    expect((await call('GET', `${MAPS}?resourceVersion=999999`)).status).toBe(504);
  });

  it('a deleted CRD, takes its instances and routes along', async () => {
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = { openAPIV3Schema: { type: 'object' } };
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    const names = { plural: 'toys', kind: 'Toy' };
    const spec = { group: 'x.dev', scope: 'Namespaced', names, versions };
    sandbox.seed({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'toys.x.dev' },
      spec,
    });
    const crd = sandbox.stored('apiextensions.k8s.io/customresourcedefinitions', '', 'toys.x.dev');
    const types = listAt(crd, 'status', 'conditions').map((condition) => at(condition, 'type'));
    expect(types).toEqual(['NamesAccepted', 'Established']);
    sandbox.seed({ apiVersion: 'x.dev/v1', kind: 'Toy', metadata: { name: 't' } });
    expect((await call('DELETE', `${crds}/toys.x.dev`)).status).toBe(200);
    expect(sandbox.stored('x.dev/toys', 'default', 't')).toBeUndefined();
    const gone = await fetch(`${sandbox.url}/token/admin-token/apis/x.dev/v1/toys`);
    expect(gone.status).toBe(404);
  });

  it('a deleted namespace, goes with its contents unless a finalizer holds one', async () => {
    const inside = (name: string, finalizers: string[]): Dict => {
      const metadata = { name, namespace: 'doomed', finalizers };
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    };
    sandbox.seed(inside('free', []), inside('held', ['x.dev/f']));
    await call('DELETE', '/api/v1/namespaces/doomed');
    expect(sandbox.stored('/configmaps', 'doomed', 'free')).toBeUndefined();
    expect(dictAt(sandbox.stored('/namespaces', '', 'doomed'), 'status')).toEqual({
      phase: 'Terminating',
    });
    const path = '/api/v1/namespaces/doomed/configmaps';
    expect((await call('POST', path, inside('new', []))).status).toBe(403);
    const type = { 'content-type': 'application/merge-patch+json' };
    await call('PATCH', `${path}/held`, { metadata: { finalizers: null } }, type);
    expect(sandbox.stored('/namespaces', '', 'doomed')).toBeUndefined();
  });

  it('kubectl, applies, edits, scales, describes and deletes', async () => {
    const home = await mkdtemp(join(tmpdir(), 'gitward-sandbox-'));
    const config = join(home, 'kubeconfig');
    await writeFile(config, sandbox.kubeconfig());
    const manifest = join(home, 'web.json');
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'a:1' }] },
    };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await writeFile(
      manifest,
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec,
      }),
    );
    const env = { ...process.env, HOME: home, KUBECONFIG: config, EDITOR: 'sed -i s/a:1/a:2/' };
    const kubectl = async (...args: string[]): Promise<string> =>
      (await run('kubectl', args, { env })).stdout;
    try {
      expect(await kubectl('apply', '--validate=false', '-f', manifest)).toBe(
        'deployment.apps/web created\n',
      );
      expect(await kubectl('edit', 'deploy/web')).toBe('deployment.apps/web edited\n');
      expect(await kubectl('scale', 'deploy/web', '--replicas=3')).toBe(
        'deployment.apps/web scaled\n',
      );
      expect(await kubectl('get', 'deploy', '--no-headers')).toMatch(/^web +0\/3 +0 +0 +\d+s\n$/);
      expect(await kubectl('describe', 'deploy/web')).toMatch(/Image: +a:2/);
      expect(await kubectl('delete', 'deploy/web')).toMatch(/^deployment.apps "web" deleted/);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
