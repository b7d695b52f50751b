import { isDict } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/** A request as either server takes it. */
export type Request = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  body?: Value;
  headers?: Readonly<Record<string, string>>;
}>;

/** Who asks: `admin` may do all, `alice` nothing. */
export type ParityUser = 'admin' | 'alice';

/** One request of a case; `N` in the path and as a value stands for the namespace of the case. */
export type Step = Readonly<{
  method: Request['method'];
  user?: ParityUser;
  /** A function gets the answers so far, oldest first. */
  path: string | ((answers: readonly Value[]) => string);
  body?: Value | ((answers: readonly Value[]) => Value);
  type?: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Requests sent one after the other to both servers. */
export type ParityCase = Readonly<{ name: string; steps: readonly Step[] }>;

/** What came back for a step; a watch's lines are a list. */
export type Reply = Readonly<{ status: number; body: Value }>;

/** Sends one request. */
export type Send = (
  user: ParityUser,
  request: Request,
) => Promise<Readonly<{ status: number; text: string }>>;

export const CONFIG_MAPS = '/api/v1/namespaces/N/configmaps';
export const SECRETS = '/api/v1/namespaces/N/secrets';
export const SERVICES = '/api/v1/namespaces/N/services';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/N/deployments';
export const WIDGETS = '/apis/parity.dev/v1/namespaces/N/widgets';

export const get = (path: string): Step => ({ method: 'GET', path });
export const post = (path: string, body: Step['body']): Step => ({
  method: 'POST',
  path,
  body: body ?? null,
});
export const put = (path: string, body: Step['body']): Step => ({
  method: 'PUT',
  path,
  body: body ?? null,
});
export const remove = (path: string, body?: Dict): Step =>
  body === undefined ? { method: 'DELETE', path } : { method: 'DELETE', path, body };

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export const patch = (kind: keyof typeof PATCH_TYPES, path: string, body: Value): Step => {
  return { method: 'PATCH', path, body, type: PATCH_TYPES[kind] };
};

/** A server-side apply; `query` starts with the manager's name and may go on: `gitward&force=true`. */
export const apply = (query: string, path: string, body: Value): Step => {
  const type = 'application/apply-patch+yaml';
  return { method: 'PATCH', path: `${path}?fieldManager=${query}`, body, type };
};

/** The last answer with changes on top. */
export const changed =
  (change: (last: Dict) => Dict): ((answers: readonly Value[]) => Value) =>
  (answers) => {
    const last = answers.at(-1);
    return change(isDict(last) ? structuredClone(last) : {});
  };

export const configMap = (name: string, data: Dict, metadata: Dict = {}): Dict => {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
};

/** A Deployment with one container `c`. */
export const deployment = (name: string, container: Dict, spec: Dict = {}): Dict => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: 'a:1', ...container }] },
    },
    ...spec,
  },
});
