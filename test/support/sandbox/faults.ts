import { Refusal } from './status.ts';

/** What a fault looks at; `event` only for what a watch is about to send. */
export type Occasion = Readonly<{
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  user: string;
  dryRun: boolean;
  event?: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
}>;

/** A field left out matches anything. */
export type Match = Partial<Occasion> | ((occasion: Occasion) => boolean);

/** What happens to a request. */
export type RequestEffect =
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The request is carried out, and the connection reset instead of answering. */
  | { readonly kind: 'lose-answer' }
  /** get, list and the start of a watch see the state so many revisions ago. */
  | { readonly kind: 'stale'; readonly revisions: number };

/** What happens to a watch, at the first event that matches. */
export type WatchEffect =
  /** The event is never sent; the watch goes on. */
  | { readonly kind: 'drop-event' }
  /** The socket stays, nothing comes any more. */
  | { readonly kind: 'half-open' }
  /** The socket is closed. */
  | { readonly kind: 'cut' }
  /** Half of the line is sent, then the answer ends. */
  | { readonly kind: 'truncate' };

/** One declared fault: lets `skip` occasions pass, then acts `times` times (default: always). */
export type Fault = Readonly<{
  match: Match;
  effect: RequestEffect | WatchEffect;
  times?: number;
  skip?: number;
}>;

type Armed = Fault & { left: number; pass: number };

const REASONS: { readonly [code: number]: string } = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The fault switches of one sandbox. */
export class Faults {
  #armed: Armed[] = [];
  /** How often each kind of effect has acted. */
  readonly acted = new Map<string, number>();

  /** Declares a fault; the answer takes it back. */
  add(fault: Fault): () => void {
    const armed = { ...fault, left: fault.times ?? Infinity, pass: fault.skip ?? 0 };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** Every effect on a request that matches now. */
  onRequest(occasion: Occasion): RequestEffect[] {
    return this.#take(occasion, isRequestEffect);
  }

  /** The first effect on a watch event that matches now. */
  onEvent(occasion: Occasion): WatchEffect | undefined {
    return this.#take(occasion, isWatchEffect)[0];
  }

  #take<E extends Fault['effect']>(
    occasion: Occasion,
    of: (effect: Fault['effect']) => effect is E,
  ): E[] {
    const taken: E[] = [];
    for (const fault of this.#armed) {
      if (fault.left === 0 || !of(fault.effect) || !matches(fault.match, occasion)) continue;
      if (fault.pass > 0) {
        fault.pass -= 1;
        continue;
      }
      fault.left -= 1;
      this.acted.set(fault.effect.kind, (this.acted.get(fault.effect.kind) ?? 0) + 1);
      taken.push(fault.effect);
    }
    return taken;
  }
}

function isWatchEffect(effect: Fault['effect']): effect is WatchEffect {
  return /^(drop-event|half-open|cut|truncate)$/.test(effect.kind);
}

function isRequestEffect(effect: Fault['effect']): effect is RequestEffect {
  return !isWatchEffect(effect);
}

function matches(match: Match, occasion: Occasion): boolean {
  if (typeof match === 'function') return match(occasion);
  return Object.entries(match).every(([key, value]) => occasion[key as keyof Occasion] === value); // Only its own keys.
}

/** The refusal that a `status` effect asks for. */
export function refusalOf(effect: Extract<RequestEffect, { kind: 'status' }>): Refusal {
  const { code, retryAfterSeconds } = effect;
  const reason = effect.reason ?? REASONS[code] ?? 'Unknown';
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new Refusal(code, reason, effect.message ?? `fault: ${reason}`, details);
}
