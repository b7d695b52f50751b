import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { RuleSet } from '../rule.ts';
import { ConfigReading } from './config-reading.ts';
import type { Defaults, GitleaksConfig, LoadFile } from './config-reading.ts';
import { Unfit } from './fields.ts';

/**
 * `parseGitleaksConfig` with given defaults. It stands apart because it needs none of gitward's own
 * rules: a scan in the dialect of gitleaks never loads them.
 */
export function parseWholeConfig(
  bytes: Uint8Array,
  load: LoadFile,
  defaults: RuleSet,
): Result<GitleaksConfig, string> {
  return readingOf(bytes, load, { rules: defaults, areOwn: false });
}

/** Reads a configuration on top of these defaults. */
export function readingOf(
  bytes: Uint8Array,
  load: LoadFile,
  defaults: Defaults,
): Result<GitleaksConfig, string> {
  const reading = new ConfigReading(load, defaults);
  try {
    return ok(reading.read(bytes));
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return stopped(error.message);
  }
}
