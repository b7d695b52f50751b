import { isJsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { pathOf } from './request.ts';
import type { ApiClient } from './request.ts';

const SECRETS = { group: '', version: 'v1', resource: 'secrets' };

/**
 * Reads one Secret, each time anew: `undefined` when there is none, `CredentialsNotFound` when the
 * operator may not read it. No message quotes a value.
 */
export async function readSecret(
  client: ApiClient,
  namespace: string,
  name: string,
): Promise<Result<ReadonlyMap<string, string> | undefined>> {
  const answer = await client.call({ method: 'GET', path: pathOf(SECRETS, namespace, name) });
  const where = `Secret ${namespace}/${name}`;
  if (!answer.ok) {
    if (isStatus(answer.stop, 404)) return ok(undefined);
    if (!isStatus(answer.stop, 403)) {
      return stopped(unavailable(`Reading ${where} failed`, answer.stop));
    }
    const rule = `{apiGroups: [""], resources: ["secrets"], resourceNames: ["${name}"], verbs: ["get"]}`;
    const text = `gitward may not read ${where}. Bind a Role with ${rule} to its account.`;
    return stopped(stop('CredentialsNotFound', text));
  }
  const data = isJsonObject(answer.value) ? answer.value['data'] : undefined;
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(isJsonObject(data) ? data : {})) {
    if (typeof value === 'string') values.set(key, Buffer.from(value, 'base64').toString());
  }
  return ok(values);
}
