import type { Clock } from '../../domain/clock.ts';
import type { ApiError } from './api-error.ts';
import { isStatus } from './api-stop.ts';
import { connectionError } from './deadline.ts';
import type { ApiClient, ApiRequest } from './request.ts';
import type { Tracker } from './tracker.ts';
import { readEvents } from './watch-event.ts';
import type { WatchEvent } from './watch-event.ts';

/** How one watch request ended. */
export type SessionEnd =
  /** The server or its timeout closed it: go on from the last version. */
  | Readonly<{ kind: 'closed' }>
  /** The version is too old or the stream made no sense: list again. */
  | Readonly<{ kind: 'expired' }>
  /** No connection, a refusal, or silence where bookmarks are due. */
  | Readonly<{ kind: 'failed'; error: ApiError }>;

/** What one watch request needs. */
export type SessionOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  request: Pick<ApiRequest, 'path' | 'accept'>;
  tracker: Tracker;
  /** Asked for from the server, seconds. */
  timeoutSeconds: number;
  /** The version to go on from. */
  version: string;
  /** Whether the server was seen sending bookmarks: then silence means death from the start. */
  bookmarks: boolean;
  /** The server accepted the watch. */
  opened(): void;
}>;

/** Bookmarks come about once a minute; silence for this long means that the watch is dead. */
export const SILENCE_MS = 90_000;

/** How much later than asked for the server may close. */
const OVERTIME_MS = 30_000;

/** One watch request from one version on. */
export class WatchSession {
  /** Never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly startedAt: number;
  readonly #options: SessionOptions;
  readonly #abort = new AbortController();
  #version: string;
  #lines = 0;
  #bookmarks: boolean;
  #heardAt: number;
  #over: SessionEnd | undefined;
  #cancelSilence: () => void = () => undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#version = options.version;
    this.#bookmarks = options.bookmarks;
    this.startedAt = options.clock.monotonic();
    this.#heardAt = this.startedAt;
    this.ended = this.#run();
  }

  /** The version that the next watch goes on from. */
  get version(): string {
    return this.#version;
  }

  /** Lines read so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether the server sends bookmarks. */
  get bookmarks(): boolean {
    return this.#bookmarks;
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  stop(): void {
    this.#end({ kind: 'closed' });
  }

  async #run(): Promise<SessionEnd> {
    const { clock, timeoutSeconds } = this.#options;
    const cancelLimit = clock.setTimer(timeoutSeconds * 1_000 + OVERTIME_MS, () => this.stop());
    if (this.#bookmarks) this.#listenForSilence(SILENCE_MS);
    let end: SessionEnd;
    try {
      end = await this.#follow();
    } catch (error) {
      end = { kind: 'failed', error: connectionError(error) };
    }
    cancelLimit();
    this.#cancelSilence();
    // What we decided ourselves is the reason; the broken stream is only its echo.
    this.#over ??= end;
    this.#abort.abort();
    return this.#over;
  }

  async #follow(): Promise<SessionEnd> {
    const stream = await this.#open();
    if (!stream.ok) return toEnd(stream.stop);
    if (this.#over !== undefined) return this.#over;
    this.#options.opened();
    for await (const event of readEvents(stream.value)) {
      if (this.#over !== undefined) return this.#over;
      this.#lines += 1;
      this.#heardAt = this.#options.clock.monotonic();
      const end = this.#take(event);
      if (end !== undefined) return end;
    }
    return { kind: 'closed' };
  }

  #open(): ReturnType<ApiClient['stream']> {
    const { client, request, timeoutSeconds, version } = this.#options;
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: version,
      timeoutSeconds: String(timeoutSeconds),
    };
    return client.stream({ method: 'GET', ...request, query }, this.#abort.signal);
  }

  #take(event: WatchEvent): SessionEnd | undefined {
    const { tracker } = this.#options;
    switch (event.kind) {
      case 'seen':
        return this.#moveTo(tracker.seen(event.object));
      case 'deleted':
        return this.#moveTo(tracker.deleted(event.object));
      case 'bookmark':
        tracker.bookmark(event.resourceVersion);
        if (!this.#bookmarks) this.#listenForSilence(SILENCE_MS);
        this.#bookmarks = true;
        return this.#moveTo(event.resourceVersion);
      case 'error':
        return toEnd(event.error);
      case 'garbage':
        return { kind: 'expired' };
    }
  }

  #moveTo(version: string | undefined): SessionEnd | undefined {
    if (version === undefined) return { kind: 'expired' };
    this.#version = version;
    return undefined;
  }

  /** One timer for all lines: it looks back when it fires. */
  #listenForSilence(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelSilence = clock.setTimer(delayMs, () => {
      const left = this.#heardAt + SILENCE_MS - clock.monotonic();
      if (left > 0) return this.#listenForSilence(left);
      this.#end({ kind: 'failed', error: { kind: 'timeout', afterMs: SILENCE_MS } });
    });
  }

  #end(end: SessionEnd): void {
    this.#over ??= end;
    this.#abort.abort();
  }
}

function toEnd(error: ApiError): SessionEnd {
  return isStatus(error, 410) ? { kind: 'expired' } : { kind: 'failed', error };
}
