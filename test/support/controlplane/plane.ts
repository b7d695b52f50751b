import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assets } from './assets.ts';
import { call } from './call.ts';
import * as flags from './flags.ts';
import { type Access, toKubeconfig } from './kubeconfig.ts';
import { readIfThere, servesEtcd, waitUntil } from './probe.ts';
import { type Server, startServer } from './server.ts';
import { makeTokens, type Tokens, toTokenFile } from './users.ts';

/** The three servers of one control plane and the directory they live in. */
export class Plane {
  readonly at: flags.Layout;
  readonly tokens: Tokens = makeTokens();
  readonly #assets: Assets;
  readonly #extraFlags: readonly string[];
  #etcd: Server | undefined;
  #apiServer: Server | undefined;
  #controllers: Server | undefined;

  constructor(at: flags.Layout, assets: Assets, extraFlags: readonly string[]) {
    this.at = at;
    this.#assets = assets;
    this.#extraFlags = extraFlags;
  }

  /** Resolves once the `default` namespace exists and, with controllers, has its ServiceAccount. */
  async start(): Promise<void> {
    const { at } = this;
    writeFileSync(flags.tokenFile(at), toTokenFile(this.tokens), { mode: 0o600 });
    writeFileSync(flags.accountKeyFile(at), makeAccountKey(), { mode: 0o600 });
    const etcd = this.#run('etcd', this.#assets.etcd, flags.etcdFlags(at));
    this.#etcd = etcd;
    await waitUntil(etcd, 'serving', () => servesEtcd(flags.etcdUrl(at), at.etcdName));
    const apiServer = await this.startApiServer();
    if (at.controllers) await this.#startControllers();
    await waitUntil(apiServer, 'default namespace', () => this.get('/api/v1/namespaces/default'));
  }

  /** Starts kube-apiserver on its old port and state, and resolves when it is ready. */
  async startApiServer(): Promise<Server> {
    await this.stopApiServer();
    const args = [...flags.apiServerFlags(this.at), ...this.#extraFlags];
    const server = this.#run('kube-apiserver', this.#assets.apiServer, args);
    this.#apiServer = server;
    await waitUntil(server, '/readyz', () => this.get('/readyz'));
    return server;
  }

  async stopApiServer(): Promise<void> {
    await this.#apiServer?.kill();
  }

  async close(): Promise<void> {
    for (const server of [this.#controllers, this.#apiServer, this.#etcd]) await server?.kill();
    rmSync(this.at.directory, { recursive: true, force: true });
  }

  /** What a client needs to be that user; undefined until kube-apiserver wrote its certificate. */
  access(user: keyof Tokens): Access | undefined {
    const ca = readIfThere(flags.caFile(this.at));
    return ca === undefined
      ? undefined
      : { url: flags.apiUrl(this.at), ca, token: this.tokens[user] };
  }

  /** GET as admin: the body of a 200; undefined for any other answer and for none. */
  async get(path: string): Promise<string | undefined> {
    const access = this.access('admin');
    if (!access) return undefined;
    const answer = await call(access, { method: 'GET', path }).catch(() => undefined);
    return answer?.status === 200 ? answer.text : undefined;
  }

  /** As `access`, of a plane that has started. */
  requireAccess(user: keyof Tokens): Access {
    const access = this.access(user);
    if (!access) throw new Error('kube-apiserver has not written its certificate yet');
    return access;
  }

  /** Writes a kubeconfig for that user and answers its path. */
  writeKubeconfig(user: keyof Tokens): string {
    const file = join(this.at.directory, `${user}.kubeconfig`);
    writeFileSync(file, toKubeconfig(user, this.requireAccess(user)), { mode: 0o600 });
    return file;
  }

  async #startControllers(): Promise<void> {
    if (this.#assets.controllerManager === undefined) throw new Error('no kube-controller-manager');
    const args = flags.controllerManagerFlags(this.at, this.writeKubeconfig('controllers'));
    const server = this.#run('kube-controller-manager', this.#assets.controllerManager, args);
    this.#controllers = server;
    await waitUntil(server, 'default ServiceAccount', () =>
      this.get('/api/v1/namespaces/default/serviceaccounts/default'),
    );
  }

  #run(name: string, file: string, args: readonly string[]): Server {
    return startServer({ name, file, args, directory: this.at.directory });
  }
}

function makeAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}
