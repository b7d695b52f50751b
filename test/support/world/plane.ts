import { mkdtemp, rm } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../controlplane.ts';
import { startSandbox } from '../sandbox/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

/** Who speaks to the API server: all rights, gitward's own account, an ordinary developer. */
export type PlaneUser = 'admin' | 'operator' | 'alice';

/** One request past gitward's own client; `body` is JSON unless `headers` names another type. */
export type PlaneCall = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}>;

/** An API server of either kind, as tests and demo see it. */
export interface Plane {
  readonly version: string;
  /** The double's own switches; absent on the real server. */
  readonly sandbox?: Sandbox;
  /** Path of a kubeconfig for that user. */
  kubeconfig(user: PlaneUser): string;
  call(user: PlaneUser, call: PlaneCall): Promise<Readonly<{ status: number; text: string }>>;
  close(): Promise<void>;
}

/** `sandbox`: in this process, at once. `real`: etcd, kube-apiserver, kube-controller-manager. */
export type PlaneKind = 'sandbox' | 'real';

/** Starts an API server of that kind. */
export function startPlane(kind: PlaneKind): Promise<Plane> {
  return kind === 'real' ? startControlPlane() : sandboxPlane();
}

async function sandboxPlane(): Promise<Plane> {
  const dir = await mkdtemp(join(tmpdir(), 'gw-plane-'));
  const sandbox = await startSandbox();
  return {
    version: 'sandbox',
    sandbox,
    kubeconfig: (user) => {
      const path = join(dir, user);
      writeFileSync(path, sandbox.kubeconfig(`${user}-token`), { mode: 0o600 });
      return path;
    },
    call: async (user, { method, path, body, headers }) => {
      const answer = await fetch(`${sandbox.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${user}-token`,
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, text: await answer.text() };
    },
    close: async () => {
      await sandbox.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
