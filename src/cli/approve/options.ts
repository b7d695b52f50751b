import { MAX_DURATION_LENGTH, parseDuration } from '../../api/duration.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { REVIEW_RULE } from '../../policy/signed.ts';
import { readArgs } from '../args.ts';
import { readNames } from '../names.ts';

/** All that `gitward approve` was told. */
export type ApproveOptions = Readonly<{
  commit: string;
  rule: string;
  ref?: string;
  repository?: string;
  lifeMs: number;
  key?: string;
}>;

const FLAGS = {
  rule: { type: 'string', default: REVIEW_RULE },
  ref: { type: 'string' },
  repository: { type: 'string' },
  expires: { type: 'string', default: '72h' },
  key: { type: 'string' },
} as const;

/** An approval that counts for longer is a standing permission, which belongs into the rules. */
const MAX_LIFE_MS = 8_760 * 3_600_000;
const MIN_LIFE_MS = 60_000;

/** Reads the arguments of `gitward approve`, or says in one line what is wrong with them. */
export function parseApproveOptions(args: readonly string[]): Result<ApproveOptions, string> {
  const given = readArgs(args, FLAGS);
  if (!given.ok) return given;
  const { values, positionals } = given.value;
  const [commit = '', ...more] = positionals;
  if (commit === '' || more.length > 0) return stopped('approve takes one COMMIT');
  const { rule, expires, key } = values;
  const named = readNames(values);
  if (!named.ok) return named;
  const lifeMs = expires.length > MAX_DURATION_LENGTH ? undefined : parseDuration(expires);
  if (lifeMs === undefined || lifeMs < MIN_LIFE_MS || lifeMs > MAX_LIFE_MS) {
    return stopped('--expires takes a duration from 1m to 8760h, such as 72h');
  }
  return ok({ commit, rule, lifeMs, ...named.value, ...(key === undefined ? {} : { key }) });
}
