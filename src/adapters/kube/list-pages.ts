import { at, isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ApiError } from './api-error.ts';
import { isStatus } from './api-stop.ts';
import type { ApiClient, ApiRequest } from './request.ts';

/** Who gets the pages; `begin` may come again when the list has to start over. */
export type ListSink = Readonly<{
  begin(version: string): void;
  item(object: JsonObject): void;
}>;

/** Objects per page at first. */
export const PAGE_SIZE = 500;

const MIN_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 8_000;
const MAX_STARTS = 4;
const MAX_PAGES = 100_000;

/**
 * Reads a whole list page by page from the store itself, never from a server's memory (no
 * resourceVersion is asked for), and answers the version that a watch goes on from. An expired
 * continue token starts over with larger pages, an oversized page with smaller ones.
 */
export async function listPages(
  client: ApiClient,
  request: Pick<ApiRequest, 'path' | 'accept'>,
  sink: ListSink,
): Promise<Result<string, ApiError>> {
  let limit = PAGE_SIZE;
  for (let start = 1; ; start++) {
    const result = await onePass(client, request, sink, limit);
    if (result.ok || start === MAX_STARTS) return result;
    const next = nextLimit(result.stop, limit);
    if (next === limit) return result;
    limit = next;
  }
}

function nextLimit(error: ApiError, limit: number): number {
  if (error.kind === 'tooLarge') return Math.max(MIN_PAGE_SIZE, Math.floor(limit / 8));
  return isStatus(error, 410) ? Math.min(MAX_PAGE_SIZE, limit * 2) : limit;
}

async function onePass(
  client: ApiClient,
  request: Pick<ApiRequest, 'path' | 'accept'>,
  sink: ListSink,
  limit: number,
): Promise<Result<string, ApiError>> {
  let token = '';
  let version: string | undefined;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { limit: String(limit), ...(token === '' ? {} : { continue: token }) };
    const answer = await client.call({ method: 'GET', ...request, query });
    if (!answer.ok) return answer;
    const items = at(answer.value, 'items');
    const own = stringAt(answer.value, 'metadata', 'resourceVersion');
    // A typed list without items says null.
    if (own === undefined || (items !== null && !Array.isArray(items))) {
      return unusable('a list without items or resourceVersion');
    }
    if (version === undefined) sink.begin(own);
    version ??= own;
    tell(items ?? [], sink);
    token = stringAt(answer.value, 'metadata', 'continue') ?? '';
    if (token === '') return ok(version);
  }
  return unusable('a list without end');
}

function tell(items: readonly Json[], sink: ListSink): void {
  for (const item of items) if (isJsonObject(item)) sink.item(item);
}

function unusable(message: string): Result<never, ApiError> {
  return stopped({ kind: 'unusable', message });
}
