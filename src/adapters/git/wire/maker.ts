import type { Clock } from '../../../domain/clock.ts';
import { ok, stopped } from '../../../domain/result.ts';
import type { Result } from '../../../domain/result.ts';
import { stop } from '../../../domain/stop.ts';
import type { Credentials, Remote } from '../../../reconcile/ports.ts';
import type { Deadline } from '../../net/deadline.ts';
import { dial } from '../../net/dial.ts';
import type { DialOptions } from '../../net/dial.ts';
import { parseGitUrl } from '../../net/git-url.ts';
import type { NetPermissions } from '../../net/git-url.ts';
import type { SessionOptions } from '../../net/http.ts';
import { parseProxy } from '../../net/proxy.ts';
import type { ProxyRoute } from '../../net/proxy.ts';
import type { Resolve } from '../../net/resolve.ts';
import { parseSshUrl } from '../../net/ssh-url.ts';
import type { SshAddress } from '../../net/ssh-url.ts';
import { GitError } from '../failure.ts';
import { InstallationTokens } from '../github-app.ts';
import { HttpWire } from './http-wire.ts';
import type { HttpCredentials } from './http-wire.ts';
import { MAX_KNOWN_HOSTS_BYTES, parseKnownHosts } from './known-hosts.ts';
import { Identities } from './ssh-identity.ts';
import { SshWire } from './ssh-wire.ts';
import type { Wire } from './wire.ts';

type SshCredentials = Extract<Credentials, { kind: 'ssh' }>;
type AppCredentials = Extract<Credentials, { kind: 'githubApp' }>;

/** Where a remote leads, once its URL and its proxy may be used; the credentials fit the scheme. */
export type Route = Readonly<{ proxy?: ProxyRoute }> &
  (
    | Readonly<{ kind: 'http'; url: URL; credentials: HttpCredentials | AppCredentials }>
    | Readonly<{ kind: 'ssh'; address: SshAddress; credentials: SshCredentials }>
  );

/** How servers may be spoken to; the two permissions are the operator's own flags. */
export type TransportOptions = NetPermissions & Readonly<{ clock: Clock; resolve?: Resolve }>;

/** Reads a remote's URL and proxy: `URLNotAllowed`, or `CredentialsNotFound` for credentials of another scheme. */
export function parseRoute(remote: Remote, permissions: NetPermissions): Result<Route> {
  const proxy = remote.proxy === undefined ? undefined : parseProxy(remote.proxy, permissions);
  if (proxy?.ok === false) return proxy;
  const via = proxy === undefined ? {} : { proxy: proxy.value };
  const { credentials } = remote;
  if (/^ssh:/i.test(remote.url)) {
    const address = parseSshUrl(remote.url, permissions);
    if (!address.ok) return address;
    if (credentials.kind !== 'ssh') return unfit('identity and known_hosts, for an ssh:// source');
    return ok({ kind: 'ssh', address: address.value, credentials, ...via });
  }
  const url = parseGitUrl(remote.url, permissions);
  if (!url.ok) return url;
  if (credentials.kind === 'ssh') return unfit('no identity, for a source that is not ssh://');
  return ok({ kind: 'http', url: url.value, credentials, ...via });
}

/** Makes the way to a server, with what several conversations share: tokens and opened keys. */
export class WireMaker {
  readonly #options: TransportOptions;
  readonly #tokens: InstallationTokens;
  readonly #identities = new Identities();

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#tokens = new InstallationTokens(options.clock);
  }

  /** Throws `GitError` and `NetError`: a GitHub App's token is asked for here. */
  async make(route: Route, remote: Remote, deadline: Deadline): Promise<Wire> {
    const options = this.#dialOptions(route, deadline);
    if (route.kind === 'ssh') return this.#ssh(route, options);
    const { ca, clientCertificate } = remote;
    const session: SessionOptions = {
      ...options,
      url: route.url,
      ...(ca === undefined ? {} : { ca }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
    const { credentials } = route;
    if (credentials.kind !== 'githubApp') return new HttpWire(credentials, session);
    const token = await this.#tokens.of(credentials, session);
    const basic = { kind: 'basic', username: 'x-access-token', password: token } as const;
    return new HttpWire(basic, session);
  }

  /** Drops what was got for credentials that the server then did not take. */
  forget(route: Route, { credentials }: Remote): void {
    if (route.kind !== 'http' || credentials.kind !== 'githubApp') return;
    this.#tokens.forget(credentials, route.url);
  }

  #ssh(route: Extract<Route, { kind: 'ssh' }>, options: DialOptions): Wire {
    const { address, credentials } = route;
    const knownHosts = parseKnownHosts(credentials.knownHosts);
    if (knownHosts === undefined) {
      const message = `known_hosts of the Secret holds a line that is none, or is larger than ${MAX_KNOWN_HOSTS_BYTES} bytes`;
      throw new GitError('AuthenticationFailed', message);
    }
    const identity = this.#identities.read(credentials.identity, credentials.passphrase);
    const { deadline } = options;
    const open = () => dial(address, options);
    return new SshWire({ address, identity, knownHosts, deadline, dial: open });
  }

  #dialOptions({ proxy }: Route, deadline: Deadline): DialOptions {
    const { resolve } = this.#options;
    return {
      permissions: this.#options,
      deadline,
      ...(resolve === undefined ? {} : { resolve }),
      ...(proxy === undefined ? {} : { proxy }),
    };
  }
}

function unfit(needed: string): Result<never> {
  const message = `the Secret of source.secretRef must hold ${needed}`;
  return stopped(stop('CredentialsNotFound', message));
}
