import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/control-plane', import.meta.url));
const LOOKUP_TIMEOUT_MS = 10_000;

/** The server binaries of one Kubernetes release. */
export interface Assets {
  readonly etcd: string;
  readonly apiServer: string;
  /** Absent where `KUBEBUILDER_ASSETS` comes without one, as envtest's archives do. */
  readonly controllerManager?: string;
  /** The Y of release 1.Y. */
  readonly minor: number;
}

export type AssetSearch =
  | { readonly kind: 'found'; readonly assets: Assets }
  | { readonly kind: 'missing'; readonly reason: string };

const searches = new Map<string, AssetSearch>();

/** Finds the binaries without building any: `KUBEBUILDER_ASSETS`, else the cache of `scripts/control-plane`. */
export function findAssets(): AssetSearch {
  const key = process.env['KUBEBUILDER_ASSETS'] ?? '';
  const known = searches.get(key);
  if (known) return known;
  const search = lookUp();
  searches.set(key, search);
  return search;
}

function lookUp(): AssetSearch {
  const found = run(SCRIPT, ['--cached']);
  if (found.kind === 'failed') {
    return { kind: 'missing', reason: found.reason.replace(/^control-plane: /, '') };
  }
  const directory = found.stdout.trim().split('\n').at(-1) ?? '';
  const apiServer = join(directory, 'kube-apiserver');
  const controllerManager = join(directory, 'kube-controller-manager');
  const version = run(apiServer, ['--version']);
  if (version.kind === 'failed') return { kind: 'missing', reason: version.reason };
  const minor = /^Kubernetes v1\.(\d+)\./.exec(version.stdout)?.[1];
  if (minor === undefined) {
    return { kind: 'missing', reason: `kube-apiserver --version says ${version.stdout.trim()}` };
  }
  const assets = { etcd: join(directory, 'etcd'), apiServer, minor: Number(minor) };
  if (!existsSync(controllerManager)) return { kind: 'found', assets };
  return { kind: 'found', assets: { ...assets, controllerManager } };
}

type Run =
  | { readonly kind: 'ran'; readonly stdout: string }
  | { readonly kind: 'failed'; readonly reason: string };

function run(file: string, args: readonly string[]): Run {
  const done = spawnSync(file, args, { encoding: 'utf8', timeout: LOOKUP_TIMEOUT_MS });
  if (done.status === 0) return { kind: 'ran', stdout: done.stdout };
  const said = done.error?.message ?? done.stderr.trim().split('\n').at(-1) ?? '';
  return { kind: 'failed', reason: said === '' ? `${file} exited ${String(done.status)}` : said };
}
