import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './call.ts';
import { forbidden, Refusal } from './status.ts';

/** A user behind a bearer token. */
export type User = Readonly<{ user: string; groups?: readonly string[] }>;

/** What an authorizer is asked about; `resource` is `deployments/scale` for a sub-resource. */
export type Attributes = Readonly<{
  user: string;
  verb: string;
  group: string;
  resource: string;
  namespace: string;
  name: string;
}>;

/** Forbids what matches; a field left out matches anything. */
export type DenyRule = Readonly<Partial<Attributes>>;

/** Answers whether the request may go on. */
export type Authorizer = (attributes: Attributes) => boolean;

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const EXTRA = 'impersonate-extra-';

/** The users behind tokens, deny rules and impersonation. */
export class Gate {
  readonly #tokens: ReadonlyMap<string, User>;
  readonly #allow: Authorizer;
  readonly denied: DenyRule[];

  constructor(
    tokens: { readonly [token: string]: User },
    allow: Authorizer,
    denied: readonly DenyRule[],
  ) {
    this.#tokens = new Map(Object.entries(tokens));
    this.#allow = allow;
    this.denied = [...denied];
  }

  /** Throws a 401 for an unknown token, a 403 for an impersonation that is not allowed. */
  identify(headers: IncomingHttpHeaders): Caller {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const found = this.#tokens.get(token);
    if (found === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
    const groups = [...(found.groups ?? []), 'system:authenticated'];
    const target = one(headers['impersonate-user']);
    if (target === '') return { user: found.user, groups, extra: {} };
    return this.#impersonate(found.user, target, headers);
  }

  #impersonate(user: string, target: string, headers: IncomingHttpHeaders): Caller {
    const ask = (resource: string, group: string, name: string, namespace = ''): void =>
      this.check({ user, verb: 'impersonate', group, resource, namespace, name });
    const [, namespace = '', account = ''] = ACCOUNT.exec(target) ?? [];
    if (account === '') ask('users', '', target);
    else ask('serviceaccounts', '', account, namespace);
    const groups = many(headers['impersonate-group']);
    for (const group of groups) ask('groups', '', group);
    const extra: { [key: string]: string[] } = {};
    for (const [header, value] of Object.entries(headers)) {
      if (!header.startsWith(EXTRA)) continue;
      const key = decodeURIComponent(header.slice(EXTRA.length));
      extra[key] = many(value);
      for (const item of extra[key]) ask(`userextras/${key}`, 'authentication.k8s.io', item);
    }
    const implied =
      account === '' ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    const all = [...(groups.length > 0 ? groups : implied), 'system:authenticated'];
    return { user: target, groups: all, extra, impersonator: user };
  }

  /** Throws the 403 of the API server for what is denied. */
  check(attributes: Attributes): void {
    const matches = (rule: DenyRule): boolean =>
      Object.entries(rule).every(([key, value]) => attributes[key as keyof Attributes] === value); // Rules have no other keys.
    if (this.#allow(attributes) && !this.denied.some(matches)) return;
    const { user, verb, group, resource, namespace, name } = attributes;
    const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const why = `User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
    throw forbidden({ group, name: resource.split('/')[0] ?? '' }, name, why);
  }
}

function one(header: string | string[] | undefined): string {
  return Array.isArray(header) ? (header[0] ?? '') : (header ?? '');
}

function many(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  return Array.isArray(header) ? header : header.split(', ');
}
