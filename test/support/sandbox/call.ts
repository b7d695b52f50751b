import type { IncomingHttpHeaders } from 'node:http';
import type { Resource } from './resource.ts';

/** Who calls: after impersonation, `impersonator` is who really did. */
export type Caller = Readonly<{
  user: string;
  groups: readonly string[];
  extra: { readonly [key: string]: readonly string[] };
  impersonator?: string;
}>;

/** One request to a resource, taken apart. */
export type Call = Readonly<{
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  caller: Caller;
  verb: Verb;
  resource: Resource;
  namespace: string;
  /** '' for a collection. */
  name: string;
  subresource: string;
  dryRun: boolean;
  body: string;
}>;

/** The verbs of Kubernetes' authorization. */
export type Verb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Who a write is booked on: the fieldManager parameter, else the User-Agent up to its first slash. */
export function managerOf(call: Call): string {
  const named = call.query.get('fieldManager') ?? '';
  if (named !== '') return named;
  return (call.headers['user-agent'] ?? '').split('/')[0] || 'unknown';
}
