import type { Allowlist } from '../rule.ts';
import type { Fields } from './fields.ts';
import { checkRegex } from './regex-check.ts';

const NOTHING: Allowlist = {
  condition: 'OR',
  ...{ paths: [], regexes: [], target: 'secret', stopwords: [], commits: [], rules: [] },
};

/**
 * The allowlists of a rule or of the whole file: the list `allowlists`, or the older `allowlist`; both
 * together are refused. One that gives nothing allows nothing and is dropped with a warning.
 */
export function readAllowlists(fields: Fields, scope: 'file' | 'rule'): readonly Allowlist[] {
  const placeOf = (index: number): string =>
    [fields.place, `allowlist ${index + 1}`].filter((part) => part !== '').join(', ');
  const lists = fields.tables('allowlists', placeOf);
  const older = fields.tables('allowlist', placeOf);
  if (lists.length > 0 && older.length > 0) {
    throw fields.unfit('allowlist is the older form of allowlists; give one of them');
  }
  if (older.length > 1) throw fields.unfit('allowlist is one table; for more use allowlists');
  return [...lists, ...older].flatMap((one) => readAllowlist(one, scope));
}

function readAllowlist(fields: Fields, scope: 'file' | 'rule'): readonly Allowlist[] {
  fields.text('description');
  const rules = scope === 'file' ? fields.texts('targetRules') : [];
  const list: Allowlist = {
    ...NOTHING,
    condition: conditionOf(fields),
    paths: fields.texts('paths'),
    regexes: fields.texts('regexes'),
    target: targetOf(fields),
    stopwords: words(fields, 'stopwords'),
    commits: words(fields, 'commits'),
    rules,
  };
  fields.finish();
  for (const [index, source] of list.paths.entries()) {
    checkRegex(source, `path ${index + 1}`, fields);
  }
  for (const [index, source] of list.regexes.entries()) {
    checkRegex(source, `regex ${index + 1}`, fields);
  }
  const { paths, regexes, stopwords, commits } = list;
  if (paths.length + regexes.length + stopwords.length + commits.length > 0) return [list];
  fields.warn('it gives neither paths, regexes, stopwords nor commits and allows nothing');
  return [];
}

function conditionOf(fields: Fields): Allowlist['condition'] {
  switch (fields.text('condition')?.toUpperCase()) {
    case undefined:
    case 'OR':
    case '||':
      return 'OR';
    case 'AND':
    case '&&':
      return 'AND';
    default:
      throw fields.unfit('condition is neither AND nor OR');
  }
}

function targetOf(fields: Fields): Allowlist['target'] {
  const target = fields.text('regexTarget') ?? 'secret';
  if (target === 'secret' || target === 'match' || target === 'line') return target;
  throw fields.unfit('regexTarget is neither secret, match nor line');
}

/** Lower-cased, each once. An empty one would be found in everything. */
function words(fields: Fields, name: 'stopwords' | 'commits'): readonly string[] {
  const given = fields.texts(name).map((word) => word.toLowerCase());
  const trimmed = name === 'commits' ? given.map((word) => word.trim()) : given;
  if (trimmed.includes('')) throw fields.unfit(`${name} holds an empty text`);
  return [...new Set(trimmed)];
}
