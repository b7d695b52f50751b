import { createHash, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Clock, Instant } from '../../domain/clock.ts';
import type { Credentials } from '../../reconcile/ports.ts';
import { HttpSession } from '../net/http.ts';
import type { SessionOptions } from '../net/http.ts';
import { parseGitUrl } from '../net/git-url.ts';
import { GitError } from './failure.ts';

/** A token is not used any more so long before it expires. */
const SAFETY_MS = 5 * 60_000;

/** GitHub takes requests signed for at most ten minutes, and clocks differ. */
const SIGNED_SECONDS = 540;
const SKEW_SECONDS = 60;

const MAX_ANSWER_BYTES = 64 * 1024;

/** Most tokens kept. */
const MAX_KEPT = 1_000;

/** Credentials of an app that is installed in an organisation. */
export type GithubApp = Extract<Credentials, { kind: 'githubApp' }>;

type Token = Readonly<{ token: string; expiresAt: Instant }>;

/**
 * Trades an app's key for installation tokens that may read contents and nothing else (GitHub REST,
 * "Create an installation access token for an app"). Tokens are kept in memory until five minutes
 * before they expire, apart for each set of credentials and each Git server.
 */
export class InstallationTokens {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Token>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Yields a token for the server of `options.url`. Throws `GitError` and `NetError`. */
  async of(app: GithubApp, options: SessionOptions): Promise<string> {
    const name = digestOf(app, options.url);
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.expiresAt - SAFETY_MS > this.#clock.now()) return kept.token;
    this.#kept.delete(name);
    const token = await this.#ask(app, options);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, token);
    return token.token;
  }

  /** Forgets a token that the Git server did not take. */
  forget(app: GithubApp, url: URL): void {
    this.#kept.delete(digestOf(app, url));
  }

  async #ask(app: GithubApp, options: SessionOptions): Promise<Token> {
    const url = apiOf(app, options);
    const { clientCertificate, ...rest } = options;
    // The certificate is for the Git server's host.
    const isSameHost = url.hostname === options.url.hostname && clientCertificate !== undefined;
    const session = new HttpSession({ ...rest, url, ...(isSameHost ? { clientCertificate } : {}) });
    try {
      const response = await session.request({
        method: 'POST',
        path: `${url.pathname.replace(/\/$/, '')}/app/installations/${app.installationId}/access_tokens`,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${signedRequest(app, this.#clock.now())}`,
          'content-type': 'application/json',
          'user-agent': 'gitward',
          'x-github-api-version': '2022-11-28',
        },
        body: Buffer.from(JSON.stringify({ permissions: { contents: 'read' } })),
        maxBytes: MAX_ANSWER_BYTES,
      });
      if (response.status !== 201) throw statusProblem(response.status);
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      return tokenOf(Buffer.concat(chunks).toString(), this.#clock.now());
    } finally {
      session.close();
    }
  }
}

/** The API belongs to the host that is asked for commits: its tokens go nowhere else. */
function apiOf(app: GithubApp, { url, permissions }: SessionOptions): URL {
  const isCloud = url.hostname === 'github.com';
  const base = app.baseUrl ?? (isCloud ? 'https://api.github.com/' : `${url.origin}/api/v3`);
  // A base without a path is as good as any; the parser of repository URLs wants one.
  const parsed = parseGitUrl(`${base.replace(/\/+$/, '')}/.api`, permissions);
  if (!parsed.ok) throw unusable('githubAppBaseURL of the Secret is no URL that may be used');
  const api = parsed.value;
  api.pathname = api.pathname.slice(0, -'.api'.length);
  if (api.hostname === url.hostname || api.hostname === `api.${url.hostname}`) return api;
  throw unusable('githubAppBaseURL of the Secret leads to another host than source.url');
}

/** A JSON Web Token (RFC 7519) with RS256. */
function signedRequest({ appId, privateKey }: GithubApp, now: Instant): string {
  const seconds = Math.floor(now / 1_000);
  const claims = { iat: seconds - SKEW_SECONDS, exp: seconds + SIGNED_SECONDS, iss: appId };
  const encode = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), keyOf(privateKey));
  return `${signed}.${signature.toString('base64url')}`;
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Said below, without what OpenSSL has to say about it.
  }
  throw unusable('githubAppPrivateKey of the Secret is no RSA private key in PEM');
}

function tokenOf(text: string, now: Instant): Token {
  const senseless = new GitError('GitProtocolError', "GitHub's answer holds no token");
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw senseless;
  }
  if (typeof answer !== 'object' || answer === null) throw senseless;
  const token = 'token' in answer ? answer.token : undefined;
  const until = 'expires_at' in answer ? answer.expires_at : undefined;
  if (typeof token !== 'string' || !/^[\w.-]{1,1024}$/.test(token)) throw senseless;
  const expiresAt = typeof until === 'string' ? Date.parse(until) : Number.NaN;
  // Without a usable time it is good for this once.
  return { token, expiresAt: Number.isFinite(expiresAt) ? expiresAt : now };
}

function statusProblem(status: number): GitError {
  if (status === 401 || status === 403 || status === 404 || status === 422) {
    const message = `GitHub answered ${status} when asked for an installation token; check githubAppID, githubAppInstallationID and githubAppPrivateKey of the Secret, and that the app may read contents`;
    return new GitError('AuthenticationFailed', message);
  }
  const reason = status === 429 || status >= 500 ? 'GitUnreachable' : 'GitProtocolError';
  return new GitError(reason, `GitHub answered ${status} when asked for an installation token`);
}

function unusable(message: string): GitError {
  return new GitError('AuthenticationFailed', message);
}

function digestOf(app: GithubApp, url: URL): string {
  const parts = [app.appId, app.installationId, app.privateKey, app.baseUrl ?? '', url.origin];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
