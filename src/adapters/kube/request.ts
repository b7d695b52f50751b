import type { Json } from '../../domain/json.ts';
import type { Result } from '../../domain/result.ts';
import type { ServedKind, ServiceAccount } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';

/** Media types of the three kinds of PATCH. */
export const PATCH_TYPES = {
  /** Server-side apply (KEP-555); JSON is YAML. */
  apply: 'application/apply-patch+yaml',
  /** RFC 7386. */
  merge: 'application/merge-patch+json',
  /** RFC 6902. */
  json: 'application/json-patch+json',
} as const;

/** The body of a write and how the server shall read it. */
export type ApiBody = Readonly<{ type: string; json: Json }>;

/** One call. Path segments are percent-encoded by the client; an empty, `.`, `..` or slashed one is refused. */
export type ApiRequest = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: readonly string[];
  query?: Readonly<Record<string, string>>;
  body?: ApiBody;
  accept?: string;
  /** Impersonated for this call. */
  as?: ServiceAccount;
  /** Asked just before sending; false keeps the call from the wire. */
  fence?: () => boolean;
  /** Whole call, milliseconds. */
  timeoutMs?: number;
  /** `urgent` passes the rate limit and has its own connection: leadership only. */
  lane?: 'normal' | 'urgent';
}>;

/** The JSON a call brought. */
export type ApiResult = Result<Json, ApiError>;

/** Bytes of an open watch; ends or throws when the connection does. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** The one way to the API server: JSON in, JSON out, nothing thrown. */
export interface ApiClient {
  call(request: ApiRequest): Promise<ApiResult>;
  /** Opens a watch; `signal` ends it. Outside the rate limit, no deadline after the headers. */
  stream(request: ApiRequest, signal: AbortSignal): Promise<Result<ByteStream, ApiError>>;
  /** Aborts everything under way and closes the connections. */
  close(): Promise<void>;
}

/** The path of a collection (`name` absent) or object; `namespace` '' is all of them or cluster scope. */
export function pathOf(
  kind: Pick<ServedKind, 'group' | 'version' | 'resource'>,
  namespace: string,
  ...rest: readonly string[]
): readonly string[] {
  const root = kind.group === '' ? ['api', kind.version] : ['apis', kind.group, kind.version];
  const scope = namespace === '' ? [] : ['namespaces', namespace];
  return [...root, ...scope, kind.resource, ...rest];
}

const APPLY_AS = (fieldManager: string): Record<string, string> => ({
  fieldManager,
  force: 'true',
});

/** Query of a forced server-side apply; unknown fields are refused where the server can (1.25 on). */
export function applyQuery(fieldManager: string, dryRun = false): Record<string, string> {
  const query = { ...APPLY_AS(fieldManager), fieldValidation: 'Strict' };
  return dryRun ? { ...query, dryRun: 'All' } : query;
}
