import type { IncomingMessage } from 'node:http';
import type { Attributes } from './auth.ts';
import type { Call, Caller, Verb } from './call.ts';
import type { Occasion } from './faults.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import { noGroup, noResource, Refusal } from './status.ts';

type Target = Readonly<{
  resource: Resource;
  namespace: string;
  name: string;
  subresource: string;
}>;

/** What the router needs besides the request. */
export type Incoming = Readonly<{
  request: IncomingMessage;
  url: URL;
  caller: Caller;
  body: string;
}>;

const OBJECT_VERBS: { readonly [method: string]: Verb } = {
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const COLLECTION_VERBS: { readonly [method: string]: Verb } = {
  GET: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};

type Place = Readonly<{ namespace: string; plural: string; name: string; subresource: string }>;

// `/namespaces/N/configmaps/a` is inside a namespace, `/namespaces/N/status` is the namespace itself.
function placeOf(rest: readonly string[]): Place {
  const inside =
    rest[0] === 'namespaces' && rest.length >= 3 && !/^(status|finalize)$/.test(rest[2] ?? '');
  const [plural = '', name = '', subresource = ''] = inside ? rest.slice(2) : rest;
  return { namespace: inside ? (rest[1] ?? '') : '', plural, name, subresource };
}

function targetOf(registry: Registry, path: string): Target {
  const [root, ...parts] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (root !== 'api' && root !== 'apis') throw noResource();
  const [group = '', version = '', ...rest] = root === 'api' ? ['', ...parts] : parts;
  const { plural, ...place } = placeOf(rest);
  const resource = registry.find(group, version, plural);
  if (resource === undefined) throw registry.serves(group, version) ? noResource() : noGroup();
  const { subresource, namespace } = place;
  const unknown = subresource !== '' && !resource.subresources.has(subresource);
  if (unknown || (namespace !== '' && !resource.namespaced)) throw noResource();
  return { resource, ...place };
}

/** Takes a request to a resource apart. Throws a 404 or 405. */
export function callOf(registry: Registry, { request, url, caller, body }: Incoming): Call {
  const target = targetOf(registry, url.pathname);
  const method = request.method ?? 'GET';
  const verb = (target.name === '' ? COLLECTION_VERBS : OBJECT_VERBS)[method];
  const homeless = target.resource.namespaced && target.namespace === '';
  if (verb === undefined || (homeless && verb !== 'list')) {
    throw new Refusal(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    );
  }
  const query = url.searchParams;
  const watch = verb === 'list' && /^(true|1)$/.test(query.get('watch') ?? '');
  return {
    method,
    path: url.pathname,
    query,
    headers: request.headers,
    caller,
    verb: watch ? 'watch' : verb,
    ...target,
    dryRun: query.getAll('dryRun').includes('All'),
    body,
  };
}

/** What the authorizer is asked for a call; a namespace is inside itself. */
export function attributesOf(call: Call): Attributes {
  const { resource, subresource, verb, caller } = call;
  const selected =
    /(?:^|,)metadata\.name==?([^,]+)/.exec(call.query.get('fieldSelector') ?? '')?.[1] ?? '';
  return {
    user: caller.user,
    verb,
    group: resource.group,
    resource: subresource === '' ? resource.plural : `${resource.plural}/${subresource}`,
    namespace: isNamespace(resource) ? call.name : call.namespace,
    name: call.name === '' && verb !== 'create' ? selected : call.name,
  };
}

function isNamespace({ group, plural }: Resource): boolean {
  return group === '' && plural === 'namespaces';
}

/** What a fault sees of a call. */
export function occasionOf(call: Call): Occasion {
  const { verb, resource, subresource, namespace, name, caller, dryRun } = call;
  const { group, plural } = resource;
  return { verb, group, resource: plural, subresource, namespace, name, user: caller.user, dryRun };
}
