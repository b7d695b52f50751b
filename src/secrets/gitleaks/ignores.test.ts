import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../finding.ts';
import { parseBaseline } from './baseline.ts';
import { parseIgnoreFile } from './ignore-file.ts';
import { isIgnored, mergeIgnores } from './ignores.ts';
import type { Ignores } from './ignores.ts';

const COMMIT = 'c0ffee'.repeat(7).slice(0, 40);
const OTHER = 'decade'.repeat(7).slice(0, 40);
const PRINT = '0123456789abcdef'.repeat(2);
const SALT = 'a salt';
const FINDING = { rule: 'a-rule', path: 'dir/a:b.yaml', line: 7, fingerprint: PRINT };

function ignored(text: string, finding = FINDING, commit: string | undefined = COMMIT): unknown {
  const ignores = parseIgnoreFile(Buffer.from(text));
  return [isIgnored(finding, commit, ignores), ignores.warnings.length];
}

describe('parseIgnoreFile', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', [false, 0]],
    ['a comment and white space', '# why\n  \n\t\r\n', [false, 0]],
    ['the place in this commit', `${COMMIT}:dir/a:b.yaml:a-rule:7\n`, [true, 0]],
    ['the place in another commit', `${OTHER}:dir/a:b.yaml:a-rule:7`, [false, 0]],
    ['the place in any commit, told', 'dir/a:b.yaml:a-rule:7', [true, 1]],
    ['written the other way around', 'dir\\a:b.yaml:a-rule:7', [true, 1]],
    ['another line', 'dir/a:b.yaml:a-rule:8', [false, 1]],
    ['another rule', 'dir/a:b.yaml:b-rule:7', [false, 1]],
    ['the fingerprint', PRINT, [true, 0]],
    ['the fingerprint and why', `${PRINT}   # rotated`, [true, 0]],
    ['the fingerprint in capitals, told', PRINT.toUpperCase(), [false, 1]],
    ['half a fingerprint, told', PRINT.slice(1), [false, 1]],
    ['a line that is none, told', 'dir/a.yaml', [false, 1]],
    ['a line as long as a book, told', 'x'.repeat(6_000), [false, 1]],
    ['bytes that are no text, told', '\u0000\u0001', [false, 1]],
  ])('%s', (_, text, outcome) => {
    expect(ignored(text)).toEqual(outcome);
  });

  it('a place of a commit, not for a finding of none', () => {
    const text = `${COMMIT}:dir/a:b.yaml:a-rule:7`;
    expect(isIgnored(FINDING, undefined, parseIgnoreFile(Buffer.from(text)))).toBe(false);
  });

  it('more entries than are read, the others told and not ignored', () => {
    const many = Array.from({ length: 50_001 }, (_, line) => `f.yaml:a-rule:${line}`).join('\n');
    const { places, warnings } = parseIgnoreFile(Buffer.from(many));
    expect([places.size, warnings.length]).toEqual([50_000, 2]);
  });

  it('any bytes, read in bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseIgnoreFile(bytes).fingerprints.size).toBeLessThanOrEqual(10);
      }),
    );
  });
});

const ENTRY = {
  RuleID: 'a-rule',
  File: 'a.yaml',
  StartLine: 7,
  Commit: COMMIT,
  Secret: 'ä secret',
};

function known(
  finding: Readonly<{ secret: string; path?: string; line?: number }>,
  ignores: Ignores,
): boolean {
  const { secret, path = 'a.yaml', line = 7 } = finding;
  const hit = { rule: 'a-rule', secret: Buffer.from(secret).toString('latin1') };
  return isIgnored(
    { rule: 'a-rule', path, line, fingerprint: fingerprintOf(hit, path, SALT) },
    COMMIT,
    ignores,
  );
}

describe('parseBaseline', () => {
  const read = (value: unknown): Ignores => parseBaseline(Buffer.from(JSON.stringify(value)), SALT);

  it('a secret that stands in it, known at any line and not kept', () => {
    const ignores = read([ENTRY]);
    expect(known({ secret: 'ä secret', line: 99 }, ignores)).toBe(true);
    expect(known({ secret: 'another' }, ignores)).toBe(false);
    expect(known({ secret: 'ä secret', path: 'b.yaml' }, ignores)).toBe(false);
    expect([...ignores.fingerprints, ...ignores.places].join()).not.toContain('secret');
  });

  it.each(['REDACTED', 'ä se...', '', 'a\ufffdb'])(
    '%j in its place, known by its place',
    (Secret) => {
      const ignores = read([{ ...ENTRY, Secret }]);
      expect(known({ secret: 'whatever' }, ignores)).toBe(true);
      expect(known({ secret: 'whatever', line: 8 }, ignores)).toBe(false);
      expect(ignores.fingerprints.size).toBe(0);
    },
  );

  it('a fingerprint of our own, known by it', () => {
    const ignores = read([{ ...ENTRY, Secret: 'REDACTED', GitwardFingerprint: PRINT }]);
    expect([[...ignores.fingerprints], ignores.places.size]).toEqual([[PRINT], 0]);
  });

  it.each<[string, unknown]>([
    ['no list', { a: 1 }],
    ['an entry of another kind', [1]],
    ['an entry without a rule', [{ ...ENTRY, RuleID: '' }]],
    ['an entry without a place', [{ ...ENTRY, Secret: 'REDACTED', StartLine: 'x' }]],
  ])('%s, told and nothing ignored', (_, value) => {
    const { fingerprints, places, warnings } = read(value);
    expect([fingerprints.size, places.size, warnings.length]).toEqual([0, 0, 1]);
  });

  it('no JSON, told without a word of it', () => {
    const { warnings } = parseBaseline(Buffer.from('[{"Secret": "hunter-two'), SALT);
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toContain('hunter');
  });

  it('merged, what either knows', () => {
    const merged = mergeIgnores(read([ENTRY]), parseIgnoreFile(Buffer.from(`${PRINT}\nx`)));
    expect([merged.fingerprints.size, merged.warnings.length]).toEqual([2, 1]);
  });
});
