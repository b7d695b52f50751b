import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { hostProblem, textProblem } from './git-url.ts';
import type { NetPermissions } from './git-url.ts';

/** A repository on an SSH server. */
export type SshAddress = Readonly<{
  user: string;
  /** A name in lower case or an IP address, that in brackets where it is one of IPv6. */
  host: string;
  port: number;
  /** Safe between single quotes: letters, digits and `/ . _ ~ + @ = , -` only. */
  path: string;
}>;

const SHAPE = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9a-f:.]+\]|[^:/@[\]]+)(?::(\d{1,5}))?(\/.*)$/i;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;
const PATH = /^\/[A-Za-z0-9._~/+@=,-]+$/;

/**
 * Reads `ssh://[user@]host[:port]/path`; the user is `git` and the port 22 unless given. Whatever
 * else is `URLNotAllowed`: passwords, `%` escapes, quotes, `.` and `..` segments. The message never
 * repeats the URL.
 */
export function parseSshUrl(text: string, permissions: NetPermissions): Result<SshAddress> {
  const [, user = 'git', host = '', port = '22', path = ''] = SHAPE.exec(text) ?? [];
  const problem =
    textProblem(text) ?? userProblem(user) ?? placeProblem(host, Number(port)) ?? pathProblem(path);
  // As https, so that other spellings of IP addresses turn into the usual one.
  const hostname = problem === undefined ? hostnameOf(`https://${host}/`) : '';
  const refusal = problem ?? hostProblem(hostname, permissions);
  if (refusal !== undefined) return refused(refusal);
  // As git does: /~user/x is a path in the home of that user.
  const plain = path.replace(/\/+$/, '').replace(/^\/~/, '~');
  return ok({ user, host: hostname, port: Number(port), path: plain });
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

function placeProblem(host: string, port: number): string | undefined {
  if (host === '') return 'is not of the form ssh://user@host:port/path';
  return port < 1 || port > 65_535 ? 'has no valid port' : undefined;
}

function userProblem(user: string): string | undefined {
  if (user.includes(':')) return 'must not hold a password; use secretRef';
  return USER.test(user) ? undefined : 'has a user name with characters that are not taken';
}

function pathProblem(path: string): string | undefined {
  if (/^\/*$/.test(path)) return 'has no path';
  if (!PATH.test(path)) return 'has a path with characters that are not taken';
  const hasDots = path.split('/').some((part) => part === '.' || part === '..');
  return hasDots ? 'has . or .. segments in its path' : undefined;
}

function refused(problem: string): Result<never> {
  return stopped(stop('URLNotAllowed', `source.url ${problem}`));
}
