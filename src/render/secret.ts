import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { invalid } from './fault.ts';
import type { Fault } from './fault.ts';

/**
 * Gives a Secret the form in which the server stores it: `stringData` folded into `data` (it wins),
 * values as canonical base64. Faults name the key, never a value.
 */
export function completeSecret(secret: JsonObject): Result<JsonObject, Fault> {
  const { stringData, data, ...rest } = secret;
  const stored = mapValues(data, 'data', canonicalBase64);
  if (!stored.ok) return stored;
  const folded = mapValues(stringData, 'stringData', (text) => encode(Buffer.from(text, 'utf8')));
  if (!folded.ok) return folded;
  if (data === undefined && stringData === undefined) return ok(rest);
  return ok({ ...rest, data: { ...stored.value, ...folded.value } });
}

function mapValues(
  values: Json | undefined,
  field: string,
  convert: (text: string) => string | undefined,
): Result<JsonObject, Fault> {
  if (values === undefined || values === null) return ok({});
  if (!isJsonObject(values)) return invalid(`${field} is no map; write key: value`);
  const converted: [string, Json][] = [];
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string') {
      return invalid(`${field}[${JSON.stringify(key)}] is no string; put the value in quotes`);
    }
    const text = convert(value);
    if (text === undefined) {
      const advice = 'encode it, or move the plain text to stringData';
      return invalid(`${field}[${JSON.stringify(key)}] is not base64; ${advice}`);
    }
    converted.push([key, text]);
  }
  return ok(Object.fromEntries(converted));
}

/** The API server ignores line breaks in base64 and answers with its own spelling. */
function canonicalBase64(text: string): string | undefined {
  const joined = text.replace(/[\r\n]+/g, '');
  if (joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(joined)) return undefined;
  return encode(Buffer.from(joined, 'base64'));
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64');
}
