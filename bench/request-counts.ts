import type { Api } from './api.ts';

/** Requests that the API server has answered, by `VERB resource`. */
export type RequestCounts = ReadonlyMap<string, number>;

const SAMPLE = /^apiserver_request_total\{([^}]*)\} (\S+)$/;

/** How long nothing may be written before the cluster counts as settled. */
const QUIET_MS = 1_500;
const SETTLE_DEADLINE_MS = 90_000;

/** Every request since the API server started, whoever sent it; a watch counts when it ends. */
export async function requestCounts(api: Api): Promise<RequestCounts> {
  const counts = new Map<string, number>();
  for (const line of (await api.ask({ method: 'GET', path: '/metrics' })).split('\n')) {
    const [, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    const resource = label(labels, 'resource');
    if (resource === '') continue;
    const key = `${label(labels, 'verb')} ${resource}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

/** What was asked between two counts. */
export function requestsBetween(before: RequestCounts, after: RequestCounts): RequestCounts {
  const grown = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  return new Map(grown.filter(([, count]) => count > 0));
}

/** Sum over the resources, without watches. */
export function callsOn(counts: RequestCounts, resources: readonly string[]): number {
  let sum = 0;
  for (const [key, count] of counts) {
    const [verb, resource = ''] = key.split(' ');
    if (verb !== 'WATCH' && resources.includes(resource)) sum += count;
  }
  return sum;
}

/** Waits until controllers and gitward have written nothing but leases for a while. */
export async function settled(api: Api): Promise<void> {
  const deadline = Date.now() + SETTLE_DEADLINE_MS;
  for (let before = await requestCounts(api); ;) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const after = await requestCounts(api);
    const writes = [...requestsBetween(before, after).keys()].filter(isWrite);
    if (writes.length === 0) return;
    if (Date.now() > deadline) throw new Error(`the cluster does not settle: ${writes.join(', ')}`);
    before = after;
  }
}

function isWrite(key: string): boolean {
  return !/^(?:GET|LIST|WATCH) |leases$/.test(key);
}

function label(labels: string, name: string): string {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
}
