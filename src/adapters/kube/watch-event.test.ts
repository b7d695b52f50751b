import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteStream } from './request.ts';
import { MAX_LINE_BYTES, readEvents } from './watch-event.ts';
import type { WatchEvent } from './watch-event.ts';

async function* streamOf(...chunks: readonly Uint8Array[]): ByteStream {
  yield* chunks;
}

async function eventsOf(stream: ByteStream): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

describe('readEvents', () => {
  it.each([
    ['an added object', line('ADDED', { a: 1 }), [{ kind: 'seen', object: { a: 1 } }]],
    ['a modified object', line('MODIFIED', { a: 1 }), [{ kind: 'seen', object: { a: 1 } }]],
    ['a deleted object', line('DELETED', {}), [{ kind: 'deleted', object: {} }]],
    [
      'a bookmark',
      line('BOOKMARK', { metadata: { resourceVersion: '7' } }),
      [{ kind: 'bookmark', resourceVersion: '7' }],
    ],
    ['a bookmark without version', line('BOOKMARK', {}), [{ kind: 'garbage' }]],
    ['an unknown type', line('SURPRISE', {}), [{ kind: 'garbage' }]],
    ['an event without object', '{"type":"ADDED"}\n', [{ kind: 'garbage' }]],
    ['no JSON', 'upstream connect error\n', [{ kind: 'garbage' }]],
    ['an empty line', '\n', []],
    ['a line without its end', '{"type":"ADDED","object":{}', []],
  ])('%s, is read as such', async (_name, text, expected) => {
    expect(await eventsOf(streamOf(bytes(text)))).toEqual(expected);
  });

  it('an error event, carries the status', async () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
    const [event] = await eventsOf(streamOf(bytes(line('ERROR', status))));
    expect(event).toMatchObject({ kind: 'error', error: { code: 410, reason: 'Expired' } });
  });

  it('any cutting into chunks, yields the same events', async () => {
    const texts = ['ä€😀', 'plain', '', 'line\u2028separator'];
    const whole = bytes(texts.map((text) => line('ADDED', { text })).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 12 }), async (cuts) => {
        const ends = [...cuts, whole.length].toSorted((a, b) => a - b);
        const chunks = ends.map((end, i) => whole.subarray(ends[i - 1] ?? 0, end));
        const events = await eventsOf(streamOf(...chunks));
        expect(events).toEqual(texts.map((text) => ({ kind: 'seen', object: { text } })));
      }),
    );
  });

  it('a line beyond the cap, ends the reading', async () => {
    const part = Buffer.alloc(MAX_LINE_BYTES / 4, 'x');
    const stream = streamOf(part, part, part, part, bytes('y'), bytes(line('ADDED', {})));
    expect(await eventsOf(stream)).toEqual([{ kind: 'garbage' }]);
  });
});
