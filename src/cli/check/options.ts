import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readArgs, wholeFlag } from '../args.ts';
import { readNames } from '../names.ts';

/** How a report is written. */
export type OutputFormat = 'table' | 'json' | 'sarif' | 'github';

/** What reads objects. */
export type EngineWish = 'auto' | 'native' | 'embedded';

/** Secrets are findings, are told only, or are not looked for. */
export type SecretsWish = 'block' | 'report' | 'off';

/** Names of the two ends; without `from` everything up to the roots. */
export type RangeWish = Readonly<{ from?: string; to?: string }>;

/** Where the repository is. Without a path it is that of the current directory. */
export type Place =
  Readonly<{ kind: 'local'; path?: string }> | Readonly<{ kind: 'remote'; url: string }>;

/** All that `gitward check` was told. */
export type CheckOptions = Readonly<{
  place: Place;
  range: RangeWish;
  /** What is staged, in the place of a history. */
  isStaged: boolean;
  /** What becomes of secrets; as the policy says unless given. */
  secrets?: SecretsWish;
  /** Files in the place of the team's own. */
  config?: string;
  ignoreFile?: string;
  baseline?: string;
  signers: readonly string[];
  policy?: string;
  output: OutputFormat;
  engine: EngineWish;
  hasColor: boolean;
  isVerbose: boolean;
  /** Expiry as of the date that each commit claims. */
  isAtCommitDate: boolean;
  repository?: string;
  ref?: string;
  allowHttp: boolean;
  allowPrivateAddresses: boolean;
  maxCommits: number;
  maxPackBytes: number;
  timeoutMs: number;
}>;

const FLAGS = {
  range: { type: 'string' },
  staged: { type: 'boolean', default: false },
  secrets: { type: 'string' },
  config: { type: 'string' },
  'ignore-file': { type: 'string' },
  baseline: { type: 'string' },
  signers: { type: 'string', multiple: true },
  policy: { type: 'string' },
  output: { type: 'string', default: 'table' },
  engine: { type: 'string', default: 'auto' },
  'no-color': { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  'at-commit-date': { type: 'boolean', default: false },
  repository: { type: 'string' },
  ref: { type: 'string' },
  'allow-http': { type: 'boolean', default: false },
  'allow-private-addresses': { type: 'boolean', default: false },
  'max-commits': { type: 'string' },
  'max-pack-mib': { type: 'string' },
  timeout: { type: 'string' },
} as const;

const OUTPUTS = ['table', 'json', 'sarif', 'github'] as const;
const SECRETS = ['block', 'report', 'off'] as const;
const ENGINES = ['auto', 'native', 'embedded'] as const;

/** Twice the history of the Linux kernel is audited in parts. */
const MAX_COMMITS = { min: 1, max: 2_000_000, otherwise: 500_000 };
const MAX_PACK_MIB = { min: 1, max: 8_000, otherwise: 2_000 };
const TIMEOUT_SECONDS = { min: 1, max: 86_400, otherwise: 600 };

const BYTES_OF_MIB = 1024 * 1024;

/** Reads the arguments of `gitward check`, or says in one line what is wrong with them. */
export function parseCheckOptions(args: readonly string[]): Result<CheckOptions, string> {
  const given = readArgs(args, FLAGS);
  if (!given.ok) return given;
  const { values, positionals } = given.value;
  if (positionals.length > 1) return stopped('check takes one PATH or URL');
  const place = parsePlace(positionals[0]);
  if (!place.ok) return place;
  const range = parseRange(values.range);
  if (!range.ok) return range;
  const output = choice('output', values.output, OUTPUTS);
  if (!output.ok) return output;
  const engine = choice('engine', values.engine, ENGINES);
  if (!engine.ok) return engine;
  const leaks = parseSecrets(values);
  if (!leaks.ok) return leaks;
  const limits = parseLimits(values);
  if (!limits.ok) return limits;
  const named = readNames(values);
  if (!named.ok) return named;
  return ok({
    ...{ place: place.value, range: range.value, output: output.value, engine: engine.value },
    ...leaks.value,
    ...limits.value,
    ...named.value,
    signers: values.signers ?? [],
    ...(values.policy === undefined ? {} : { policy: values.policy }),
    hasColor: !values['no-color'],
    isVerbose: values.verbose,
    isAtCommitDate: values['at-commit-date'],
    allowHttp: values['allow-http'],
    allowPrivateAddresses: values['allow-private-addresses'],
  });
}

function parsePlace(operand: string | undefined): Result<Place, string> {
  if (operand === undefined) return ok({ kind: 'local' });
  if (operand === '') return stopped('PATH is empty');
  if (/^(?:https?|ssh):\/\//i.test(operand)) return ok({ kind: 'remote', url: operand });
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(operand)) {
    return stopped('a URL begins with https:// or ssh://; for a local repository give its path');
  }
  if (/^[\w.-]+@[\w.-]+:/.test(operand)) {
    return stopped('write ssh://user@host/path instead of user@host:path');
  }
  return ok({ kind: 'local', path: operand });
}

function parseRange(text: string | undefined): Result<RangeWish, string> {
  if (text === undefined) return ok({});
  const [from = '', to, ...more] = text.split('..');
  if (text.includes('...') || more.length > 0) return stopped('--range takes A..B, with two dots');
  if (to === undefined) return text === '' ? stopped('--range is empty') : ok({ to: text });
  if (from === '')
    return stopped('--range ..B has no beginning; give B alone to start at the root');
  return ok(to === '' ? { from } : { from, to });
}

function choice<T extends string>(
  name: string,
  text: string,
  allowed: readonly T[],
): Result<T, string> {
  const found = allowed.find((one) => one === text);
  return found === undefined ? stopped(`--${name} takes ${allowed.join(', ')}`) : ok(found);
}

type SecretsOptions = Pick<
  CheckOptions,
  'isStaged' | 'secrets' | 'config' | 'ignoreFile' | 'baseline'
>;

function parseSecrets(values: Values): Result<SecretsOptions, string> {
  const isStaged = values['staged'] === true;
  if (isStaged && textOf(values, 'range') !== undefined) {
    return stopped('--staged and --range are two different questions');
  }
  const wish = textOf(values, 'secrets');
  const secrets = wish === undefined ? ok(undefined) : choice('secrets', wish, SECRETS);
  if (!secrets.ok) return secrets;
  const [config, ignoreFile, baseline] = ['config', 'ignore-file', 'baseline'].map((name) =>
    textOf(values, name),
  );
  return ok({
    isStaged,
    ...(secrets.value === undefined ? {} : { secrets: secrets.value }),
    ...(config === undefined ? {} : { config }),
    ...(ignoreFile === undefined ? {} : { ignoreFile }),
    ...(baseline === undefined ? {} : { baseline }),
  });
}

type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function parseLimits(
  values: Values,
): Result<Pick<CheckOptions, 'maxCommits' | 'maxPackBytes' | 'timeoutMs'>, string> {
  const commits = wholeFlag('max-commits', textOf(values, 'max-commits'), MAX_COMMITS);
  if (!commits.ok) return commits;
  const pack = wholeFlag('max-pack-mib', textOf(values, 'max-pack-mib'), MAX_PACK_MIB);
  if (!pack.ok) return pack;
  const seconds = wholeFlag('timeout', textOf(values, 'timeout'), TIMEOUT_SECONDS);
  if (!seconds.ok) return seconds;
  return ok({
    maxCommits: commits.value,
    maxPackBytes: pack.value * BYTES_OF_MIB,
    timeoutMs: seconds.value * 1_000,
  });
}
