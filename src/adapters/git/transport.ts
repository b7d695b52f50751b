import type { RepoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { FetchLimits, Remote, ServerRef } from '../../reconcile/ports.ts';
import { Deadline } from '../net/deadline.ts';
import { Conversation } from './conversation.ts';
import type { ServerMemory } from './conversation.ts';
import { stopOf } from './failure.ts';
import { checkWanted } from './ref-name.ts';
import { WireMaker, parseRoute } from './wire/maker.ts';
import type { TransportOptions } from './wire/maker.ts';

export type { TransportOptions } from './wire/maker.ts';

/** Whom to speak to, for which GuardedRepo, under which bounds. */
export type Target = Readonly<{ key: RepoKey; remote: Remote; limits: FetchLimits }>;

/** A conversation under way, and the time it may still take. */
export type Talk = Readonly<{ conversation: Conversation; deadline: Deadline }>;

/**
 * The only way to a Git server: no redirects, pinned addresses, deadlines and byte caps. Shared by
 * all repositories of one adapter; they share neither connections nor credentials.
 */
export class GitTransport {
  readonly #options: TransportOptions;
  readonly #maker: WireMaker;
  readonly #memories = new Map<RepoKey, Readonly<{ url: string; server: ServerMemory }>>();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#maker = new WireMaker(options);
  }

  /** Asks what refs name, by full name or by prefix; what the server lacks is missing. */
  async refs(
    target: Target,
    wanted: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, ServerRef>>> {
    const checked = checkWanted(wanted, { prefixes: true });
    if (!checked.ok) return checked;
    return this.converse(target, signal, ({ conversation }) =>
      conversation.refs(wanted, { isLast: true }),
    );
  }

  /** Opens a conversation for `work` and ends it with it; what `work` throws becomes a stop. */
  async converse<T>(
    target: Target,
    signal: AbortSignal,
    work: (talk: Talk) => Promise<T>,
  ): Promise<Result<T>> {
    const route = parseRoute(target.remote, this.#options);
    if (!route.ok) return route;
    const deadline = new Deadline(this.#options.clock, target.limits.timeoutMs, signal);
    let conversation: Conversation | undefined;
    try {
      const wire = await this.#maker.make(route.value, target.remote, deadline);
      conversation = new Conversation(wire, this.#memory(target));
      return ok(await work({ conversation, deadline }));
    } catch (error) {
      const why = stopOf(error);
      if (why.reason === 'AuthenticationFailed') this.#maker.forget(route.value, target.remote);
      return stopped(why);
    } finally {
      conversation?.close();
      deadline.close();
    }
  }

  #memory({ key, remote: { url } }: Target): ServerMemory {
    const known = this.#memories.get(key);
    if (known?.url === url) return known.server;
    const server = { speaksV2: false };
    this.#memories.set(key, { url, server });
    return server;
  }
}
