import { describe, expect, it } from 'vitest';
import type { Allowlist, LeakRule } from '../rule.ts';
import { rule } from '../rules/define.ts';
import { AHEAD_BYTES, CHUNK_BYTES, MAX_HITS, MAX_INPUT_BYTES } from './budget.ts';
import { textScanner } from './scanner.ts';
import type { EngineOptions } from './scanner.ts';

const made = (id: string, more: Partial<LeakRule>): LeakRule =>
  rule({ id, description: '', severity: 'low', fix: '', reference: '', ...more });

const allow = (more: Partial<Allowlist>): Allowlist => ({
  ...{ condition: 'OR', paths: [], regexes: [], target: 'secret', stopwords: [] },
  ...{ commits: [], rules: [] },
  ...more,
});

type World = Partial<EngineOptions> &
  Readonly<{ rules: readonly LeakRule[]; allowlists?: readonly Allowlist[]; path?: string; commit?: string }>; // prettier-ignore

/** Rule and line of every hit, and every gap. */
function scan(text: string | Uint8Array, world: World): readonly string[] {
  const { rules, allowlists = [], path = 'a.txt', commit, ...options } = world;
  const engine = {
    dialect: 'gitward',
    inlineAllow: false,
    monotonic: () => 0,
    ...options,
  } as const;
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const where = commit === undefined ? { path } : { path, commit };
  const { hits, gaps } = textScanner({ rules, allowlists }, engine).scan(bytes, where);
  return [
    ...hits.map((hit) => `${hit.rule}:${hit.line}`),
    ...gaps.map((gap) => `${gap.why} ${gap.rule ?? 'all'}:${gap.line}`),
  ];
}

const TOKEN = made('token', { regex: 'tok_([0-9a-f]{6})' });
const BOTH = ['gitward', 'gitleaks'] as const;

