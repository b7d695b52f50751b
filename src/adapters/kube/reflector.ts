import { pause } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ApiError } from './api-error.ts';
import { listPages } from './list-pages.ts';
import type { Result } from '../../domain/result.ts';
import { isOlder } from './resource-version.ts';
import type { ApiClient, ApiRequest } from './request.ts';
import type { Tracker } from './tracker.ts';
import { isGrave, listDelayMs, needsList, retryDelayMs, watchSeconds } from './watch-pace.ts';
import { WatchSession } from './watch-session.ts';
import type { SessionEnd } from './watch-session.ts';
import type { JsonObject } from '../../domain/json.ts';

/** What is asked for by list and by watch. */
export type ReflectorTarget = Readonly<
  Record<'list' | 'watch', Pick<ApiRequest, 'path' | 'accept'>>
>;

/** What one reflector needs. */
export type ReflectorOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  random: () => number;
  target: ReflectorTarget;
  /** Time between full lists, before jitter. */
  relistMs: number;
  tracker: Tracker;
  /** A full list begins, for whoever listens now. */
  listing(): void;
  /** A full list is complete. */
  listed(): void;
  alive(): void;
  dead(error: ApiError): void;
  /** A list found so many changes that the watch beside it had not brought. */
  missed(count: number): void;
}>;

/** A watch is not opened again sooner, whatever happens. */
export const MIN_WATCH_GAP_MS = 1_000;

/** A watch that lived this long was no failure, whatever ended it. */
const USEFUL_WATCH_MS = 10_000;

/** How long a watch may lag behind the list that is compared with it. */
export const CATCH_UP_MS = 5_000;

/**
 * Lists and watches one kind until it is closed. Lists are what makes it right: a watch only makes
 * it fast. While a periodic list runs, the watch of before goes on.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #closed = new AbortController();
  #session: WatchSession | undefined;
  #bookmarks = false;
  #failures = 0;
  #openedAt = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;
  #relistWanted = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Runs until `close`; never rejects. */
  async run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      this.#relistWanted = false;
      const version = await this.#list();
      if (version === undefined) continue;
      this.#session?.stop();
      await this.#follow(version);
    }
    this.#session?.stop();
  }

  /** Lists again as soon as possible: somebody new listens. */
  relist(): void {
    this.#relistWanted = true;
    this.#wake();
  }

  close(): void {
    this.#closed.abort();
    this.#session?.stop();
    this.#wake();
  }

  /** One full list; `undefined` after a failure and its delay. */
  async #list(): Promise<string | undefined> {
    const watch = this.#session?.isOver === false ? this.#session : undefined;
    const listed = await this.#readPages(watch !== undefined);
    if (this.#closed.signal.aborted) return undefined;
    if (!listed.ok) {
      if (this.#session?.isOver !== false) this.#options.dead(listed.stop);
      await this.#delay(listed.stop);
      return undefined;
    }
    this.#options.tracker.endList();
    this.#options.listed();
    if (watch !== undefined) await this.#countMisses(watch, listed.value);
    return listed.value;
  }

  #readPages(watched: boolean): Promise<Result<string, ApiError>> {
    const { client, target, tracker } = this.#options;
    this.#options.listing();
    return listPages(client, target.list, {
      begin: (version) => {
        tracker.beginList(watched);
        tracker.listVersion(version);
      },
      item: (object: JsonObject) => void tracker.listed(object),
    });
  }

  /** A change that the list found first is no miss if the watch still brings it. */
  async #countMisses(watch: WatchSession, version: string): Promise<void> {
    const { clock, tracker } = this.#options;
    const until = clock.monotonic() + CATCH_UP_MS;
    while (tracker.unbrought > 0 && isOlder(watch.version, version) && !watch.isOver) {
      if (clock.monotonic() >= until || this.#closed.signal.aborted) break;
      await pause(clock, CATCH_UP_MS / 20, this.#closed.signal);
    }
    if (tracker.unbrought > 0 && !watch.isOver) this.#options.missed(tracker.unbrought);
  }

  /** Watches from `version` on until a list is due or needed. */
  async #follow(from: string): Promise<void> {
    const { clock, random, relistMs } = this.#options;
    const cancel = clock.setTimer(listDelayMs(relistMs, random), () => this.relist());
    let version = from;
    while (!this.#relistWanted && !this.#closed.signal.aborted) {
      const session = await this.#open(version);
      const end = await Promise.race([session.ended, this.#woken()]);
      if (end === undefined) break;
      version = session.version;
      this.#bookmarks ||= session.bookmarks;
      if (await this.#isListNeeded(session, end)) break;
    }
    cancel();
  }

  async #open(version: string): Promise<WatchSession> {
    const { client, clock, random, target, tracker } = this.#options;
    const wait = this.#openedAt + MIN_WATCH_GAP_MS - clock.monotonic();
    if (wait > 0) await pause(clock, wait, this.#closed.signal);
    this.#openedAt = clock.monotonic();
    this.#session = new WatchSession({
      client,
      clock,
      request: target.watch,
      tracker,
      version,
      timeoutSeconds: watchSeconds(random),
      bookmarks: this.#bookmarks,
      opened: () => this.#options.alive(),
    });
    if (this.#closed.signal.aborted) this.#session.stop();
    return this.#session;
  }

  async #isListNeeded(session: WatchSession, end: SessionEnd): Promise<boolean> {
    if (this.#closed.signal.aborted) return true;
    const lived = this.#options.clock.monotonic() - session.startedAt;
    // A server that hands out a line and then fails, again and again, must not be asked at full speed.
    const wasUseful = lived >= USEFUL_WATCH_MS || (end.kind === 'closed' && session.lines > 0);
    if (wasUseful) this.#failures = 0;
    if (end.kind === 'closed') {
      // Closed at once without a word is a failure in disguise: without a delay it would be a storm.
      if (!wasUseful) await this.#delay({ kind: 'unreachable', message: 'watch closed at once' });
      return false;
    }
    if (end.kind === 'expired') {
      if (!wasUseful) await this.#delay({ kind: 'unreachable', message: 'watch expired at once' });
      return true;
    }
    // A connection that merely broke is back in a second; only the second failure is worth a word.
    if (this.#failures > 0 || isGrave(end.error)) this.#options.dead(end.error);
    await this.#delay(end.error);
    return needsList(end.error, this.#failures);
  }

  async #delay(error: ApiError): Promise<void> {
    this.#failures += 1;
    const { clock, random } = this.#options;
    await pause(clock, retryDelayMs(error, this.#failures, random), this.#closed.signal);
  }

  #woken(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      if (this.#relistWanted || this.#closed.signal.aborted) this.#wake();
    });
  }
}
