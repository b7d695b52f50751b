import type { Dispatcher } from 'undici';
import type { Clock } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ApiError } from './api-error.ts';
import { readAnswer, readRefusal } from './answer.ts';
import type { Connection } from './connection.ts';
import { DEFAULT_LIMIT, Limiter } from './limiter.ts';
import type { RateLimit } from './limiter.ts';
import type { ApiClient, ApiRequest, ApiResult, ByteStream } from './request.ts';
import { Deadline, connectionError } from './deadline.ts';
import { toWire } from './wire-request.ts';

/** What the client needs. */
export type ClientOptions = Readonly<{
  connection: Connection;
  clock: Clock;
  /** `gitward/<version>`. */
  userAgent: string;
  limit?: RateLimit;
}>;

/** Above the 34 s that the server itself grants a write, and below a human's patience. */
export const CALL_TIMEOUT_MS = 40_000;

/** The server cuts every other request after 60 s. */
export const READ_TIMEOUT_MS = 65_000;

/** How often one call is sent again after 429 with Retry-After: the server has not begun it. */
const MAX_THROTTLED_TRIES = 4;

/** The raw JSON client. */
export function createApiClient(options: ClientOptions): ApiClient {
  return new HttpClient(options);
}

class HttpClient implements ApiClient {
  readonly #options: ClientOptions;
  readonly #limiter: Limiter;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#limiter = new Limiter(options.clock, options.limit ?? DEFAULT_LIMIT);
  }

  async call(request: ApiRequest): Promise<ApiResult> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const result = await this.#inTurn(request);
      if (result.ok || result.stop.kind !== 'status') return result;
      const { code, retryAfterMs } = result.stop;
      if (code === 401 && !renewed) {
        renewed = true;
        this.#options.connection.refresh();
        continue;
      }
      const throttled = code === 429 && retryAfterMs !== undefined && request.lane !== 'urgent';
      if (!throttled || attempt >= MAX_THROTTLED_TRIES) return result;
    }
  }

  async stream(request: ApiRequest, signal: AbortSignal): Promise<Result<ByteStream, ApiError>> {
    const deadline = new Deadline(this.#options.clock, READ_TIMEOUT_MS, signal);
    try {
      const response = await this.#send(request, deadline.signal, 'watches');
      if (!response.ok) return response;
      if (response.value.statusCode === 200) return ok(response.value.body);
      // The reflector comes back after its backoff, with fresh credentials then.
      if (response.value.statusCode === 401) this.#options.connection.refresh();
      return stopped(await readRefusal(response.value));
    } catch (error) {
      return stopped(deadline.explain(error));
    } finally {
      deadline.clear();
    }
  }

  async close(): Promise<void> {
    this.#limiter.close();
    await this.#options.connection.close();
  }

  async #inTurn(request: ApiRequest): Promise<ApiResult> {
    if (request.lane === 'urgent') return this.#exchange(request);
    const release = await this.#limiter.enter();
    if (release === undefined) return stopped(connectionError('the client is closed'));
    try {
      const result = await this.#exchange(request);
      if (!result.ok && result.stop.kind === 'status') {
        const { code, retryAfterMs } = result.stop;
        if (retryAfterMs !== undefined && (code === 429 || code === 503)) {
          this.#limiter.pauseFor(retryAfterMs);
        }
      }
      return result;
    } finally {
      release();
    }
  }

  async #exchange(request: ApiRequest): Promise<ApiResult> {
    const usual = request.method === 'GET' ? READ_TIMEOUT_MS : CALL_TIMEOUT_MS;
    const { clock } = this.#options;
    const deadline = new Deadline(clock, request.timeoutMs ?? usual);
    try {
      const pool = request.lane === 'urgent' ? 'watches' : 'calls';
      const response = await this.#send(request, deadline.signal, pool);
      return response.ok ? await readAnswer(response.value) : response;
    } catch (error) {
      return stopped(deadline.explain(error));
    } finally {
      deadline.clear();
    }
  }

  async #send(
    request: ApiRequest,
    signal: AbortSignal,
    pool: 'calls' | 'watches',
  ): Promise<Result<Dispatcher.ResponseData, ApiError>> {
    const { connection, userAgent } = this.#options;
    const wire = toWire(request, connection.prefix);
    if (!wire.ok) return wire;
    const headers = {
      ...(await connection.headers()),
      'user-agent': userAgent,
      ...wire.value.headers,
    };
    // Asked last: what waited for its turn may have lost the right to write meanwhile.
    if (request.fence?.() === false) return stopped({ kind: 'fenced' });
    const options = { ...wire.value, origin: connection.origin, headers, signal };
    return ok(await connection[pool]().request(options));
  }
}
