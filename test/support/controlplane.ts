import { randomBytes } from 'node:crypto';
import { type Assets, findAssets } from './controlplane/assets.ts';
import { makeDirectory } from './controlplane/directory.ts';
import * as flags from './controlplane/flags.ts';
import { type Answer, type Call, call } from './controlplane/call.ts';
import { Plane } from './controlplane/plane.ts';
import { freePort } from './controlplane/port.ts';
import type { User } from './controlplane/users.ts';

export type { User } from './controlplane/users.ts';

const MAX_STARTS = 3;
const PORT_TAKEN = 'address already in use';

/** A running API server as its clients see it. */
export interface ControlPlane {
  /** Without a trailing slash, on 127.0.0.1. */
  readonly url: string;
  /** PEM bundle that vouches for `url`; absent where the server speaks plain http. */
  readonly caFile?: string;
  readonly tokens: Readonly<Record<User, string>>;
  /** As `/version` spells it: `v1.20.2`. */
  readonly version: string;
  /** The path of a kubeconfig, written on the first call, that makes its holder that user. */
  kubeconfig(user: User): string;
  /** One request as that user, past gitward's own client; rejects when no answer comes. */
  call(user: User, request: Call): Promise<Answer>;
  /** Ends the API server as a crash would; what was answered stays in etcd. */
  stopApiServer(): Promise<void>;
  /** Stops the API server if it runs, starts it at the same `url`, resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /** Ends every process and removes every file; may be called twice. */
  close(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Whether kube-controller-manager runs; true by default. */
  readonly controllers?: boolean;
  /** Appended to kube-apiserver's own flags, for instance `--audit-log-path=…`. */
  readonly apiServerFlags?: readonly string[];
}

/** Why the real control plane cannot start here; undefined when it can. */
export function controlPlaneMissing(options: ControlPlaneOptions = {}): string | undefined {
  const search = findAssets();
  if (search.kind === 'missing') return search.reason;
  const wanted = options.controllers ?? true;
  if (wanted && search.assets.controllerManager === undefined) {
    return 'KUBEBUILDER_ASSETS has no kube-controller-manager';
  }
  return undefined;
}

/** Why the server that would start is no 1.`minor` or newer; undefined when it is. */
export function serverOlderThan(minor: number): string | undefined {
  const search = findAssets();
  if (search.kind === 'missing') return search.reason;
  if (search.assets.minor >= minor) return undefined;
  return `needs Kubernetes 1.${minor}, the server is 1.${search.assets.minor}`;
}

/**
 * Starts real etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, in a private
 * temporary directory, with RBAC; resolves when all of them work. Throws with the end of the failing
 * server's log. The servers die with this process, however it dies.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const search = findAssets();
  const missing = controlPlaneMissing(options);
  if (search.kind === 'missing' || missing !== undefined) {
    throw new Error(`the control plane cannot start: ${missing ?? ''}`);
  }
  for (let start = 1; ; start++) {
    const plane = await layOut(search.assets, options);
    try {
      await plane.start();
      return await present(plane);
    } catch (error) {
      await plane.close();
      if (start === MAX_STARTS || !String(error).includes(PORT_TAKEN)) throw error;
    }
  }
}

async function layOut(assets: Assets, options: ControlPlaneOptions): Promise<Plane> {
  const at: flags.Layout = {
    directory: makeDirectory(),
    etcdName: `etcd-${randomBytes(8).toString('hex')}`,
    etcdPort: await freePort(),
    apiPort: await freePort(),
    minor: assets.minor,
    controllers: options.controllers ?? true,
  };
  return new Plane(at, assets, options.apiServerFlags ?? []);
}

async function present(plane: Plane): Promise<ControlPlane> {
  const { admin, operator, alice } = plane.tokens;
  const version = /"gitVersion": *"([^"]+)"/.exec((await plane.get('/version')) ?? '')?.[1];
  if (version === undefined) throw new Error('kube-apiserver does not tell its version');
  return {
    url: flags.apiUrl(plane.at),
    caFile: flags.caFile(plane.at),
    tokens: { admin, operator, alice },
    version,
    kubeconfig: (user) => plane.writeKubeconfig(user),
    call: (user, request) => call(plane.requireAccess(user), request),
    stopApiServer: () => plane.stopApiServer(),
    restartApiServer: async () => void (await plane.startApiServer()),
    close: () => plane.close(),
  };
}
