/** One line of the operator's log: a stable message and plain fields, never a secret or a URL credential. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What the lines count; labels are closed sets, never data. */
export interface Meter {
  /** One pass of the repo line. */
  reconciled(result: 'success' | 'stalled' | 'waiting' | 'retry', seconds: number): void;
  verdict(result: 'accepted' | 'rejected', reason: string): void;
  drift(outcome: string): void;
  /** From the event's arrival to the stage. */
  driftStage(stage: 'candidate' | 'confirmed' | 'reverted', seconds: number): void;
  missedByWatch(count: number): void;
  guarded(objects: number): void;
}
