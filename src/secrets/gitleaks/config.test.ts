import { describe, expect, it } from 'vitest';
import { EMPTY, LIST } from '../../../test/support/secrets/rule-defaults.ts';
import type { LeakRule, RuleSet } from '../rule.ts';
import { parseGitleaksConfig } from './config.ts';

/** The rule's parts that a file gives. */
function partsOf(rule: LeakRule): unknown {
  const { severity: _s, fix: _f, reference: _r, ...parts } = rule;
  return parts;
}

function read(text: string): unknown {
  const parsed = parseGitleaksConfig(Buffer.from(text));
  if (!parsed.ok) return 'refused';
  const { rules, warnings } = parsed.value;
  return { ids: rules.rules.map(({ id }) => id), warnings: warnings.length };
}

function rulesOf(text: string): RuleSet {
  const parsed = parseGitleaksConfig(Buffer.from(text));
  if (!parsed.ok) throw new Error(parsed.stop);
  return parsed.value.rules;
}

describe('parseGitleaksConfig, one file', () => {
  it('everything that a rule can have, kept', () => {
    const { rules, allowlists } = rulesOf(`
      title = "ours"
      minVersion = "v8.25.0"
      [[rules]]
      id = "Generic-thing"
      description = "A thing"
      regex = '''(?i)thing-([a-z]{3})'''
      path = '''\\.ya?ml$'''
      entropy = 3.5
      secretGroup = 1
      keywords = ["Thing", "THING"]
      tags = ["x"]
      skipReport = true
      [[rules.required]]
      id = "Generic-thing"
      withinLines = 3
      withinColumns = 0
      [[rules.allowlists]]
      description = "why"
      condition = "and"
      paths = ["^docs/"]
      regexes = ["x"]
      regexTarget = "line"
      stopwords = ["Example"]
      commits = [" ABCDEF "]
      [[allowlists]]
      targetRules = ["Generic-thing"]
      stopwords = ["foo"]
      [[allowlists]]
      condition = "||"
      paths = ["go\\\\.sum"]`);
    expect(rules.map(partsOf)).toEqual([
      {
        ...{ id: 'Generic-thing', description: 'A thing', regex: '(?i)thing-([a-z]{3})' },
        ...{ path: '\\.ya?ml$', entropy: 3.5, secretGroup: 1, keywords: ['thing'] },
        ...{ isSilent: true, isGeneric: true },
        required: [{ rule: 'Generic-thing', withinLines: 3, withinColumns: 0 }],
        allowlists: [
          {
            ...{ condition: 'AND', paths: ['^docs/'], regexes: ['x'], target: 'line' },
            ...{ stopwords: ['example'], commits: ['abcdef'], rules: [] },
          },
        ],
      },
    ]);
    expect(allowlists).toEqual([
      { ...LIST, stopwords: ['foo'], rules: ['Generic-thing'] },
      { ...LIST, paths: ['go\\.sum'] },
    ]);
  });

  it('keys in other letters and values of other kinds, as viper reads them', () => {
    const { rules } = rulesOf(`
      [[RULES]]
      ID = "a"
      Regex = "x"
      SECRETGROUP = "0"
      Entropy = "2.5"
      keywords = "one,two"
      SkipReport = "false"
      [RULES.AllowList]
      StopWords = "word"`);
    expect(rules.map(partsOf)).toEqual([
      {
        ...EMPTY,
        ...{ id: 'a', description: '', regex: 'x', entropy: 2.5, keywords: ['one', 'two'] },
        allowlists: [{ ...LIST, stopwords: ['word'] }],
      },
    ]);
  });

  const RULE = '[[rules]]\nid = "a"\nregex = "x"\n';
  it.each<[string, string, unknown]>([
    ['an empty file, no rules', '', { ids: [], warnings: 0 }],
    ['a rule, read', RULE, { ids: ['a'], warnings: 0 }],
    ['a rule with a path only, read', '[[rules]]\nid="a"\npath="x"', { ids: ['a'], warnings: 0 }],
    ['no TOML, refused', '[[rules', 'refused'],
    ['a rule without an id, refused', '[[rules]]\nregex = "x"', 'refused'],
    ['a rule that finds nothing, refused', '[[rules]]\nid = "a"', 'refused'],
    ['two rules of one id, refused', RULE + RULE, 'refused'],
    ['a key twice in other letters, refused', `${RULE}Regex = "y"`, 'refused'],
    ['a regex that is a list, refused', '[[rules]]\nid = "a"\nregex = ["x"]', 'refused'],
    ['a regex that is none, refused', '[[rules]]\nid = "a"\nregex = "("', 'refused'],
    ['a path that is none, refused', `${RULE}path = "["`, 'refused'],
    ['a regex that looks ahead, refused', '[[rules]]\nid = "a"\nregex = "(?=a)b"', 'refused'],
    [
      'a regex as long as a book, refused',
      `[[rules]]\nid = "a"\nregex = "${'x'.repeat(70_000)}"`,
      'refused',
    ],
    ['a group that is not there, refused', `${RULE}secretGroup = 1`, 'refused'],
    ['a negative group, refused', `${RULE}secretGroup = -1`, 'refused'],
    ['an entropy that is no number, refused', `${RULE}entropy = "much"`, 'refused'],
    [
      'both forms of allowlists, refused',
      `${RULE}[rules.allowlist]\npaths=["x"]\n[[rules.allowlists]]\npaths=["y"]`,
      'refused',
    ],
    [
      'an allowlist of no condition, refused',
      `${RULE}[[rules.allowlists]]\npaths=["x"]\ncondition="XOR"`,
      'refused',
    ],
    [
      'an allowlist of no target, refused',
      `${RULE}[[rules.allowlists]]\npaths=["x"]\nregexTarget="file"`,
      'refused',
    ],
    ['an allowlist whose regex is none, refused', `${RULE}[allowlist]\nregexes=["["]`, 'refused'],
    [
      'an empty stopword, refused',
      `${RULE}[allowlist]\ncondition="AND"\npaths=["x"]\nstopwords=[""]`,
      'refused',
    ],
    ['a required rule that is none, refused', `${RULE}[[rules.required]]\nid = "b"`, 'refused'],
    [
      'a required rule without a name, refused',
      `${RULE}[[rules.required]]\nwithinLines = 1`,
      'refused',
    ],
    [
      'an allowlist that gives nothing, dropped and told',
      `${RULE}[[rules.allowlists]]\ndescription="x"`,
      { ids: ['a'], warnings: 1 },
    ],
    [
      'an allowlist for no rule, told',
      `${RULE}[[allowlists]]\ntargetRules=["b"]\npaths=["x"]`,
      { ids: ['a'], warnings: 1 },
    ],
    [
      'unknown keys, each told',
      `x = 1\n${RULE}filter = "f"\nvalidate = "v"\n[prefilter]\ny = 1`,
      { ids: ['a'], warnings: 4 },
    ],
    [
      'a version that is newer, told',
      `minVersion = "8.31.0"\n${RULE}`,
      { ids: ['a'], warnings: 1 },
    ],
    [
      'a version that is known, silent',
      `minVersion = "8.30.1"\n${RULE}`,
      { ids: ['a'], warnings: 0 },
    ],
    ['a version that is none, told', `minVersion = "new"\n${RULE}`, { ids: ['a'], warnings: 1 }],
  ])('%s', (_, text, outcome) => {
    expect(read(text)).toEqual(outcome);
  });

  it('a fault and a warning, no regex and no word of an allowlist in them', () => {
    const told = [
      'regex = "pass-of-ours("',
      'regex = "x"\n[rules.allowlist]\nregexes = ["pass-of-ours["]',
    ].map((end) => parseGitleaksConfig(Buffer.from(`[[rules]]\nid = "a"\n${end}`)));
    expect(told.map(({ ok }) => ok)).toEqual([false, false]);
    expect(JSON.stringify(told)).not.toContain('pass-of-ours');
  });
});
