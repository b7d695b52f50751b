import { listServerRefs } from 'isomorphic-git';
import type { GitHttpRequest, GitHttpResponse, ServerRef } from 'isomorphic-git';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import type { Remote } from '../../reconcile/ports.ts';
import { HttpSession } from '../net/http.ts';
import type { HttpResponse, SessionOptions } from '../net/http.ts';
import { NetError } from '../net/failure.ts';
import { GitError, incomplete, statusFailure } from './failure.ts';
import { DELIMITER, FLUSH, PacketReader, checkMessage, packet } from './pkt-line.ts';

/** Most bytes of a list of refs: a server without protocol version 2 lists every ref it has. */
const MAX_REFS_BYTES = 16 * 1024 * 1024;

/** Side-band and progress around a pack: one byte band and four digits per packet, and some text. */
const BAND_OVERHEAD = 1.01;
const BAND_SLACK_BYTES = 1024 * 1024;

/** Forges route by the product name. */
const USER_AGENT = 'git/2 (gitward)';

const ADVERTISEMENT = 'application/x-git-upload-pack-advertisement';
const RESULT = 'application/x-git-upload-pack-result';

/** How a version 1 server says that it lacks history itself; no ref has a name like that. */
const SHALLOW_LINE = /[0-9a-f]{4}shallow [0-9a-f]{40}/;

/** The two versions of the Git protocol that servers speak over HTTP. */
export type ProtocolVersion = 1 | 2;

/** One poll, or one fetch: at most three requests on one connection, with one set of credentials. */
export class Conversation {
  readonly #options: SessionOptions;
  readonly #remote: Remote;
  readonly #session: HttpSession;
  #version: ProtocolVersion = 1;

  constructor(remote: Remote, options: SessionOptions) {
    this.#remote = remote;
    this.#options = options;
    this.#session = new HttpSession(options);
  }

  /** What the server speaks; known after `tipOf`. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /**
   * Asks what a ref names, by its full name, with one request or two. Throws `GitError` (RefNotFound,
   * GitProtocolError, …) and `NetError`.
   */
  async tipOf(ref: string): Promise<Oid> {
    const listed = await this.#list(ref);
    const named = new Set(listed.filter((found) => found.ref === ref).map(({ oid }) => oid));
    const [text] = named;
    if (text === undefined || /^0+$/.test(text)) {
      const message = `the server has no ${ref}; push the branch or correct source.ref.branch`;
      throw new GitError('RefNotFound', message);
    }
    const oid = parseOid(text);
    if (named.size === 1 && oid !== undefined) return oid;
    throw new GitError('GitProtocolError', `what the server says about ${ref} is no SHA-1 name`);
  }

  /** Asks for everything `want` reaches and `have` does not, as one self-contained pack. */
  async requestPack(want: Oid, have: Oid | undefined, maxPackBytes: number): Promise<PacketReader> {
    const body = this.#version === 2 ? askV2(want, have) : askV1(want, have);
    const response = await this.#exchange({
      method: 'POST',
      path: '/git-upload-pack',
      type: RESULT,
      body,
      maxBytes: Math.ceil(maxPackBytes * BAND_OVERHEAD) + BAND_SLACK_BYTES,
    });
    return new PacketReader(response.body);
  }

  close(): void {
    this.#session.close();
  }

  async #list(prefix: string): Promise<readonly ServerRef[]> {
    const url = this.#options.url.href;
    const http = { request: (request: GitHttpRequest) => this.#plugin(request) };
    try {
      return await listServerRefs({ http, url, prefix, protocolVersion: 2 });
    } catch (error) {
      if (error instanceof GitError || error instanceof NetError) throw error;
      // isomorphic-git's own errors quote the answer.
      throw new GitError('GitProtocolError', "the Git server's list of refs makes no sense");
    }
  }

  /** isomorphic-git's transport; it sees only whole messages. */
  async #plugin({ url, method = 'GET', body = none() }: GitHttpRequest): Promise<GitHttpResponse> {
    const message =
      method === 'POST' ? await this.#listRefs(await collect(body)) : await this.#discover();
    const headers = { 'content-type': ADVERTISEMENT };
    return { url, method, headers, statusCode: 200, statusMessage: 'OK', body: once(message) };
  }

  async #discover(): Promise<Buffer> {
    const message = await this.#message({
      method: 'GET',
      path: '/info/refs?service=git-upload-pack',
      type: ADVERTISEMENT,
    });
    // Some servers put a `# service` line and a flush before it, some do not.
    this.#version = message.subarray(0, 64).includes('version 2\n') ? 2 : 1;
    if (this.#version === 1 && SHALLOW_LINE.test(message.toString('latin1'))) throw incomplete();
    return message;
  }

  async #listRefs(body: Buffer): Promise<Buffer> {
    // isomorphic-git takes a version 1 server without any ref for one of version 2.
    if (this.#version === 1) return FLUSH;
    return this.#message({ method: 'POST', path: '/git-upload-pack', type: RESULT, body });
  }

  async #message(asked: Omit<Exchange, 'maxBytes'>): Promise<Buffer> {
    const response = await this.#exchange({ ...asked, maxBytes: MAX_REFS_BYTES });
    const message = await collect(response.body);
    await checkMessage(message);
    return message;
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
        ...authorization(this.#remote),
      },
      maxBytes,
      ...(body === undefined ? {} : { body }),
    });
    if (response.status !== 200) {
      const hasCredentials = this.#remote.credentials.kind !== 'none';
      throw statusFailure(response.status, response.headers['retry-after'], hasCredentials);
    }
    if (response.headers['content-type'] === type) return response;
    const message =
      'the server answered with something else than Git, such as a web page; check source.url';
    throw new GitError('GitProtocolError', message);
  }
}

type Exchange = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  type: string;
  body?: Uint8Array;
  maxBytes: number;
}>;

function authorization({ credentials }: Remote): Record<string, string> {
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

/** gitprotocol-v2(5), `command=fetch`; without `thin-pack` the pack leans on nothing outside it. */
function askV2(want: Oid, have: Oid | undefined): Uint8Array {
  const lines = ['ofs-delta\n', 'no-progress\n', `want ${want}\n`];
  if (have !== undefined) lines.push(`have ${have}\n`);
  return Buffer.concat([
    packet('command=fetch\n'),
    packet('agent=gitward\n'),
    DELIMITER,
    ...lines.map(packet),
    packet('done\n'),
    FLUSH,
  ]);
}

/** gitprotocol-pack(5), one round without negotiation. */
function askV1(want: Oid, have: Oid | undefined): Uint8Array {
  const known = have === undefined ? [] : [packet(`have ${have}\n`)];
  const wanted = packet(`want ${want} side-band-64k ofs-delta no-progress agent=gitward\n`);
  return Buffer.concat([wanted, FLUSH, ...known, packet('done\n')]);
}

async function collect(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function* none(): AsyncIterableIterator<Uint8Array> {
  // A request without a body.
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}
