/**
 * A match inside the scanner. It holds the secret: it never leaves `secrets/`, a thread's answer, a log
 * or an error. `findingOf` turns it into what may be told.
 */
export type Hit = Readonly<{
  rule: string;
  /** Byte offsets of the match in the bytes that were scanned. */
  start: number;
  end: number;
  /** One character a byte. */
  secret: string;
  /** One character a byte, without line ends around it. */
  match: string;
  /** From 1, in the bytes that were scanned. */
  line: number;
  endLine: number;
  /** How it was wrapped: `data.token, base64`. Names of keys, never values. */
  within?: string;
}>;

/** What could not be scanned, so that nobody takes it for clean. */
export type Gap = Readonly<{
  why: 'budget' | 'tooLarge' | 'tooDeep' | 'tooMany' | 'unreadable';
  /** The rule that could not be finished; absent where it is all of them. */
  rule?: string;
  /** From 1; where it began. */
  line: number;
}>;

/** What one text holds. */
export type Scanned = Readonly<{ hits: readonly Hit[]; gaps: readonly Gap[] }>;

/** Where a text comes from; what allowlists ask for. */
export type Where = Readonly<{ path: string; commit?: string }>;

/** Looks for leaks in bytes. Bounded in time and memory whatever the bytes are. */
export interface TextScanner {
  scan(bytes: Uint8Array, where: Where): Scanned;
}
