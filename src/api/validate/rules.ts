import { parseDuration } from '../duration.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** One CEL rule of a CRD and its twin: same message, same answer. */
export type Rule<T> = Readonly<{ message: string; holds: (value: T) => boolean }>;

const within =
  (minMs: number, maxMs: number) =>
  (text: string): boolean => {
    const value = parseDuration(text);
    return value !== undefined && value >= minMs && value <= maxMs;
  };

const HOST = '[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}\\]';
const PORT = '[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]';
const AUTHORITY = new RegExp(`^https?://([^/?#]*@)?(${HOST})(:(${PORT}))?([/?#]|$)`);
const PATH = /^https?:\/\/[^/?#]*(\/(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~!$&()*+,;=:@-])+)+\/?([?#]|$)/;
const MISLEADING = /\/[.]{1,2}([/?#]|$)|%([01]|2[eEfF]|5[cC]|7[fF])/;

/** Rules on one text, by id; each is a CEL rule of `crds/` with the same message. */
export const TEXT_RULES = {
  'interval-range': { message: 'must be from 1s to 24h', holds: within(SECOND_MS, DAY_MS) },
  'timeout-range': { message: 'must be from 1s to 10m', holds: within(SECOND_MS, 10 * MINUTE_MS) },
  'url-credentials': {
    message: 'must not hold a user name, password or token; use secretRef',
    holds: (url) => !/^https?:\/\/[^/?#]*@/.test(url),
  },
  'url-host': {
    message: 'must name a host, and after it at most a port',
    holds: (url) => AUTHORITY.test(url),
  },
  'url-query': {
    message: 'must not have a query or fragment',
    holds: (url) => !/[?#]/.test(url),
  },
  'url-path': {
    message:
      'must have a plain path to a repository, without empty, . or .. segments or what encodes them',
    holds: (url) => PATH.test(url) && !MISLEADING.test(url),
  },
  'branch-name': {
    message: 'must be a branch name that git allows, without refs/heads/',
    holds: (branch) => !/[.][.]|\/\/|\/[.]|[.]$|\/$|[.]lock(\/|$)|^refs\//.test(branch),
  },
  'path-segments': {
    message: 'must be a relative path without empty, ., .. or .git segments',
    holds: (path) => path === '.' || !/(^|\/)([.]{0,2}|[.][gG][iI][tT])(\/|$)/.test(path),
  },
  'namespace-reserved': {
    message: 'must not be a namespace of Kubernetes itself',
    holds: (name) => !['kube-system', 'kube-public', 'kube-node-lease'].includes(name),
  },
} as const satisfies Record<string, Rule<string>>;

/** Rules on one list, by id; they are asked only about items that are well formed themselves. */
export const LIST_RULES = {
  'targets-overlap': {
    message: 'must not have two targets with the same or nested paths in one namespace',
    holds: (targets) =>
      targets.every((a, at) => targets.every((b, other) => at === other || apart(a, b))),
  },
} as const satisfies Record<string, Rule<readonly unknown[]>>;

/** Id of a rule on text. */
export type TextRuleId = keyof typeof TEXT_RULES;

/** Id of a rule on a list. */
export type ListRuleId = keyof typeof LIST_RULES;

function apart(a: unknown, b: unknown): boolean {
  // Both passed the shape of a target before, so these fields are there.
  const [outer, inner] = [a, b] as readonly Readonly<{ namespace: string; path: string }>[];
  if (outer === undefined || inner === undefined || outer.namespace !== inner.namespace)
    return true;
  const contains = outer.path === '.' || `${inner.path}/`.startsWith(`${outer.path}/`);
  return !contains;
}
