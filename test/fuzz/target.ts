/** A parser under fuzzing. */
export type Target = Readonly<{
  name: string;
  /** Honest inputs that mutants are made of; made anew in each run, never stored. */
  seeds: () => Promise<readonly Uint8Array[]>;
  /** Words of its language, put in now and then. */
  words: readonly string[];
  /** Parses; throws where a property of the parser is hurt. */
  run: (input: Uint8Array) => void | Promise<void>;
}>;

/** Throws unless it holds. */
export function holds(condition: boolean, property: string): void {
  if (!condition) throw new Error(`does not hold: ${property}`);
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** The bytes as text, as callers of text parsers decode them. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** Texts as inputs. */
export function texts(...all: readonly string[]): readonly Uint8Array[] {
  return all.map((text) => Buffer.from(text));
}
