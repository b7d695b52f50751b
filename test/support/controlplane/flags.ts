import { join } from 'node:path';

/** Where the parts of one control plane find each other. */
export interface Layout {
  readonly directory: string;
  /** Tells our etcd from one that took its port first. */
  readonly etcdName: string;
  readonly etcdPort: number;
  readonly apiPort: number;
  /** The Y of release 1.Y. */
  readonly minor: number;
  readonly controllers: boolean;
}

const HOST = '127.0.0.1';
/** First release whose kube-controller-manager does not know `--port` any more. */
const MINOR_WITHOUT_INSECURE_PORT = 24;

export const tokenFile = (at: Layout): string => join(at.directory, 'tokens.csv');
export const accountKeyFile = (at: Layout): string => join(at.directory, 'service-account.key');
/** Written by kube-apiserver itself: its certificate followed by the authority that signed it. */
export const caFile = (at: Layout): string => join(at.directory, 'certificates', 'apiserver.crt');
export const apiUrl = (at: Layout): string => `https://${HOST}:${at.apiPort}`;
export const etcdUrl = (at: Layout): string => `http://${HOST}:${at.etcdPort}`;

export function etcdFlags(at: Layout): string[] {
  return [
    `--name=${at.etcdName}`,
    `--data-dir=${join(at.directory, 'etcd')}`,
    `--listen-client-urls=${etcdUrl(at)}`,
    `--advertise-client-urls=${etcdUrl(at)}`,
    `--listen-peer-urls=http://${HOST}:0`,
  ];
}

export function apiServerFlags(at: Layout): string[] {
  const flags = [
    `--etcd-servers=${etcdUrl(at)}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    `--secure-port=${at.apiPort}`,
    `--cert-dir=${join(at.directory, 'certificates')}`,
    '--endpoint-reconciler-type=none', // Its Endpoints object may not hold a loopback address.
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    `--token-auth-file=${tokenFile(at)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${accountKeyFile(at)}`,
    `--service-account-signing-key-file=${accountKeyFile(at)}`,
    '--allow-privileged=true',
    '--profiling=false',
  ];
  // Without controllers no namespace gets its ServiceAccount, and the plugin would refuse every Pod.
  if (!at.controllers) flags.push('--disable-admission-plugins=ServiceAccount');
  return flags;
}

export function controllerManagerFlags(at: Layout, kubeconfig: string): string[] {
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--root-ca-file=${caFile(at)}`,
    `--service-account-private-key-file=${accountKeyFile(at)}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
    '--profiling=false',
  ];
  if (at.minor < MINOR_WITHOUT_INSECURE_PORT) flags.push('--port=0');
  return flags;
}
