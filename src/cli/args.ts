import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable } from '../domain/stop.ts';

/** Flags of one sub-command, as `util.parseArgs` takes them. */
export type Flags = NonNullable<ParseArgsConfig['options']>;

type Parsed<F extends Flags> = ReturnType<
  typeof parseArgs<{ options: F; strict: true; allowPositionals: true }>
>;

/** Flags and operands as they were given. */
export type Given<F extends Flags> = Readonly<Pick<Parsed<F>, 'values' | 'positionals'>>;

/** Reads a sub-command's arguments by its table of flags, or says in one line what is wrong. */
export function readArgs<F extends Flags>(
  args: readonly string[],
  options: F,
): Result<Given<F>, string> {
  try {
    const config = { args: [...args], options, strict: true, allowPositionals: true } as const;
    const { values, positionals } = parseArgs(config);
    return ok({ values, positionals });
  } catch (error) {
    const text = error instanceof Error ? error.message : 'the arguments cannot be read';
    // Node goes on with advice of its own.
    const [first = text] = printable(text).split('. ');
    return stopped(first.replace(/\.$/, ''));
  }
}

/** A whole number of a flag, within bounds; `otherwise` where the flag is not given. */
export function wholeFlag(
  name: string,
  text: string | undefined,
  { min, max, otherwise }: Readonly<{ min: number; max: number; otherwise: number }>,
): Result<number, string> {
  if (text === undefined) return ok(otherwise);
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return ok(value);
  return stopped(`--${name} takes a whole number from ${min} to ${max}`);
}
