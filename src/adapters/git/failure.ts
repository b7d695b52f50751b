import type { StopReason } from '../../api/reasons.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop, StopDetail } from '../../domain/stop.ts';
import { NetError } from '../net/failure.ts';
import type { NetFailureKind } from '../net/failure.ts';

/** Carries a stop out of streams and callbacks; it never leaves this folder. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly stop: Stop;

  constructor(reason: StopReason, message: string, detail: StopDetail = {}) {
    super(message);
    this.stop = stop(reason, message, detail);
  }
}

const NET_REASONS: Readonly<Record<NetFailureKind, StopReason>> = {
  addressRefused: 'URLNotAllowed',
  unreachable: 'GitUnreachable',
  tls: 'GitUnreachable',
  proxyAuth: 'AuthenticationFailed',
  timeout: 'GitTimeout',
  redirect: 'RedirectRefused',
  tooLarge: 'RepositoryTooLarge',
  truncated: 'GitTruncated',
  malformed: 'GitProtocolError',
  aborted: 'GitTimeout',
};

/** What a failure of a fetch or poll means; messages hold nothing a server or user sent. */
export function stopOf(error: unknown): Stop {
  if (error instanceof GitError) return error.stop;
  if (error instanceof NetError) {
    const advice = error.kind === 'redirect' ? '; set source.url to the final address' : '';
    return stop(NET_REASONS[error.kind], `Git server: ${error.message}${advice}`);
  }
  const code = systemCode(error);
  if (code === undefined) throw error;
  const message = `the Git store on --data-dir failed (${code}); check volume and space`;
  return stop('StoreUnavailable', message);
}

/** Refuses an HTTP status other than 200. */
export function statusFailure(
  status: number,
  retryAfter: string | undefined,
  hasCredentials: boolean,
): GitError {
  if (status === 401 || status === 403 || status === 407) {
    const next = hasCredentials
      ? 'check the Secret of source.secretRef and what it may read'
      : 'set source.secretRef';
    return new GitError('AuthenticationFailed', `the Git server answered ${status}; ${next}`);
  }
  if (status === 404 || status === 410) {
    const message = `the Git server answered ${status}: no such repository, or the credentials may not see it; check source.url and source.secretRef`;
    return new GitError('RefNotFound', message);
  }
  if (status === 429 || status >= 500) {
    const wait = waitOf(retryAfter);
    const detail = wait === undefined ? {} : { retryAfterMs: wait };
    return new GitError('GitUnreachable', `the Git server answered ${status}`, detail);
  }
  return new GitError('GitProtocolError', `the Git server answered ${status}, which Git does not`);
}

/** A shallow boundary that nobody asked for. */
export function incomplete(): GitError {
  const message =
    'the Git server left out history that was asked for (a shallow boundary); serve the full repository';
  return new GitError('HistoryIncomplete', message);
}

/** Longest wait a server may ask for. */
const MAX_RETRY_AFTER_MS = 600_000;

function waitOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined || !/^\d{1,6}$/.test(retryAfter)) return undefined;
  return Math.min(Number(retryAfter) * 1_000, MAX_RETRY_AFTER_MS);
}

function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
