import { describe, expect, it } from 'vitest';
import { fileScanner } from './scan.ts';
import type { Allowlist } from './rule.ts';

const NONE: Allowlist = {
  condition: 'OR',
  paths: [],
  regexes: [],
  target: 'secret',
  stopwords: [],
  commits: [],
  rules: [],
};

const SECRET = Buffer.from(`apiVersion: v1
kind: Secret
metadata: { name: a }
stringData:
  password: correct-horse
`);

function rulesFound(list: Allowlist, path = 'deploy/a.yaml'): readonly string[] {
  const team = { rules: [], allowlists: [list], disabled: [] };
  const plan = { dialect: 'gitward', inlineAllow: false, salt: 's', sops: [], team } as const;
  const { findings } = fileScanner(plan, () => 0).scan({ path, bytes: SECRET });
  return findings.map(({ rule }) => rule);
}

describe('the allowlists of a team and what structure finds', () => {
  const told = ['kubernetes-secret-value'];

  it.each<readonly [string, Partial<Allowlist>, readonly string[]]>([
    ['an empty list, told', {}, told],
    ['its path, allowed', { paths: ['^deploy/'] }, []],
    ['another path, told', { paths: ['^test/'] }, told],
    ['its path for its rule, allowed', { paths: ['^deploy/'], rules: told }, []],
    ['its path for another rule, told', { paths: ['^deploy/'], rules: ['private-key'] }, told],
    ['its value, allowed', { regexes: ['^correct-'] }, []],
    ['a word of its value, allowed', { stopwords: ['horse'] }, []],
    ['path and another word, told', { condition: 'AND', paths: ['a'], stopwords: ['cow'] }, told],
    ['path and its word, allowed', { condition: 'AND', paths: ['a'], stopwords: ['horse'] }, []],
  ])('%s', (_name, list, expected) => {
    expect(rulesFound({ ...NONE, ...list })).toEqual(expected);
  });
});
