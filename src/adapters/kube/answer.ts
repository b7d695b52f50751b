import type { Dispatcher } from 'undici';
import { isJsonObject } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseStatus } from './api-error.ts';
import type { ApiError } from './api-error.ts';
import type { ApiResult } from './request.ts';

/** Largest answer read: 500 objects of a common size fit many times. */
export const MAX_ANSWER_BYTES = 64 * 1_024 * 1_024;

/** An error answer has a few kilobytes; its rest is not read. */
const MAX_REFUSAL_BYTES = 1_024 * 1_024;

/** Reads a whole answer: JSON with a 2xx, an `ApiError` with anything else. Throws when the connection breaks. */
export async function readAnswer(response: Dispatcher.ResponseData): Promise<ApiResult> {
  if (response.statusCode < 200 || response.statusCode > 299) {
    return stopped(await readRefusal(response));
  }
  const text = await readText(response, MAX_ANSWER_BYTES);
  if (!text.ok) return text;
  const json = parseJson(text.value);
  if (isJsonObject(json)) return ok(json);
  return stopped({ kind: 'unusable', message: 'a success without a JSON object' });
}

/** Reads an error answer. Throws when the connection breaks. */
export async function readRefusal(response: Dispatcher.ResponseData): Promise<ApiError> {
  const text = await readText(response, MAX_REFUSAL_BYTES);
  if (!text.ok) return text.stop;
  const retryAfterMs = parseRetryAfter(response.headers['retry-after']);
  return parseStatus(response.statusCode, parseJson(text.value) ?? text.value, retryAfterMs);
}

/** `Retry-After` in seconds as Kubernetes sends it (RFC 9110 §10.2.3); a date is not understood. */
export function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return undefined;
  return Number(header) * 1_000;
}

async function readText(
  response: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Result<string, ApiError>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    // undici yields Buffers as long as no encoding is set.
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBytes) {
      // Leaving the loop destroys the body and with it the socket.
      return stopped({ kind: 'tooLarge', maxBytes });
    }
    chunks.push(bytes);
  }
  return ok(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks, size).toString());
}

function parseJson(text: string): Json | undefined {
  try {
    // JSON.parse yields JSON by definition.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