describe.each(BOTH)('textScanner, %s', (dialect) => {
  it.each<[string, string, Partial<LeakRule>, readonly string[]]>([
    ['a match, its rule and line', '\n\ntok_00ff00', {}, ['token:3']],
    ['a keyword in any case, enough', 'tok_00ff00 KEY', { keywords: ['key'] }, ['token:1']],
    ['no keyword, nothing', 'tok_00ff00', { keywords: ['key'] }, []],
    ['entropy above, told', 'tok_0123ab', { entropy: 2.5 }, ['token:1']],
    ['entropy just as high, nothing', 'tok_00ff00', { entropy: 0.9182958340544896 }, []],
    ['a path that is the rule’s, told', 'tok_00ff00', { path: 'a\\.txt$' }, ['token:1']],
    ['another path, nothing', 'tok_00ff00', { path: 'b\\.txt$' }, []],
    ['a silent rule, nothing', 'tok_00ff00', { isSilent: true }, []],
  ])('%s', (_name, text, more, expected) => {
    expect(scan(text, { dialect, rules: [{ ...TOKEN, ...more }] })).toEqual(expected);
  });

  it.each<[string, Partial<Allowlist>, readonly string[]]>([
    ['nothing', {}, ['token:1']],
    ['a regex on the secret', { regexes: ['^00'] }, []],
    ['a regex that only the match has', { regexes: ['tok_'] }, ['token:1']],
    ['a regex on the match', { regexes: ['^tok_'], target: 'match' }, []],
    ['a regex on the line', { regexes: ['example'], target: 'line' }, []],
    ['a regex that does not compile', { regexes: ['(?!x)', '('] }, ['token:1']],
    ['one of two regexes', { regexes: ['nothing', '00$'] }, []],
    ['a stop word', { stopwords: ['ff0'] }, []],
    ['one of many stop words', { stopwords: 'a1 b1 c1 d1 e1 f1 g1 h1 0ff'.split(' ') }, []],
    ['none of many stop words', { stopwords: 'a1 b1 c1 d1 e1 f1 g1 h1 i1'.split(' ') }, ['token:1']], // prettier-ignore
    ['the path', { paths: ['a\\.txt$'] }, []],
    ['the commit', { commits: ['0123456789abcdef'] }, []],
    ['another commit', { commits: ['1123456789abcdef'] }, ['token:1']],
    ['path and word, both', { condition: 'AND', paths: ['txt'], stopwords: ['ff'] }, []],
    ['path and word, path only', { condition: 'AND', paths: ['txt'], stopwords: ['zz'] }, ['token:1']], // prettier-ignore
    ['path and word, word only', { condition: 'AND', paths: ['zz'], stopwords: ['ff'] }, ['token:1']], // prettier-ignore
    ['path and commit, both', { condition: 'AND', paths: ['txt'], commits: ['0123456789abcdef'] }, []], // prettier-ignore
    ['path and commit, path only', { condition: 'AND', paths: ['txt'], commits: ['9'] }, ['token:1']], // prettier-ignore
    ['nothing at all under AND', { condition: 'AND' }, ['token:1']],
  ])('allowed by %s, in the rule and globally', (_name, more, expected) => {
    const text = 'x = tok_00ff00 # example\n';
    const commit = '0123456789ABCDEF';
    const own = { ...TOKEN, allowlists: [allow(more)] };
    expect(scan(text, { dialect, commit, rules: [own] })).toEqual(expected);
    const allowlists = [allow(more)];
    expect(scan(text, { dialect, commit, rules: [TOKEN], allowlists })).toEqual(expected);
    const scoped = [allow({ ...more, rules: ['token'] })];
    expect(scan(text, { dialect, commit, rules: [TOKEN], allowlists: scoped })).toEqual(expected);
    const elsewhere = [allow({ ...more, rules: ['other'] })];
    const told = scan(text, { dialect, commit, rules: [TOKEN], allowlists: elsewhere });
    expect(told).toEqual(['token:1']);
  });

  it.each([
    ['on the line, silenced', 'tok_00ff00 # gitleaks:allow\n', true, []],
    ['on the line and not honoured, told', 'tok_00ff00 # gitleaks:allow\n', false, ['token:1']],
    ['on the line before, told', '# gitleaks:allow\ntok_00ff00\n', true, ['token:2']],
    ['on the line behind, told', 'tok_00ff00\n# gitleaks:allow\n', true, ['token:1']],
  ])('gitleaks:allow %s', (_name, text, inlineAllow, expected) => {
    expect(scan(text, { dialect, inlineAllow, rules: [TOKEN] })).toEqual(expected);
  });

  it('a generic rule beside a specific one, silent on its line only', () => {
    const generic = made('any', { regex: '[0-9a-f]{6}', isGeneric: true });
    const text = 'tok_00ff00\n00ff00\n';
    expect(scan(text, { dialect, rules: [TOKEN, generic] })).toEqual(['token:1', 'any:2']);
  });

  it.each<[string, Partial<LeakRule>, string, readonly string[]]>([
    ['anywhere, there', {}, 'id=7\n\n\n\ntok_00ff00', ['token:5']],
    ['anywhere, absent', {}, 'tok_00ff00', []],
    ['within 2 lines, near', { required: [{ rule: 'id', withinLines: 2 }] }, 'id=7\n\ntok_00ff00', ['token:3']], // prettier-ignore
    ['within 2 lines, far', { required: [{ rule: 'id', withinLines: 2 }] }, 'id=7\n\n\ntok_00ff00', []], // prettier-ignore
    ['within 9 columns, near', { required: [{ rule: 'id', withinColumns: 9 }] }, 'id=7     tok_00ff00', ['token:1']], // prettier-ignore
    ['within 8 columns, far', { required: [{ rule: 'id', withinColumns: 8 }] }, 'id=7     tok_00ff00', []], // prettier-ignore
    ['a rule that is not there', { required: [{ rule: 'none' }] }, 'id=7 tok_00ff00', []],
    ['without the keyword of what is required', { required: [{ rule: 'shy' }] }, 'id=7 tok_00ff00', ['token:1']], // prettier-ignore
  ])('required %s', (_name, more, text, expected) => {
    const id = made('id', { regex: 'id=[0-9]', isSilent: true });
    const shy = made('shy', { regex: 'd=[0-9]', isSilent: true, keywords: ['absent'] });
    const asking = { ...TOKEN, required: [{ rule: 'id' }], ...more };
    expect(scan(text, { dialect, rules: [asking, id, shy] })).toEqual(expected);
  });

  it('rules by path alone, told at line 0 whatever the bytes are', () => {
    const rules = [made('key-file', { path: '\\.p12$' }), TOKEN];
    const binary = Buffer.from('\0\x01\x02tok_00ff00', 'latin1');
    expect(scan(binary, { dialect, rules, path: 'ä/a.p12' })).toEqual(['key-file:0']);
    expect(scan('tok_00ff00', { dialect, rules, path: 'p12' })).toEqual(['token:1']);
    const allowlists = [allow({ paths: ['^ä/'] })];
    expect(scan(binary, { dialect, rules, allowlists, path: 'ä/a.p12' })).toEqual([]);
  });

  it.each<[string, Partial<LeakRule>, readonly string[]]>([
    ['without keywords, a gap everywhere', {}, ['unreadable bad:1', 'token:1']],
    ['with its keyword, a gap', { keywords: ['tok_'] }, ['unreadable bad:1', 'token:1']],
    ['without its keyword, none', { keywords: ['absent'] }, ['token:1']],
    ['on its path, a gap', { path: 'txt$' }, ['unreadable bad:1', 'token:1']],
    ['on another path, none', { path: 'yaml$' }, ['token:1']],
    ['with a path that does not compile, a gap', { regex: 'tok_', path: '(' }, ['unreadable bad:1', 'token:1']], // prettier-ignore
  ])('a rule that does not compile, %s', (_name, more, expected) => {
    const bad = made('bad', { regex: 'a(?!b)', ...more });
    expect(scan('tok_00ff00', { dialect, rules: [bad, TOKEN] }).toSorted()).toEqual(
      expected.toSorted(),
    );
  });

  it('a path that does not compile, a gap wherever the rule may be asked', () => {
    const bad = made('bad', { path: '(' });
    expect(scan('', { dialect, rules: [bad] })).toEqual(['unreadable bad:1']);
    expect(scan('\0', { dialect, rules: [bad] })).toEqual(['unreadable bad:1']);
  });

  it('a match in a large text, found across every cut and once', () => {
    for (const cut of [CHUNK_BYTES, 2 * CHUNK_BYTES]) {
      for (let before = 0; before <= 11; before++) {
        const text = `${' '.repeat(cut - before)}tok_00ff00${'\n'.repeat(CHUNK_BYTES)}`;
        expect(scan(text, { dialect, rules: [TOKEN] })).toEqual(['token:1']);
      }
    }
  });

  it.each([
    ['a lead', '[a-z]{0,50}?key=[0-9]{4}', `${'a'.repeat(50)}key=1234`],
    ['a window', '[a-z0-9]{1,60}-mid[0-9]', `${'a0'.repeat(30)}-mid1`],
    ['no anchor', '[0-9a-f]{12}', '0123456789ab'],
    ['a long block', 'BEGIN[a-z\\n]{64,}?END', `BEGIN${'abc\n'.repeat(900)}END`],
  ])('%s across a cut, as without one', (_name, regex, secret) => {
    const rules = [made('it', { regex })];
    for (const before of [1, 5, 8, secret.length - 1, secret.length]) {
      const text = `${'~'.repeat(CHUNK_BYTES - before)}${secret}\n~~~~\n${secret}~`;
      const lines = secret.split('\n').length;
      expect(scan(text, { dialect, rules })).toEqual(['it:1', `it:${lines + 2}`]);
    }
  });

  it('a single line of 30 MB, scanned to its end', () => {
    const bytes = Buffer.alloc(30 * 1024 * 1024, 'x');
    for (let at = 0; at < 2000; at++) bytes.write('tok_00ff00', at * 14_000, 'latin1');
    bytes.write('tok_00ff00\n', bytes.length - 11, 'latin1');
    expect(scan(bytes, { dialect, inlineAllow: true, rules: [TOKEN] })).toHaveLength(2001);
  });

  it('more hits than a file may have, a gap', () => {
    const text = 'tok_00ff00\n'.repeat(MAX_HITS + 1);
    const told = scan(text, { dialect, rules: [TOKEN] });
    expect(told.slice(MAX_HITS - 1)).toEqual([`token:${MAX_HITS}`, `tooMany all:${MAX_HITS + 1}`]);
  });

  it('more bytes than memory is for, a gap', () => {
    // A view that says so: what is in it is never read.
    const huge = { length: MAX_INPUT_BYTES + 1 } as Uint8Array;
    expect(scan(huge, { dialect, rules: [TOKEN] })).toEqual(['tooLarge all:1']);
  });

  it('UTF-16, with the lines of the text', () => {
    const text = Buffer.from('\ufeffa\nb\ntok_00ff00\n', 'utf16le');
    expect(scan(text, { dialect, rules: [TOKEN] })).toEqual(['token:3']);
    expect(scan(Buffer.from(text).swap16(), { dialect, rules: [TOKEN] })).toEqual(['token:3']);
  });
});

