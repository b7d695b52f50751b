import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parseGitleaksConfig } from '../../src/secrets/index.ts';

// A change of the team's rules that looks harmless and takes one away: a regex that is none, the same
// id again, a rule without a pattern. The naive reader takes what it can read.

const GOOD = '[[rules]]\nid = "ours"\nregex = "ours-[a-z]{8}"\n';

type Rule = Readonly<{ id?: string; regex?: string; path?: string }>;

/** Ids of the rules that it would look for; by id the last one counts. */
function naive(text: string): readonly string[] {
  // What these tests write.
  const { rules = [] } = parse(text) as Readonly<{ rules?: readonly Rule[] }>;
  const usable = rules.filter(({ regex }) => {
    try {
      return regex !== undefined && new RegExp(regex) instanceof RegExp;
    } catch {
      return false;
    }
  });
  return [...new Map(usable.map((rule) => [rule.id ?? '', rule.regex ?? ''])).values()];
}

describe('rules of a team', () => {
  it('good ones, read by both', () => {
    const parsed = parseGitleaksConfig(Buffer.from(GOOD));
    expect([naive(GOOD).length, parsed.ok && parsed.value.rules.rules.length]).toEqual([1, 1]);
  });

  it.each<[string, string]>([
    ['a parenthesis too many', GOOD.replace('ours-', 'ours-(')],
    ['what only other engines know', GOOD.replace('ours-', '(?<name>ours-')],
    ['the same id again, finding nothing', `${GOOD}[[rules]]\nid = "ours"\nregex = "a^"\n`],
    ['the pattern under another name', GOOD.replace('regex', 'regexp')],
    ['an empty pattern', GOOD.replace('ours-[a-z]{8}', '')],
  ])('%s, lost by the naive reader and refused by ours', (_, text) => {
    expect(naive(text)).not.toContain('ours-[a-z]{8}');
    expect(parseGitleaksConfig(Buffer.from(text)).ok).toBe(false);
  });
});
