import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/clock.ts';
import type { ManualClock } from '../../test/support/clock.ts';
import { MAX_BACKOFF_MS, MIN_BACKOFF_MS, backoffMs, createQueue } from './queue.ts';
import type { Next, QueueHooks, WorkQueue } from './queue.ts';

type Bench = Readonly<{
  clock: ManualClock;
  queue: WorkQueue<string>;
  /** Keys in the order they were started, with the time. */
  started: [string, number][];
  /** Ends the oldest run of a key. */
  end(key: string, next?: Next): Promise<void>;
}>;

function bench(workers = 2, hooks: QueueHooks<string> = {}): Bench {
  const clock = manualClock();
  const started: [string, number][] = [];
  const open = new Map<string, (next: Next) => void>();
  const work = (key: string): Promise<Next> => {
    started.push([key, clock.monotonic()]);
    return new Promise((resolve) => open.set(key, resolve));
  };
  const queue = createQueue({ clock, random: () => 0, workers, work, hooks });
  const end = async (key: string, next: Next = { kind: 'done' }): Promise<void> => {
    open.get(key)?.(next);
    await clock.advance(0);
  };
  return { clock, queue, started, end };
}

describe('createQueue', () => {
  it('a key added three times before it runs, runs once', async () => {
    const { queue, started, end } = bench(1);
    queue.add('busy');
    for (const _ of [1, 2, 3]) queue.add('a');
    expect(queue.depth()).toBe(1);
    await end('busy');
    await end('a');
    expect(started.map(([key]) => key)).toEqual(['busy', 'a']);
  });

  it('a key added during its run, runs once more afterwards and never twice at a time', async () => {
    const { queue, started, end } = bench();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect([queue.active(), started.length]).toEqual([1, 1]);
    await end('a');
    expect([queue.active(), started.length]).toEqual([1, 2]);
    await end('a');
    expect([queue.active(), started.length]).toEqual([0, 2]);
  });

  it('more keys than workers, run in order of arrival', async () => {
    const { queue, started, end } = bench(2);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    expect([queue.active(), queue.depth()]).toEqual([2, 2]);
    await end('b');
    await end('a');
    expect(started.map(([key]) => key)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('several delayed wishes, the earliest counts and only once', async () => {
    const { clock, queue, started, end } = bench();
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    await clock.advance(100);
    await end('a');
    await clock.advance(1_000);
    expect(started).toEqual([['a', 100]]);
  });

  it('a wish made before a run, is answered by the run', async () => {
    const { clock, queue, started, end } = bench();
    queue.addAfter('a', 500);
    queue.add('a');
    await end('a');
    await clock.advance(1_000);
    expect(started).toEqual([['a', 0]]);
  });

  it('a run that asks for another after a minute, runs a minute later', async () => {
    const { clock, queue, started, end } = bench();
    queue.add('a');
    await end('a', { kind: 'again', afterMs: 60_000 });
    await clock.advance(59_999);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toEqual([
      ['a', 0],
      ['a', 60_000],
    ]);
  });

  it('failures in a row, are retried with doubled delay until one run is done', async () => {
    const { clock, queue, started, end } = bench();
    queue.add('a');
    for (const delay of [5, 10, 20]) {
      await end('a', { kind: 'retry' });
      await clock.advance(delay);
    }
    await end('a', { kind: 'done' });
    queue.add('a');
    await end('a', { kind: 'retry' });
    await clock.advance(5);
    expect(started.map(([, at]) => at)).toEqual([0, 5, 15, 35, 35, 40]);
  });

  it("a retry with the server's wish, waits at least that long", async () => {
    const { clock, queue, started, end } = bench();
    queue.add('a');
    await end('a', { kind: 'retry', atLeastMs: 3_000 });
    await clock.advance(2_999);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('work that throws, is told and retried while other keys go on', async () => {
    const clock = manualClock();
    const failed: string[] = [];
    let runs = 0;
    const work = (key: string): Promise<Next> => {
      runs += 1;
      if (key === 'bad' && runs === 1) throw new Error('bug');
      return Promise.resolve({ kind: 'done' });
    };
    const hooks = { failed: (key: string) => void failed.push(key) };
    const queue = createQueue({ clock, random: () => 0, workers: 1, work, hooks });
    queue.add('bad');
    queue.add('good');
    await clock.advance(MIN_BACKOFF_MS);
    expect([runs, failed, queue.active()]).toEqual([3, ['bad'], 0]);
  });

  it('a forgotten key, is dropped with its delay, its backoff and what its run asks for', async () => {
    const { clock, queue, started, end } = bench();
    queue.add('a');
    queue.add('a');
    queue.forget('a');
    await end('a', { kind: 'again', afterMs: 1 });
    queue.addAfter('b', 10);
    queue.forget('b');
    await clock.advance(100);
    expect(started).toEqual([['a', 0]]);
  });

  it('stop during a run, starts nothing more and resolves when the run is over', async () => {
    const { clock, queue, started, end } = bench(1);
    for (const key of ['a', 'b']) queue.add(key);
    queue.addAfter('c', 10);
    let stopped = false;
    void queue.stop().then(() => (stopped = true));
    await clock.advance(100);
    expect(stopped).toBe(false);
    await end('a', { kind: 'again', afterMs: 1 });
    await clock.advance(100);
    expect([stopped, started.length, clock.pending()]).toEqual([true, 1, 0]);
  });

  it('observers, hear of waiting and working time', async () => {
    const seen: unknown[] = [];
    const { clock, queue, end } = bench(1, {
      started: (key, waited) => void seen.push(['started', key, waited]),
      finished: (key, took, next) => void seen.push(['finished', key, took, next]),
    });
    queue.add('a');
    queue.add('b');
    await clock.advance(40);
    await end('a');
    expect(seen).toEqual([
      ['started', 'a', 0],
      ['finished', 'a', 40, 'done'],
      ['started', 'b', 40],
    ]);
  });
});

describe('backoffMs', () => {
  it.each([
    [1, 0, MIN_BACKOFF_MS],
    [1, 0.999_999, 6.25],
    [4, 0, 40],
    [30, 0.5, MAX_BACKOFF_MS],
    [5_000, 0, MAX_BACKOFF_MS],
  ])('failure %i with chance %d, waits about %d ms', (failures, chance, delay) => {
    expect(backoffMs(failures, () => chance)).toBeCloseTo(delay, 3);
  });
});
