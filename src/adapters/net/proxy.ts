import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { hostProblem, textProblem } from './git-url.ts';
import type { NetPermissions } from './git-url.ts';

/** A proxy as it is written down. */
export type ProxySpec = Readonly<{
  url: string;
  username?: string;
  password?: string;
  /** PEM; replaces the system's CAs for the proxy's own certificate. */
  ca?: string;
}>;

/** A proxy that may be spoken to. */
export type ProxyRoute = Readonly<{
  /** http or https; nothing but the origin. */
  url: URL;
  /** The `proxy-authorization` header. */
  authorization?: string;
  ca?: string;
}>;

/**
 * Reads a proxy's address: `http://host:port` or `https://host:port`, without userinfo, path, query
 * or fragment. Whatever else is `URLNotAllowed`. The message repeats nothing of it.
 */
export function parseProxy(proxy: ProxySpec, permissions: NetPermissions): Result<ProxyRoute> {
  const problem = problemOf(proxy.url, permissions);
  if (problem !== undefined) return refused(problem);
  const url = new URL(proxy.url);
  const { username, password = '', ca } = proxy;
  const trust = ca === undefined ? {} : { ca };
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    return refused('has a ca.crt beside it that holds no PEM certificate');
  }
  if (username === undefined || username === '') return ok({ url, ...trust });
  if (/[:\u0000-\u001f\u007f]/.test(username) || /[\u0000-\u001f\u007f]/.test(password)) {
    return refused('has a user name or password that HTTP cannot carry');
  }
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  return ok({ url, authorization: `Basic ${encoded}`, ...trust });
}

function problemOf(text: string, permissions: NetPermissions): string | undefined {
  const malformed = textProblem(text);
  if (malformed !== undefined) return malformed;
  if (!/^https?:\/\/[^/?#@]+\/?$/i.test(text)) {
    return 'is not of the form http://host:port or https://host:port';
  }
  if (!URL.canParse(text) || new URL(text).port === '0') return 'is not a URL';
  return hostProblem(new URL(text).hostname, permissions);
}

function refused(problem: string): Result<never> {
  return stopped(
    stop('URLNotAllowed', `address in the Secret of source.proxySecretRef ${problem}`),
  );
}
