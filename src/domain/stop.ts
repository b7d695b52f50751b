import { STOP_REASONS } from '../api/reasons.ts';
import type { StopKind, StopReason } from '../api/reasons.ts';
import type { ObjectRef } from './object-ref.ts';
import type { Oid } from './oid.ts';

/**
 * Why a line ended: a closed reason, and a message that says what happened, to what, and what to do
 * next. The message never holds a secret value, a token or a URL credential.
 */
export type Stop = Readonly<{
  reason: StopReason;
  kind: StopKind;
  message: string;
  /** The commit at fault, where it is one commit. */
  oid?: Oid;
  /** The Kubernetes object at fault, where it is one object. */
  object?: ObjectRef;
  /** The server's own wish for the next try, in milliseconds. */
  retryAfterMs?: number;
}>;

/** The object, commit and delay a stop may name. */
export type StopDetail = Readonly<Pick<Stop, 'oid' | 'object' | 'retryAfterMs'>>;

/** Longest message kept, in UTF-16 code units; status and events stay readable. */
export const MAX_MESSAGE_LENGTH = 1_000;

/** Builds a stop; its kind follows from the reason, its message is made printable and bounded. */
export function stop(reason: StopReason, message: string, detail: StopDetail = {}): Stop {
  return { reason, kind: STOP_REASONS[reason].kind, message: printable(message), ...detail };
}

/** Replaces control and bidirectional characters and cuts to `MAX_MESSAGE_LENGTH`: text from outside cannot steer a terminal. */
export function printable(text: string): string {
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
  return safe.length <= MAX_MESSAGE_LENGTH ? safe : `${safe.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
}
