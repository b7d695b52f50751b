import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { analyse } from '../engine/analysis.ts';
import type { Analysis } from '../engine/analysis.ts';
import { readAnalyses, storeAnalyses } from '../engine/stored.ts';
import { COMPILED_RULES_PATH, compiledModule } from './compile.ts';
import { ownAnalyses, ownMatchers, ownRules } from './compiled.ts';
import { WRITTEN_RULES } from './written.ts';

const path = fileURLToPath(new URL(`../../../${COMPILED_RULES_PATH}`, import.meta.url));

describe('the compiled rules', () => {
  it('as the rules are; else run make rules', () => {
    expect(readFileSync(path, 'utf8') === compiledModule(WRITTEN_RULES)).toBe(true);
  });

  it('read as written', () => {
    expect(ownRules()).toEqual(WRITTEN_RULES);
  });

  it('every regex of our own, compiled', () => {
    const sources = WRITTEN_RULES.flatMap(({ regex }) => regex ?? []);
    expect(sources.filter((source) => !ownAnalyses().has(source))).toEqual([]);
    const lists = WRITTEN_RULES.flatMap(({ allowlists }) => allowlists);
    const others = lists.flatMap(({ paths, regexes }) => [...paths, ...regexes]);
    expect(others.filter((source) => !ownMatchers().has(source))).toEqual([]);
  });
});

/** Getters read, as two analyses read alike whatever they are made of. */
function whole({ regex, tail }: Analysis): unknown {
  const { source, js, body, groups, minLength, maxLength, steps } = regex;
  const { anchor, lead, engine, hasEdges } = regex;
  const told = { source, js, body, groups, minLength, maxLength, steps };
  return { ...told, anchor, lead, engine, hasEdges, tail };
}

describe('stored analyses', () => {
  it.each([
    ['a fixed literal', 'tok_[0-9a-f]{6}'],
    [
      'a lead and a tail',
      '(?i)[\\w.-]{0,50}?(?:key|token)[ \\t]{0,9}[:=][ "]{0,3}([0-9a-z]{20,40})',
    ],
    ['an unbounded length', 'BEGIN[\\s\\S]{64,}?END'],
    ['edges', '\\bab(?:c|$)'],
    ['unbounded steps', '(?:(?:a*b*)*c*)*d'],
    ['quotes and backslashes', `'"\\\\\\x60é`],
    ['no anchor', '[a-z]{4}'],
  ])('%s, read as written', (_name, source) => {
    const made = analyse(source);
    if (!made.ok) throw new Error('does not compile');
    const read = readAnalyses([source], storeAnalyses([made.value])).get(source);
    expect(read === undefined ? undefined : whole(read)).toEqual(whole(made.value));
  });
});