describe('textScanner, where the dialects differ', () => {
  it('a NUL among text, binary for git only', () => {
    const text = `${'password\n'.repeat(20)}\0tok_00ff00`;
    expect(scan(text, { dialect: 'gitleaks', rules: [TOKEN] })).toEqual([]);
    expect(scan(text, { dialect: 'gitward', rules: [TOKEN] })).toEqual(['token:21']);
  });

  it('a keyword far away, enough for gitleaks only', () => {
    const text = `key${'\n'.repeat(CHUNK_BYTES * 2)}tok_00ff00`;
    const rules = [{ ...TOKEN, keywords: ['key'] }];
    expect(scan(text, { dialect: 'gitleaks', rules })).toHaveLength(1);
    expect(scan(text, { dialect: 'gitward', rules })).toEqual([]);
  });

  it('a keyword just across a cut, enough for both', () => {
    const text = `${' '.repeat(CHUNK_BYTES - 6)}key = tok_00ff00${' '.repeat(AHEAD_BYTES)}`;
    const rules = [{ ...TOKEN, keywords: ['key'] }];
    for (const dialect of BOTH) expect(scan(text, { dialect, rules })).toEqual(['token:1']);
  });

  it('abbreviated commits, known to gitward only', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const allowlists = [allow({ commits: ['0123456'] })];
    const world = { commit, allowlists, rules: [TOKEN] };
    expect(scan('tok_00ff00', { dialect: 'gitleaks', ...world })).toEqual(['token:1']);
    expect(scan('tok_00ff00', { dialect: 'gitward', ...world })).toEqual([]);
  });

  it('a flag in one regex of a list, in force behind it for gitleaks only', () => {
    const allowlists = [allow({ regexes: ['(?i)zz', 'FF'] })];
    const rules = [TOKEN];
    expect(scan('tok_00ff00', { dialect: 'gitleaks', allowlists, rules })).toEqual([]);
    expect(scan('tok_00ff00', { dialect: 'gitward', allowlists, rules })).toEqual(['token:1']);
  });

  it('gitleaks:allow in front of a last line without newline, silencing it for gitleaks only', () => {
    const text = '# gitleaks:allow\n\ntok_00ff00';
    const world = { inlineAllow: true, rules: [TOKEN] };
    expect(scan(text, { dialect: 'gitleaks', ...world })).toEqual([]);
    expect(scan(text, { dialect: 'gitward', ...world })).toEqual(['token:3']);
  });
});

describe('rules that were not worked out before', () => {
  it('no keyword of theirs seen, left as they are', () => {
    const asked: string[] = [];
    const analyses = new Map();
    analyses.get = (source: string) => {
      asked.push(source);
      return undefined;
    };
    const rules = [TOKEN, { ...TOKEN, id: 'other', regex: 'tok_[0-9]+', keywords: ['absent'] }];
    const world = { analyses, rules, path: 'a.yaml' };
    expect(scan('tok_00ff00', world)).toEqual(['token:1']);
    expect(asked).toEqual([TOKEN.regex]);
    expect(scan('tok_00ff00 absent', world)).toEqual(['other:1', 'token:1']);
  });
});

describe('rarity', () => {
  const rules = [{ ...TOKEN, rarity: 0.5 }];
  it.each([
    ['as rare as asked, told', 0.5, ['token:1']],
    ['less, nothing', 0.4, []],
  ])('%s', (_name, value, expected) => {
    expect(scan('tok_00ff00', { rules, rarity: () => value })).toEqual(expected);
  });
});
