import { describe, expect, it } from 'vitest';
import { EMPTY, LIST } from '../../../test/support/secrets/rule-defaults.ts';
import type { LeakRule, RuleSet } from '../rule.ts';
import { OWN_RULES } from '../rules/index.ts';
import { parseGitleaksConfig } from './config.ts';

const FILES: Readonly<Record<string, string>> = {
  'base.toml': `
    [[rules]]
    id = "a"
    description = "A below"
    regex = "below-a"
    keywords = ["below"]
    entropy = 2
    [[rules.allowlists]]
    paths = ["below"]
    [[rules]]
    id = "b"
    regex = "below-b"
    [allowlist]
    paths = ["go.sum"]`,
  'self.toml': '[extend]\npath = "./self.toml"',
  'one.toml': '[extend]\npath = "two.toml"\n[[rules]]\nid = "one"\nregex = "1"',
  'two.toml': '[extend]\npath = "base.toml"\n[[rules]]\nid = "two"\nregex = "2"',
};

const load = (path: string): Uint8Array | undefined => {
  const text = FILES[path];
  return text === undefined ? undefined : Buffer.from(text);
};

/** The rule's parts that a file gives. */
function partsOf(rule: LeakRule): unknown {
  const { severity: _s, fix: _f, reference: _r, ...parts } = rule;
  return parts;
}

function read(text: string, defaults?: RuleSet): unknown {
  const parsed = parseGitleaksConfig(Buffer.from(text), load, defaults);
  if (!parsed.ok) return 'refused';
  const { rules, warnings } = parsed.value;
  return { ids: rules.rules.map(({ id }) => id), warnings: warnings.length };
}

function rulesOf(text: string, defaults?: RuleSet): RuleSet {
  const parsed = parseGitleaksConfig(Buffer.from(text), load, defaults);
  if (!parsed.ok) throw new Error(parsed.stop);
  return parsed.value.rules;
}

describe('parseGitleaksConfig, extended', () => {
  it('a rule of the same id, overridden field by field', () => {
    const { rules, allowlists } = rulesOf(`
      [extend]
      path = "base.toml"
      disabledRules = ["b"]
      [[rules]]
      id = "a"
      entropy = 4
      keywords = ["above"]
      [[rules.allowlists]]
      paths = ["above"]
      [[allowlists]]
      paths = ["first"]`);
    expect(rules.map(partsOf)).toEqual([
      {
        ...EMPTY,
        ...{ id: 'a', description: 'A below', regex: 'below-a', entropy: 4 },
        keywords: ['below', 'above'],
        allowlists: [
          { ...LIST, paths: ['below'] },
          { ...LIST, paths: ['above'] },
        ],
      },
    ]);
    expect(allowlists.map(({ paths }) => paths)).toEqual([['first'], ['go.sum']]);
  });

  const OWN = OWN_RULES.rules[0]?.id ?? '';
  it.each<[string, string, unknown]>([
    [
      'two files deep, all rules',
      '[extend]\npath = "two.toml"',
      { ids: ['a', 'b', 'two'], warnings: 0 },
    ],
    [
      'three files deep, cut off and told',
      '[extend]\npath = "one.toml"',
      { ids: ['one', 'two'], warnings: 1 },
    ],
    ['a file that extends itself, refused', '[extend]\npath = "self.toml"', 'refused'],
    ['a file that is not there, refused', '[extend]\npath = "none.toml"', 'refused'],
    ['a path out of the repository, refused', '[extend]\npath = "../base.toml"', 'refused'],
    ['an absolute path, refused', '[extend]\npath = "/base.toml"', 'refused'],
    [
      'path and default together, refused',
      '[extend]\npath = "base.toml"\nuseDefault = true',
      'refused',
    ],
    [
      'a URL, not followed and told',
      '[extend]\nurl = "https://example.com"',
      { ids: [], warnings: 1 },
    ],
    [
      'a disabled rule that is none, told',
      '[extend]\nuseDefault = true\ndisabledRules = ["none"]',
      { ids: [], warnings: 1 },
    ],
    ['our own rules, not repeated', '[extend]\nuseDefault = true', { ids: [], warnings: 0 }],
    [
      'one of our own changed, answered',
      `[extend]\nuseDefault = true\n[[rules]]\nid = "${OWN}"\nentropy = 4`,
      { ids: [OWN], warnings: 0 },
    ],
    [
      'a rule of theirs changed, dropped and told',
      '[extend]\nuseDefault = true\n[[rules]]\nid = "theirs"\nentropy = 4',
      { ids: [], warnings: 1 },
    ],
    [
      'one of our own replaced, told',
      `[[rules]]\nid = "${OWN}"\nregex = "x"`,
      { ids: [OWN], warnings: 1 },
    ],
    [
      'required on a changed rule, told',
      '[extend]\npath = "base.toml"\n[[rules]]\nid = "a"\n[[rules.required]]\nid = "a"',
      { ids: ['a', 'b'], warnings: 1 },
    ],
  ])('%s', (_, text, outcome) => {
    expect(read(text)).toEqual(outcome);
  });

  it('given defaults, all of them and their allowlists', () => {
    const defaults = rulesOf(FILES['base.toml'] ?? '');
    const text = '[extend]\nuseDefault = true\n[[rules]]\nid = "c"\nregex = "x"';
    expect(read(text, defaults)).toEqual({ ids: ['a', 'b', 'c'], warnings: 0 });
    expect(rulesOf(text, defaults).allowlists).toEqual(defaults.allowlists);
  });

  it('disabled rules, named for our own as well', () => {
    const text = `[extend]\nuseDefault = true\ndisabledRules = ["${OWN}"]`;
    const parsed = parseGitleaksConfig(Buffer.from(text));
    expect(parsed.ok && parsed.value.rules.disabled).toEqual([OWN]);
  });
});
