import type { LeakRule, RequiredRule } from '../rule.ts';
import { rule } from '../rules/define.ts';
import { readAllowlists } from './allowlist.ts';
import type { Fields } from './fields.ts';
import { checkRegex } from './regex-check.ts';

/** What the rules of a team have in common; TOML knows neither. */
const TEAM_RULE = {
  severity: 'high',
  fix: 'Revoke it where it was issued, make a new one and keep it out of Git.',
  reference: '',
} as const;

/** A rule as its table has it: it may lack what a rule of the same id in an extended file gives. */
export function readRule(fields: Fields): LeakRule {
  const id = fields.text('id')?.trim() ?? '';
  if (id === '') throw fields.unfit('it has no id');
  fields.texts('tags');
  const [regex, path] = [fields.text('regex'), fields.text('path')];
  const entropy = fields.number('entropy') ?? 0;
  const secretGroup = fields.whole('secretGroup') ?? 0;
  const read: LeakRule = rule({
    ...TEAM_RULE,
    id,
    description: fields.text('description') ?? '',
    ...(regex === undefined ? {} : { regex }),
    ...(path === undefined ? {} : { path }),
    keywords: keywordsOf(fields),
    ...(entropy === 0 ? {} : { entropy }),
    ...(secretGroup === 0 ? {} : { secretGroup }),
    allowlists: readAllowlists(fields, 'rule'),
    required: fields
      .tables('required', (index) => `${fields.place}, required ${index + 1}`)
      .map(readRequired),
    isSilent: fields.flag('skipReport'),
    // As gitleaks tells them apart: by the name.
    isGeneric: id.toLowerCase().includes('generic'),
  });
  fields.finish();
  if (regex !== undefined) checkRegex(regex, 'regex', fields);
  if (path !== undefined) checkRegex(path, 'path', fields);
  return read;
}

/** An empty keyword stands in every text: it demands nothing, and so does the list that holds it. */
function keywordsOf(fields: Fields): readonly string[] {
  const keywords = fields.texts('keywords').map((keyword) => keyword.toLowerCase());
  return keywords.includes('') ? [] : [...new Set(keywords)];
}

function readRequired(fields: Fields): RequiredRule {
  const named = fields.text('id');
  if (named === undefined) throw fields.unfit('it names no rule');
  const [withinLines, withinColumns] = [fields.whole('withinLines'), fields.whole('withinColumns')];
  fields.finish();
  return {
    rule: named,
    ...(withinLines === undefined ? {} : { withinLines }),
    ...(withinColumns === undefined ? {} : { withinColumns }),
  };
}
