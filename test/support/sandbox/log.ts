import type { Call } from './call.ts';

/** One request as it was answered; `user` is whom it ran as, `impersonator` who really called. */
export type LogEntry = Readonly<{
  method: string;
  path: string;
  query: string;
  /** '' for a request to no resource. */
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  user: string;
  impersonator: string;
  dryRun: boolean;
  userAgent: string;
  /** HTTP status; 0 where a fault broke the connection. */
  code: number;
}>;

/** Picks entries; a field left out matches anything. */
export type LogFilter = Partial<LogEntry>;

type Sent = 'method' | 'path' | 'query' | 'userAgent' | 'code';

const NO_RESOURCE: Omit<LogEntry, Sent> = {
  verb: '',
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  user: '',
  impersonator: '',
  dryRun: false,
};

function targetOf(call: Call): Omit<LogEntry, Sent> {
  const { verb, resource, subresource, namespace, name, caller, dryRun } = call;
  const { group, plural } = resource;
  const { user, impersonator = '' } = caller;
  return {
    verb,
    group,
    resource: plural,
    subresource,
    namespace,
    name,
    user,
    impersonator,
    dryRun,
  };
}

/** Every request in the order of its answer; watches when they begin. */
export class RequestLog {
  readonly entries: LogEntry[] = [];

  add(request: Pick<LogEntry, Sent>, call?: Call): void {
    this.entries.push({ ...request, ...(call === undefined ? NO_RESOURCE : targetOf(call)) });
  }

  filter(filter: LogFilter): LogEntry[] {
    const wanted = Object.entries(filter);
    return this.entries.filter(
      (entry) => wanted.every(([key, value]) => entry[key as keyof LogEntry] === value), // Filters have no other keys.
    );
  }

  count(filter: LogFilter = {}): number {
    return this.filter(filter).length;
  }

  clear(): void {
    this.entries.length = 0;
  }
}
