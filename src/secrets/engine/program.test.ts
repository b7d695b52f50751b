import { describe, expect, it } from 'vitest';
import type { LeakRule } from '../rule.ts';
import { rule } from '../rules/define.ts';
import { analyse } from './analysis.ts';
import type { Analysis } from './analysis.ts';
import { sharedProgram } from './program.ts';
import { textScanner } from './scanner.ts';

const one = (id: string, regex: string): LeakRule =>
  rule({
    ...{ id, description: '', severity: 'low', fix: '', reference: '', regex },
    keywords: [id],
  });

const RULES = [one('abc', 'abc[0-9]'), one('xyz', 'xyz[0-9]')];

function analysesOf(sources: readonly string[]): ReadonlyMap<string, Analysis> {
  const made = sources.map((source) => [source, analyse(source)] as const);
  return new Map(made.flatMap(([source, found]) => (found.ok ? [[source, found.value]] : [])));
}

describe('sharedProgram', () => {
  const all = analysesOf(['abc[0-9]', 'xyz[0-9]']);

  it.each([
    ['all worked out before, made once', 'gitward', all, true],
    ['one rule that sleeps, made for each', 'gitward', analysesOf(['abc[0-9]']), false],
    ['nothing worked out before, made for each', 'gitward', undefined, false],
    ['the dialect of gitleaks, made for each', 'gitleaks', all, false],
  ] as const)('%s', (_name, dialect, analyses, isShared) => {
    const set = { rules: RULES, allowlists: [] };
    const known = analyses === undefined ? {} : { analyses };
    const first = sharedProgram(set, dialect, known);
    expect(sharedProgram(set, dialect, known) === first).toBe(isShared);
  });

  it('two scanners of one set, each finds what is there', () => {
    for (const analyses of [all, analysesOf(['abc[0-9]'])]) {
      const set = { rules: RULES, allowlists: [] };
      for (let turn = 0; turn < 2; turn++) {
        const options = { dialect: 'gitward', inlineAllow: false, monotonic: () => 0 } as const;
        const scanner = textScanner(set, { ...options, analyses });
        const { hits } = scanner.scan(Buffer.from('abc1 xyz2'), { path: 'a' });
        expect(hits.map((hit) => hit.rule)).toEqual(['abc', 'xyz']);
      }
    }
  });
});
