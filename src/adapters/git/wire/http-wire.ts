import type { Credentials } from '../../../reconcile/ports.ts';
import { HttpSession } from '../../net/http.ts';
import type { HttpResponse, SessionOptions } from '../../net/http.ts';
import { GitError, statusFailure } from '../failure.ts';
import { PacketReader } from '../pkt-line.ts';
import type { Asking, Wire } from './wire.ts';

/** Forges route by the product name. */
const USER_AGENT = 'git/2 (gitward)';

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';
const RESULT = 'application/x-git-upload-pack-result';

type Exchange = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  type: string;
  body?: Uint8Array;
  maxBytes: number;
}>;

/** What an HTTP request can carry. */
export type HttpCredentials = Extract<Credentials, { kind: 'none' | 'basic' | 'bearer' }>;

/** Git's smart HTTP (gitprotocol-http(5)): one connection, one set of credentials, no redirects. */
export class HttpWire implements Wire {
  readonly isStateless = true;
  readonly #options: SessionOptions;
  readonly #credentials: HttpCredentials;
  readonly #session: HttpSession;

  constructor(credentials: HttpCredentials, options: SessionOptions) {
    this.#credentials = credentials;
    this.#options = options;
    this.#session = new HttpSession(options);
  }

  async greeting(maxBytes: number): Promise<PacketReader> {
    const path = '/info/refs?service=git-upload-pack';
    const response = await this.#exchange({ method: 'GET', path, type: ADVERTISEMENT, maxBytes });
    return new PacketReader(response.body);
  }

  async ask(body: Uint8Array, { maxBytes }: Asking): Promise<PacketReader> {
    const asked = {
      method: 'POST',
      path: '/git-upload-pack',
      type: RESULT,
      body,
      maxBytes,
    } as const;
    return new PacketReader((await this.#exchange(asked)).body);
  }

  close(): void {
    this.#session.close();
  }

  async #exchange(asked: Exchange): Promise<HttpResponse> {
    const { method, path, type, body, maxBytes } = asked;
    const response = await this.#session.request({
      method,
      path: this.#options.url.pathname + path,
      headers: {
        'user-agent': USER_AGENT,
        'git-protocol': 'version=2',
        accept: type,
        ...(method === 'POST' ? { 'content-type': 'application/x-git-upload-pack-request' } : {}),
        ...authorization(this.#credentials),
      },
      maxBytes,
      ...(body === undefined ? {} : { body }),
    });
    if (response.status !== 200) {
      const hasCredentials = this.#credentials.kind !== 'none';
      throw statusFailure(response.status, response.headers['retry-after'], hasCredentials);
    }
    if (response.headers['content-type'] === type) return response;
    const message =
      'the server answered with something else than Git, such as a web page; check source.url';
    throw new GitError('GitProtocolError', message);
  }
}

function authorization(credentials: HttpCredentials): Record<string, string> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'basic': {
      const { username, password } = credentials;
      const encoded = Buffer.from(`${username}:${password}`).toString('base64');
      return { authorization: `Basic ${encoded}` };
    }
    case 'bearer':
      // Anything else would be refused by the HTTP client with less to go by.
      if (/^[!-~]+$/.test(credentials.token))
        return { authorization: `Bearer ${credentials.token}` };
      throw new GitError(
        'AuthenticationFailed',
        'bearerToken of the Secret holds white space or other characters that no token has',
      );
  }
}
