import { parseDateTime } from '../date-time.ts';
import { parseDuration } from '../duration.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

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
const AUTHORITY = new RegExp(`^(https?|ssh)://([^/?#]*@)?(${HOST})(:(${PORT}))?([/?#]|$)`);
const PATH =
  /^(https?|ssh):\/\/[^/?#]*(\/(%[0-9A-Fa-f]{2}|[A-Za-z0-9._~!$&()*+,;=:@-])+)+\/?([?#]|$)/;
const SSH_USER = /^ssh:\/\/[A-Za-z0-9_][A-Za-z0-9._-]{0,63}@[^@/?#]*([/?#]|$)/;
const MISLEADING = /\/[.]{1,2}([/?#]|$)|%([01]|2[eEfF]|5[cC]|7[fF])/;

/** Rules on one text, by id; each is a CEL rule of `crds/` with the same message. */
export const TEXT_RULES = {
  'interval-range': { message: 'must be from 1s to 24h', holds: within(SECOND_MS, DAY_MS) },
  'timeout-range': { message: 'must be from 1s to 10m', holds: within(SECOND_MS, 10 * MINUTE_MS) },
  'staleness-range': {
    message: 'must be from 1m to 8760h',
    holds: within(MINUTE_MS, 8_760 * HOUR_MS),
  },
  'pending-range': { message: 'must be from 1m to 720h', holds: within(MINUTE_MS, 720 * HOUR_MS) },
  'url-credentials': {
    message: 'must not hold a password or token, nor a user name unless it is ssh; use secretRef',
    holds: (url) => !/^https?:\/\/[^/?#]*@/.test(url) && !/^ssh:\/\/[^/?#]*:[^/?#]*@/.test(url),
  },
  'url-user': {
    message: 'must have a plain user name before @, of letters, digits and ._-',
    holds: (url) => !/^ssh:\/\/[^/?#]*@/.test(url) || SSH_USER.test(url),
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
  'tag-name': {
    message: 'must be a tag name that git allows, without refs/tags/',
    holds: (tag) => !/[.][.]|\/\/|\/[.]|[.]$|\/$|[.]lock(\/|$)|^refs\//.test(tag),
  },
  'pattern-segments': {
    message: 'must be a relative pattern without empty, . or .. segments',
    holds: (pattern) => !/(^|\/)[.]{0,2}(\/|$)/.test(pattern),
  },
  'file-segments': {
    message: 'must be a relative path without empty, . or .. segments',
    holds: (path) => !/(^|\/)[.]{0,2}(\/|$)/.test(path),
  },
  'date-exists': {
    message: 'must be a day that exists',
    holds: (text) => parseDateTime(text) !== undefined,
  },
  'path-segments': {
    message: 'must be a relative path without empty, ., .. or .git segments',
    holds: (path) => path === '.' || !/(^|\/)([.]{0,2}|[.][gG][iI][tT])(\/|$)/.test(path),
  },
  'rule-name-reserved': {
    message:
      'must not be review or begin with rewrite- or leak-, which approvals use for themselves',
    holds: (name) => name !== 'review' && !/^(rewrite|leak)-/.test(name),
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
