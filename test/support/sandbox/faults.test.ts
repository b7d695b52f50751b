import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from './index.ts';
import type { Dict, Sandbox, WatchEffect } from './index.ts';
import { listAt, textAt } from './value.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const HEADERS = { authorization: 'Bearer admin-token', 'content-type': 'application/json' };
const map = (name: string): Dict => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** Lines of an open watch, as far as they came. */
class Lines {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  ended: 'open' | 'ended' | 'broken' = 'open';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    void this.#read();
  }

  get names(): string[] {
    const lines = this.#text.split('\n').slice(0, -1);
    return lines.map((line) => textAt((JSON.parse(line) as Dict)['object'], 'metadata', 'name')); // Events are objects.
  }

  get rest(): string {
    return this.#text.slice(this.#text.lastIndexOf('\n') + 1);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#text += decoder.decode(value, { stream: true });
      }
      this.ended = 'ended';
    } catch {
      this.ended = 'broken';
    }
  }
}

describe('fault switches', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ bookmarkMs: 5 });
  });
  afterEach(() => sandbox.close());

  const get = (path: string): Promise<Response> => fetch(sandbox.url + path, { headers: HEADERS });
  const watch = async (query = ''): Promise<Lines> => {
    const { body } = await get(`${MAPS}?watch=1${query}`);
    if (body === null) throw new Error('no body');
    return new Lines(body);
  };

  it.each([
    ['a 429 with its delay', { kind: 'status', code: 429, retryAfterSeconds: 7 }, 429, '7'],
    ['a 503', { kind: 'status', code: 503 }, 503, null],
    ['a 409', { kind: 'status', code: 409 }, 409, null],
  ] as const)('%s, for so many requests only', async (_name, effect, status, retryAfter) => {
    sandbox.faults.add({ match: { verb: 'list', resource: 'configmaps' }, effect, times: 2 });
    for (const expected of [status, status, 200]) {
      const response = await get(MAPS);
      expect(response.status).toBe(expected);
      const wanted = expected === 200 ? null : retryAfter;
      expect(response.headers.get('retry-after')).toBe(wanted);
    }
    expect(sandbox.faults.acted.get('status')).toBe(2);
  });

  it('a skipped occasion, passes', async () => {
    sandbox.faults.add({
      match: { verb: 'get', name: 'a' },
      effect: { kind: 'status', code: 500 },
      skip: 1,
      times: 1,
    });
    sandbox.seed(map('a'));
    const codes = [];
    for (let i = 0; i < 3; i += 1) codes.push((await get(`${MAPS}/a`)).status);
    expect(codes).toEqual([200, 500, 200]);
  });

  it('a lost answer, leaves the write done', async () => {
    sandbox.faults.add({ match: { verb: 'create' }, effect: { kind: 'lose-answer' }, times: 1 });
    const body = JSON.stringify(map('a'));
    await expect(
      fetch(sandbox.url + MAPS, { method: 'POST', headers: HEADERS, body }),
    ).rejects.toBeInstanceOf(TypeError);
    expect(sandbox.stored('/configmaps', 'default', 'a')).toBeDefined();
  });

  it('a stale replica, answers from before', async () => {
    sandbox.seed(map('a'), map('b'));
    sandbox.faults.add({
      match: { resource: 'configmaps' },
      effect: { kind: 'stale', revisions: 1 },
      times: 2,
    });
    const list = (await (await get(MAPS)).json()) as Dict; // A list is an object.
    expect(listAt(list, 'items').map((item) => textAt(item, 'metadata', 'name'))).toEqual(['a']);
    expect((await get(`${MAPS}/b`)).status).toBe(404);
    expect((await get(`${MAPS}/b`)).status).toBe(200);
  });

  it.each([
    ['drop-event', 'open', ['a', 'c']],
    ['half-open', 'open', ['a']],
    ['cut', 'broken', ['a']],
    ['truncate', 'ended', ['a']],
  ] as const)('%s at the second event, the watch is %s with %j', async (kind, ended, names) => {
    const effect: WatchEffect = { kind };
    sandbox.faults.add({ match: { event: 'ADDED', name: 'b' }, effect, times: 1 });
    const lines = await watch();
    sandbox.seed(map('a'), map('b'), map('c'));
    await expect.poll(() => [lines.ended, lines.names]).toEqual([ended, names]);
    expect(lines.rest.slice(0, 7)).toBe(kind === 'truncate' ? '{"type"' : '');
  });

  it('open watches, cut and silenced by hand', async () => {
    const [one, two] = [await watch(), await watch('&labelSelector=none')];
    expect(sandbox.openWatches()).toBe(2);
    expect(sandbox.disturb({ resource: 'configmaps' }, 'cut')).toBe(2);
    await expect.poll(() => [one.ended, two.ended]).toEqual(['broken', 'broken']);
    await expect.poll(() => sandbox.openWatches()).toBe(0);
  });

  it('bookmarks, come when asked for; an old revision is answered by an error event', async () => {
    const lines = await watch('&allowWatchBookmarks=true');
    await expect.poll(() => lines.names.length).toBeGreaterThan(1);
    sandbox.compact();
    const response = await get(`${MAPS}?watch=1&resourceVersion=1`);
    expect(JSON.parse(await response.text())).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
  });
});
