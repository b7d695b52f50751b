import { isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseStatus } from './api-error.ts';
import type { ApiError } from './api-error.ts';
import type { ByteStream } from './request.ts';

/** One line of a watch. */
export type WatchEvent =
  | Readonly<{ kind: 'seen'; object: JsonObject }>
  | Readonly<{ kind: 'deleted'; object: JsonObject }>
  | Readonly<{ kind: 'bookmark'; resourceVersion: string }>
  /** The server gave up; 410 means that the resourceVersion is too old. */
  | Readonly<{ kind: 'error'; error: ApiError }>
  /** Not a watch event: the stream can not be trusted any further. */
  | Readonly<{ kind: 'garbage' }>;

/** Longest line read; the API server stores objects of at most some 3 MB. */
export const MAX_LINE_BYTES = 16 * 1_024 * 1_024;

const NEWLINE = 0x0a;

/** Cuts bytes into events. A line without its end is none: it comes again after a reconnect. Throws what the stream throws. */
export async function* readEvents(stream: ByteStream): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      const event = parseLine(Buffer.concat(parts).toString());
      if (event !== undefined) yield event;
      parts = [];
      size = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > MAX_LINE_BYTES) return yield { kind: 'garbage' };
  }
}

function parseLine(line: string): WatchEvent | undefined {
  if (line.trim() === '') return undefined;
  let event: Json;
  try {
    // JSON.parse yields JSON by definition.
    event = JSON.parse(line) as Json;
  } catch {
    return { kind: 'garbage' };
  }
  const object = isJsonObject(event) ? event['object'] : undefined;
  return isJsonObject(object) ? toEvent(stringAt(event, 'type'), object) : { kind: 'garbage' };
}

function toEvent(type: string | undefined, object: JsonObject): WatchEvent {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'seen', object };
    case 'DELETED':
      return { kind: 'deleted', object };
    case 'BOOKMARK': {
      const resourceVersion = stringAt(object, 'metadata', 'resourceVersion');
      return resourceVersion === undefined
        ? { kind: 'garbage' }
        : { kind: 'bookmark', resourceVersion };
    }
    case 'ERROR': {
      const code = object['code'];
      return { kind: 'error', error: parseStatus(typeof code === 'number' ? code : 500, object) };
    }
    default:
      return { kind: 'garbage' };
  }
}
