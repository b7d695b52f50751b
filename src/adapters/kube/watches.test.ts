import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import type { Json } from '../../domain/json.ts';
import { stringAt } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { ServedKind } from '../../reconcile/ports.ts';
import { parseStatus } from './api-error.ts';
import type { ApiClient, ApiResult, ByteStream } from './request.ts';
import { SILENCE_MS } from './watch-session.ts';
import { createWatches } from './watches.ts';

const KIND: ServedKind = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  namespaced: true,
};
const RELIST_MS = 600_000;

const item = (name: string, version: number): Json => ({
  metadata: { name, namespace: 'n', uid: `u-${name}`, resourceVersion: String(version) },
});
const list = (version: number, ...items: readonly Json[]): ApiResult =>
  ok({ metadata: { resourceVersion: String(version) }, items });
const refusal = (code: number): ApiResult => stopped(parseStatus(code, { reason: `R${code}` }));

/** One watch as the server sees it. */
class Stream {
  readonly version: string;
  readonly signal: AbortSignal;
  #queue: (string | Error | null)[] = [];
  #wake: () => void = () => undefined;

  constructor(version: string, signal: AbortSignal) {
    this.version = version;
    this.signal = signal;
    signal.addEventListener('abort', () => this.say(new Error('aborted')));
  }

  event(type: string, object: Json): void {
    this.say(`${JSON.stringify({ type, object })}\n`);
  }

  /** Sends text, ends properly with null, breaks with an error. */
  say(word: string | Error | null): void {
    this.#queue.push(word);
    this.#wake();
  }

