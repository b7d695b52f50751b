import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ServiceAccount } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import type { ApiRequest } from './request.ts';

/** A request as it goes on the wire. */
export type WireRequest = Readonly<{
  method: ApiRequest['method'];
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

/** DNS labels and subdomains as Kubernetes names ServiceAccounts and namespaces (RFC 1123). */
const ACCOUNT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const NAMESPACE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The user a ServiceAccount is to the API server. */
export function accountUser(account: ServiceAccount): string {
  return `system:serviceaccount:${account.namespace}:${account.name}`;
}

/** Whether both parts are legal names: anything else must never reach a header. */
export function isAccount(account: ServiceAccount): boolean {
  return ACCOUNT_NAME.test(account.name) && NAMESPACE_NAME.test(account.namespace);
}

/** Encodes a request; refuses paths that name something else than meant, and accounts that name nobody. */
export function toWire(request: ApiRequest, prefix: string): Result<WireRequest, ApiError> {
  // An empty segment would turn an object's path into its collection's.
  const bad = request.path.find((segment) => !isSegment(segment));
  if (bad !== undefined) return refused(`"${bad}" can not be a part of a path`);
  if (request.as !== undefined && !isAccount(request.as)) {
    return refused('the ServiceAccount to impersonate has no legal name');
  }
  const path = request.path.map(encodeURIComponent).join('/');
  const query = new URLSearchParams(request.query).toString();
  return ok({
    method: request.method,
    path: `${prefix}/${path}${query === '' ? '' : `?${query}`}`,
    headers: headersOf(request),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body.json) }),
  });
}

function isSegment(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[/%]/.test(segment);
}

function headersOf(request: ApiRequest): Record<string, string> {
  const headers: Record<string, string> = { accept: request.accept ?? 'application/json' };
  if (request.body !== undefined) headers['content-type'] = request.body.type;
  if (request.as !== undefined) headers['impersonate-user'] = accountUser(request.as);
  return headers;
}

function refused(message: string): Result<never, ApiError> {
  return stopped({ kind: 'refused', message });
}
