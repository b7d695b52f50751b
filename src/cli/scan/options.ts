import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ScanPlan } from '../../secrets/index.ts';
import { readArgs, wholeFlag } from '../args.ts';
import type { Given } from '../args.ts';
import type { RangeWish } from '../check/options.ts';

/** How a report is written. */
export type ScanReportFormat = 'table' | 'json' | 'sarif' | 'gitleaks';

/** All that `gitward scan` was told. */
export type ScanOptions = Readonly<{
  /** Of a repository; without one it is that of the current directory. */
  path?: string;
  /** Without one all that the refs and HEAD reach. */
  range?: RangeWish;
  dialect: ScanPlan['dialect'];
  /** Rules in gitleaks' TOML. */
  config?: string;
  /** What `useDefault` stands for in the dialect of gitleaks. */
  defaults?: string;
  report: ScanReportFormat;
  baselines: readonly string[];
  ignoreFiles: readonly string[];
  saltFile?: string;
  /** Whether `gitleaks:allow` on a line silences it. */
  inlineAllow: boolean;
  /** Of the whole scan; none unless given. */
  maxSeconds?: number;
  hasColor: boolean;
}>;

const FLAGS = {
  range: { type: 'string' },
  dialect: { type: 'string', default: 'gitward' },
  config: { type: 'string' },
  defaults: { type: 'string' },
  report: { type: 'string', default: 'table' },
  baseline: { type: 'string', multiple: true },
  'ignore-file': { type: 'string', multiple: true },
  'salt-file': { type: 'string' },
  'inline-allow': { type: 'boolean' },
  'max-seconds': { type: 'string' },
  'no-color': { type: 'boolean', default: false },
} as const;

const REPORTS = ['table', 'json', 'sarif', 'gitleaks'] as const;

/** 0: no limit. */
const MAX_SECONDS = { min: 1, max: 604_800, otherwise: 0 };

/** Reads the arguments of `gitward scan`, or says in one line what is wrong with them. */
export function parseScanOptions(args: readonly string[]): Result<ScanOptions, string> {
  const given = readArgs(args, FLAGS);
  if (!given.ok) return given;
  const { values, positionals } = given.value;
  if (positionals.length > 1) return stopped('scan takes one PATH');
  const [path] = positionals;
  if (path === '') return stopped('PATH is empty');
  const ways = parseWays(values);
  if (!ways.ok) return ways;
  const range = parseRange(values.range);
  if (!range.ok) return range;
  const seconds = wholeFlag('max-seconds', values['max-seconds'], MAX_SECONDS);
  if (!seconds.ok) return seconds;
  return ok({
    ...(path === undefined ? {} : { path }),
    ...(range.value === undefined ? {} : { range: range.value }),
    ...(seconds.value === 0 ? {} : { maxSeconds: seconds.value }),
    ...ways.value,
    ...filesOf(values),
    // Gitleaks honours it unless told otherwise, so its dialect does.
    inlineAllow: values['inline-allow'] ?? ways.value.dialect === 'gitleaks',
    hasColor: !values['no-color'],
  });
}

type Values = Given<typeof FLAGS>['values'];

function parseWays({
  dialect,
  report,
  config,
  defaults,
}: Values): Result<Pick<ScanOptions, 'dialect' | 'report'>, string> {
  if (dialect !== 'gitward' && dialect !== 'gitleaks') {
    return stopped('--dialect takes gitward, gitleaks');
  }
  const form = REPORTS.find((one) => one === report);
  if (form === undefined) return stopped(`--report takes ${REPORTS.join(', ')}`);
  if (dialect === 'gitleaks' && config === undefined) {
    return stopped('--dialect gitleaks needs the rules: --config FILE');
  }
  if (dialect === 'gitward' && defaults !== undefined) {
    return stopped('--defaults is for --dialect gitleaks; in gitward the own rules always apply');
  }
  return ok({ dialect, report: form });
}

type Files = Pick<ScanOptions, 'config' | 'defaults' | 'saltFile' | 'baselines' | 'ignoreFiles'>;

function filesOf(values: Values): Files {
  const { config, defaults, baseline = [] } = values;
  const saltFile = values['salt-file'];
  return {
    ...(config === undefined ? {} : { config }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(saltFile === undefined ? {} : { saltFile }),
    baselines: baseline,
    ignoreFiles: values['ignore-file'] ?? [],
  };
}

/** With two ends only: what a scan of one end is to leave out would be a guess. */
function parseRange(text: string | undefined): Result<RangeWish | undefined, string> {
  if (text === undefined) return ok(undefined);
  const [from = '', to = '', ...more] = text.split('..');
  if (from === '' || text.includes('...') || more.length > 0 || !text.includes('..')) {
    return stopped('--range takes A..B, with two dots');
  }
  return ok(to === '' ? { from } : { from, to });
}
