import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { World } from '../test/support/world/world.ts';

/** One request; a `patch` body is a strategic merge patch. */
export type Asked = Readonly<{ method: 'GET' | 'PATCH'; path: string; patch?: unknown }>;

/** A watch event as the API server sends it. */
export type WatchEvent = Readonly<{
  type: string;
  object: Readonly<Record<string, unknown>> & { metadata?: { name?: string } };
}>;

type Kubeconfig = Readonly<{
  clusters: readonly [
    Readonly<{ cluster: { server: string; 'certificate-authority-data': string } }>,
  ];
  users: readonly [Readonly<{ user: { token: string } }>];
}>;

/** The API server as the administrator sees it, over connections that are kept: what is timed is no handshake. */
export class Api {
  readonly #url: string;
  readonly #options: RequestOptions;
  readonly #agent: Agent;
  readonly #watches = new Set<() => void>();

  constructor(world: World) {
    // The control plane writes its kubeconfig as JSON, with everything inline.
    const config = JSON.parse(readFileSync(world.plane.kubeconfig('admin'), 'utf8')) as Kubeconfig;
    const { cluster } = config.clusters[0];
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    this.#url = cluster.server;
    this.#agent = new Agent({ keepAlive: true, ca });
    const authorization = `Bearer ${config.users[0].user.token}`;
    this.#options = { headers: { authorization, accept: 'application/json' } };
  }

  /** Sends one request and yields its text; throws unless it is answered with 2xx. */
  async ask({ method, path, patch }: Asked): Promise<string> {
    const answer = await this.#send(method, path, patch);
    const chunks: Buffer[] = [];
    // A response without encoding yields buffers.
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text;
  }

  /** Hears of every change from now on, the present objects first; resolves once the watch runs. */
  async watch(path: string, heard: (event: WatchEvent) => void): Promise<void> {
    const answer = await this.#send('GET', `${path}?watch=1&timeoutSeconds=600`);
    if (answer.statusCode !== 200) throw new Error(`watch ${path}: ${String(answer.statusCode)}`);
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('error', () => undefined);
    answer.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      // Watch events of the API server's own making.
      for (const line of lines) heard(JSON.parse(line) as WatchEvent);
    });
    this.#watches.add(() => answer.destroy());
  }

  /** Ends every connection. */
  close(): void {
    for (const end of this.#watches) end();
    this.#agent.destroy();
  }

  #send(method: string, path: string, patch?: unknown): Promise<IncomingMessage> {
    const headers = {
      ...this.#options.headers,
      ...(patch === undefined ? {} : { 'content-type': 'application/strategic-merge-patch+json' }),
    };
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.#agent };
      const sent = request(`${this.#url}${path}`, options, resolve);
      sent.on('error', reject);
      sent.end(patch === undefined ? undefined : JSON.stringify(patch));
    });
  }
}
