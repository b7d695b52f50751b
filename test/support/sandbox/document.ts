import { parse } from 'yaml';
import { badRequest, Refusal } from './status.ts';
import { isDict } from './value.ts';
import type { Dict, Value } from './value.ts';

/** JSON text as a value. Throws a 400. */
export function parseJson(text: string): Value {
  try {
    return JSON.parse(text) as Value; // JSON.parse yields JSON.
  } catch (error) {
    throw badRequest(`error decoding: ${String(error)}`);
  }
}

/** One object, JSON or YAML by its content type (YAML may hold JSON). Throws a 400 or a 415. */
export function parseObject(text: string, type: string | undefined): Dict {
  const media = (type ?? 'application/json').split(';')[0] ?? '';
  if (!/^application\/(json|yaml)$/.test(media)) {
    const known = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    const message = `the body of the request was in an unknown format - accepted media types include: ${known}`;
    throw new Refusal(415, 'UnsupportedMediaType', message);
  }
  const json = media === 'application/json' || text.trimStart().startsWith('{');
  const value = json ? parseJson(text) : (parse(text) as Value); // The core schema yields JSON.
  if (!isDict(value)) throw badRequest('the body of the request is no object');
  return value;
}
