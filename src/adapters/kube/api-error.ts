import { at, isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';

/** One field of a refused object, as `metav1.StatusCause` tells it; `message` may quote values. */
export type StatusCause = Readonly<{ reason: string; field: string; message: string }>;

/** `metav1.StatusDetails` as far as gitward reads it; absent parts are ''. */
export type StatusDetails = Readonly<{
  group: string;
  /** The resource in plural for most errors: `configmaps`, `namespaces`. */
  kind: string;
  name: string;
  causes: readonly StatusCause[];
}>;

/** Why a call to the API server brought no usable answer. */
export type ApiError =
  | Readonly<{
      kind: 'status';
      code: number;
      reason: string;
      /** The server's text: hostile, may quote values of the object that was sent. */
      message: string;
      details: StatusDetails;
      retryAfterMs?: number;
    }>
  /** No connection, or it broke; a write may have happened or not. */
  | Readonly<{ kind: 'unreachable'; message: string }>
  /** No answer within the deadline; a write may have happened or not. */
  | Readonly<{ kind: 'timeout'; afterMs: number }>
  /** The answer is larger than the cap. */
  | Readonly<{ kind: 'tooLarge'; maxBytes: number }>
  /** The answer is no JSON object. */
  | Readonly<{ kind: 'unusable'; message: string }>
  /** Not sent: this process may not write any more. */
  | Readonly<{ kind: 'fenced' }>
  /** Not sent: the request itself is not allowed to exist. */
  | Readonly<{ kind: 'refused'; message: string }>;

const MAX_CAUSES = 20;

/** Reads an error answer of the server, `metav1.Status` or plain text; every part is bounded. */
export function parseStatus(code: number, body: Json | string, retryAfterMs?: number): ApiError {
  const status = isJsonObject(body) ? body : undefined;
  const text = typeof body === 'string' ? body : '';
  return {
    kind: 'status',
    code,
    reason: printable(stringAt(status, 'reason') ?? ''),
    message: printable(stringAt(status, 'message') ?? text),
    details: parseDetails(at(status, 'details')),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function parseDetails(details: Json | undefined): StatusDetails {
  const causes = at(details, 'causes');
  return {
    group: stringAt(details, 'group') ?? '',
    kind: stringAt(details, 'kind') ?? '',
    name: stringAt(details, 'name') ?? '',
    causes: Array.isArray(causes) ? causes.slice(0, MAX_CAUSES).map(parseCause) : [],
  };
}

function parseCause(cause: Json): StatusCause {
  return {
    reason: printable(stringAt(cause, 'reason') ?? ''),
    field: printable(stringAt(cause, 'field') ?? ''),
    message: printable(stringAt(cause, 'message') ?? ''),
  };
}

/** The error in one sentence, without the server's own text. */
export function describeError(error: ApiError): string {
  switch (error.kind) {
    case 'status':
      return `the API server answered ${error.code}${error.reason === '' ? '' : ` ${error.reason}`}`;
    case 'unreachable':
      return `no usable connection to the API server: ${error.message}`;
    case 'timeout':
      return `the API server did not answer within ${error.afterMs} ms`;
    case 'tooLarge':
      return `the answer of the API server is larger than ${error.maxBytes} bytes`;
    case 'unusable':
      return `the answer of the API server is not usable: ${error.message}`;
    case 'fenced':
      return 'not sent: this replica does not lead any more';
    case 'refused':
      return `not sent: ${error.message}`;
  }
}