  async *bytes(): ByteStream {
    for (;;) {
      while (this.#queue.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
      const word = this.#queue.shift();
      if (word === null || word === undefined) return;
      if (word instanceof Error) throw word;
      yield Buffer.from(word);
    }
  }
}

function bench() {
  const clock = manualClock();
  const state = { list: list(10), watch: undefined as ApiResult | undefined };
  const [lists, opened]: [number[], number[]] = [[], []];
  const streams: Stream[] = [];
  const client: ApiClient = {
    call: () => {
      lists.push(clock.monotonic());
      return Promise.resolve(state.list);
    },
    stream: ({ query }, signal) => {
      opened.push(clock.monotonic());
      if (state.watch?.ok === false) return Promise.resolve(state.watch);
      const stream = new Stream(query?.['resourceVersion'] ?? '', signal);
      streams.push(stream);
      return Promise.resolve(ok(stream.bytes()));
    },
    close: () => Promise.resolve(),
  };
  const said: string[] = [];
  const hooks = {
    missedByWatch: (_kind: ServedKind, _namespace: string, count: number) =>
      void said.push(`missed ${count}`),
    kindGone: () => void said.push('kind gone'),
    listenerFailed: () => void said.push('listener failed'),
  };
  const watches = createWatches({ client, clock, random: () => 0.5, relistMs: RELIST_MS, hooks });
  const listen = (name = '', upsert?: () => never) => {
    const told = (word: string): void => void said.push(`${name}${word}`);
    // Items of typed lists come without kind; listeners get it all the same.
    const see = (one: Json): void =>
      told(stringAt(one, 'kind') === KIND.kind ? (stringAt(one, 'metadata', 'name') ?? '') : '?');
    return watches.open(KIND, 'n', {
      upsert: upsert ?? see,
      gone: (identity) => told(`-${identity.name}`),
      synced: () => told('synced'),
      health: (health) => told(health.alive ? 'alive' : `dead ${health.why.reason}`),
    });
  };
  const take = (): string[] => said.splice(0);
  const none = new Stream('no watch was opened', new AbortController().signal);
  const last = (): Stream => streams.at(-1) ?? none;
  return { clock, state, lists, streams, opened, watches, listen, take, last };
}

type Bed = ReturnType<typeof bench>;

describe('createWatches', () => {
  it('a listener, gets the list, then events from its version on', async () => {
    const { clock, state, listen, take, last } = bench();
    state.list = list(10, item('a', 3));
    listen();
    await clock.advance(0);
    expect([take(), last().version]).toEqual([['a', 'synced', 'alive'], '10']);
    last().event('ADDED', item('b', 11));
    last().event('DELETED', item('a', 12));
    await clock.advance(0);
    expect(take()).toEqual(['b', '-a']);
  });

  it('listeners opened in a row, share one list and one watch', async () => {
    const { clock, lists, streams, listen } = bench();
    for (const name of ['1 ', '2 ', '3 ']) listen(name);
    await clock.advance(0);
    expect([lists.length, streams.length]).toEqual([1, 1]);
  });

  it('a later listener, gets a list of its own; the first hears only what changed', async () => {
    const { clock, state, listen, take } = bench();
    state.list = list(10, item('a', 3));
    listen('1 ');
    await clock.advance(5_000);
    take();
    state.list = list(20, item('a', 3), item('b', 15));
    listen('2 ');
    await clock.advance(5_000);
    expect(take().toSorted()).toEqual(
      ['1 b', '1 synced', '2 a', '2 alive', '2 b', '2 synced', 'missed 1'].toSorted(),
    );
  });

  it('the last listener gone, ends watch and timers', async () => {
    const { clock, listen, last } = bench();
    const handle = listen();
    await clock.advance(0);
    handle.close();
    await clock.advance(0);
    expect([last().signal.aborted, clock.pending()]).toEqual([true, 0]);
  });

  it('a listener that throws, is told of and does not disturb the others', async () => {
    const { clock, state, listen, take } = bench();
    state.list = list(10, item('a', 3));
    listen('1 ', () => {
      throw new Error('bug');
    });
    listen('2 ');
    await clock.advance(0);
    expect(take()).toEqual(expect.arrayContaining(['listener failed', '2 a', '2 synced']));
  });

  it.each([
    ['410 as an ERROR event', ({ last }: Bed) => last().event('ERROR', { code: 410 })],
    ['a line that is no JSON', ({ last }: Bed) => last().say('oops\n')],
    ['an object without identity', ({ last }: Bed) => last().event('ADDED', {})],
  ])('%s after some events, lists again and tells what vanished', async (_name, spoil) => {
    const bed = bench();
    bed.state.list = list(10, item('a', 3));
    bed.listen();
    await bed.clock.advance(0);
    bed.last().event('ADDED', item('b', 11));
    bed.state.list = list(20, item('b', 11));
    spoil(bed);
    bed.take();
    await bed.clock.advance(5_000);
    expect([bed.take(), bed.last().version]).toEqual([['b', '-a', 'synced'], '20']);
  });

  it('a half line at the end, is asked for again from the last version', async () => {
    const { clock, lists, listen, take, last } = bench();
    listen();
    await clock.advance(0);
    last().event('ADDED', item('a', 11));
    last().say('{"type":"ADDED","object":{"meta');
    last().say(null);
    await clock.advance(1_000);
    last().event('ADDED', item('b', 12));
    await clock.advance(0);
    expect([take(), last().version, lists.length]).toEqual([
      ['synced', 'alive', 'a', 'b'],
      '11',
      1,
    ]);
  });

  it('silence after a bookmark, is a dead watch and another is opened', async () => {
    const { clock, streams, listen, take, last } = bench();
    listen();
    await clock.advance(0);
    last().event('BOOKMARK', { metadata: { resourceVersion: '15' } });
    await clock.advance(SILENCE_MS - 1);
    expect(streams).toHaveLength(1);
    take();
    await clock.advance(2_000);
    expect([take(), last().version]).toEqual([['dead APIUnavailable', 'alive'], '15']);
    await clock.advance(SILENCE_MS + 2_000);
    expect(streams).toHaveLength(3);
  });

  it('silence of a server without bookmarks, lasts until its own timeout', async () => {
    const { clock, streams, listen, take } = bench();
    listen();
    await clock.advance(0);
    take();
    await clock.advance(300_000);
    expect([streams.length, take()]).toEqual([1, []]);
    await clock.advance(200_000);
    expect([streams.length, take()]).toEqual([2, []]);
  });

  it.each([
    ['closed at once', (stream: Stream) => stream.say(null)],
    ['410 at once', (stream: Stream) => stream.event('ERROR', { code: 410 })],
    ['500 at once', (stream: Stream) => stream.event('ERROR', { code: 500 })],
  ])('a watch that is %s every time, is no storm', async (_name, spoil) => {
    const { clock, opened, lists, streams, listen } = bench();
    listen();
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      const stream = streams.at(-1);
      if (stream?.signal.aborted === false) spoil(stream);
    }
    expect(opened.length).toBeLessThan(10);
    expect(lists.length).toBeLessThan(10);
  });

  it.each([
    [403, 'dead Forbidden', []],
    [404, 'dead APIUnavailable', ['kind gone']],
    [500, 'dead APIUnavailable', []],
  ])(
    'lists answered with %i, are told and tried again until they work',
    async (code, dead, more) => {
      const { clock, state, lists, listen, take } = bench();
      state.list = refusal(code);
      listen();
      await clock.advance(0);
      expect(take()).toEqual([...more, dead]);
      await clock.advance(120_000);
      expect(lists.length).toBeLessThan(9);
      take();
      state.list = list(10, item('a', 3));
      await clock.advance(45_000);
      expect(take()).toEqual(['a', 'synced', 'alive']);
    },
  );

  it('watches that are forbidden while lists work, are dead', async () => {
    const bed = bench();
    bed.state.watch = refusal(403);
    bed.listen();
    await bed.clock.advance(0);
    expect(bed.take()).toEqual(['synced', 'dead Forbidden']);
  });

  it('an event that was dropped, is found by the periodic list and counted', async () => {
    const { clock, state, lists, listen, take } = bench();
    state.list = list(10, item('a', 3));
    listen();
    await clock.advance(0);
    take();
    state.list = list(20, item('a', 15));
    await clock.advance(RELIST_MS * 1.2 + 10_000);
    expect(lists.length).toBe(2);
    expect(take()).toEqual(['a', 'synced', 'missed 1']);
  });

  it('an event that is only late, is not counted', async () => {
    const { clock, state, listen, take, streams } = bench();
    state.list = list(10, item('a', 3));
    listen();
    await clock.advance(RELIST_MS * 0.9);
    take();
    state.list = list(20, item('a', 15));
    await clock.advance(RELIST_MS * 0.1 + 1_000);
    const old = streams.find(({ signal }) => !signal.aborted);
    old?.event('MODIFIED', item('a', 15));
    old?.event('MODIFIED', item('b', 25));
    await clock.advance(10_000);
    expect(take()).toEqual(['a', 'synced', 'b']);
  });

  it('a quiet kind over one hour, costs a list per period and few watches', async () => {
    const { clock, lists, opened, listen } = bench();
    listen();
    await clock.advance(3_600_000);
    expect([lists.length, opened.length]).toEqual([7, 13]);
  });
});
