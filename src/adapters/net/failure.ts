/** Why an exchange over the network failed; the closed list that adapters map to reasons. */
export type NetFailureKind =
  /** The address may not be spoken to. */
  | 'addressRefused'
  /** No address for the name, no connection, or it broke before an answer. */
  | 'unreachable'
  /** The certificate or the TLS handshake. */
  | 'tls'
  /** The proxy wants other credentials. */
  | 'proxyAuth'
  | 'timeout'
  | 'redirect'
  /** The answer is larger than the caller allows; the connection is closed. */
  | 'tooLarge'
  /** The connection ended inside the answer. */
  | 'truncated'
  /** Not HTTP, or in a form that was not asked for. */
  | 'malformed'
  /** The caller's signal. */
  | 'aborted';

/**
 * Thrown inside adapters only, because streams cannot return. The message names no credential and
 * quotes nothing the server said.
 */
export class NetError extends Error {
  override readonly name = 'NetError';
  readonly kind: NetFailureKind;

  constructor(kind: NetFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|ERR_OSSL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO$)/;

/** What a socket, DNS or HTTP parser error means; `started` once the answer's headers were read. */
export function netError(error: unknown, started: boolean): NetError {
  if (error instanceof NetError) return error;
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return new NetError('malformed', `the answer is not HTTP (${code})`);
  if (TLS_CODE.test(code)) {
    return new NetError('tls', `the server's certificate or TLS is not accepted (${code})`);
  }
  if (started) return new NetError('truncated', `the connection ended inside the answer (${code})`);
  const what =
    code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'the name does not resolve' : 'no connection';
  return new NetError('unreachable', `${what} (${code})`);
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'no code';
  // Node's codes are words; anything else would be text from outside.
  return typeof error.code === 'string' && /^\w{1,60}$/.test(error.code) ? error.code : 'no code';
}
