import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { classifyAddress } from './address.ts';
import type { AddressClass } from './address.ts';

/** What the operator's flags permit. Forbidden addresses stay forbidden (address.ts). */
export type NetPermissions = Readonly<{ allowHttp: boolean; allowPrivateAddresses: boolean }>;

/** Longest URL taken, in characters; the CRD's own bound. */
export const MAX_URL_LENGTH = 2048;

/** Names that clouds give their metadata services; their addresses are refused as well. */
const METADATA_HOSTS = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
]);

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * Reads the URL of a Git repository: http or https to a host that may be spoken to, without
 * userinfo, query or fragment, path without trailing slash. Whatever else is `URLNotAllowed`; a
 * name's addresses are judged when it is resolved. The message never repeats the URL, which may
 * hold a credential.
 */
export function parseGitUrl(text: string, permissions: NetPermissions): Result<URL> {
  const problem = problemOf(text, permissions);
  if (problem !== undefined) return stopped(stop('URLNotAllowed', `source.url ${problem}`));
  const url = new URL(text);
  url.pathname = url.pathname.replace(/\/+$/, '');
  return ok(url);
}

/** Why an address may not be spoken to; `undefined` when it may. */
export function addressProblem(
  kind: AddressClass,
  { allowPrivateAddresses }: NetPermissions,
): string | undefined {
  switch (kind) {
    case 'public':
      return undefined;
    case 'private':
      return allowPrivateAddresses
        ? undefined
        : 'leads to a private address; start the operator with --allow-private-addresses to permit that';
    case 'forbidden':
      return 'leads to a link-local, metadata, multicast or reserved address, which is never permitted';
  }
}

function problemOf(text: string, permissions: NetPermissions): string | undefined {
  const malformed = textProblem(text);
  if (malformed !== undefined) return malformed;
  const scheme = /^(https?):\/\/[^/]/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return 'must begin with https:// or ssh://';
  if (scheme === 'http' && !permissions.allowHttp) {
    return 'uses plain http; use https, or start the operator with --allow-http';
  }
  if (!URL.canParse(text)) return 'is not a URL';
  return partsProblem(new URL(text), text) ?? hostProblem(new URL(text).hostname, permissions);
}

/** What no URL may hold, whatever its scheme. */
export function textProblem(text: string): string | undefined {
  if (text.length > MAX_URL_LENGTH) return `is longer than ${MAX_URL_LENGTH} characters`;
  if (!/^[!-~]+$/.test(text)) return 'holds characters other than printable ASCII';
  return /[\\<>"`{}|^]/.test(text) ? 'holds a character that URLs do not have' : undefined;
}

function partsProblem(url: URL, text: string): string | undefined {
  const authority = /^\w+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  if (authority.includes('@')) return 'must not hold a user name or password; use secretRef';
  if (/[?#]/.test(text)) return 'must not have a query or fragment';
  if (url.port === '0') return 'must not have port 0';
  if (/^\/*$/.test(url.pathname)) return 'has no path';
  if (/%(?:2f|5c|2e|00|0a|0d)/i.test(url.pathname)) return 'hides a separator in its path';
  if (new URL(text).pathname !== text.slice(text.indexOf(authority) + authority.length)) {
    return 'has . or .. segments in its path';
  }
  return undefined;
}

/** Why a host, as the URL parser writes it, may not be spoken to; names are resolved later. */
export function hostProblem(hostname: string, permissions: NetPermissions): string | undefined {
  const literal = literalOf(hostname);
  if (literal !== undefined) return addressProblem(classifyAddress(literal), permissions);
  const name = hostname.replace(/\.$/, '');
  if (!name.split('.').every((label) => LABEL.test(label))) return 'has no valid host name';
  if (METADATA_HOSTS.has(name)) return addressProblem('forbidden', permissions);
  if (name === 'localhost' || name.endsWith('.localhost')) {
    return addressProblem('private', permissions);
  }
  return undefined;
}

/** The IP address that a URL's host is, without brackets; `undefined` for a name. */
export function literalOf(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  // The URL parser has turned decimal, hexadecimal, octal and short spellings into four numbers.
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname) ? hostname : undefined;
}
