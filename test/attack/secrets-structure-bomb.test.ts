import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { scanStructure } from '../../src/secrets/structure/structure.ts';
import type { TextScanner } from '../../src/secrets/hit.ts';
import { settle } from '../../src/secrets/settle.ts';
import type { Hit } from '../../src/secrets/hit.ts';

/** Of processor time, so that a busy machine changes little. */
const DEADLINE_MS = 2_000;
const HOSTILE_BYTES = 2 ** 20;

const silent: TextScanner = { scan: () => ({ hits: [], gaps: [] }) };

const fill = (piece: string): string =>
  piece.repeat(Math.ceil(HOSTILE_BYTES / piece.length)).slice(0, HOSTILE_BYTES);
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** Levels of nine aliases each: 9^(levels) texts once expanded. */
const laughs = (levels: number): string =>
  lines(levels, (i) => {
    const inside = i === 0 ? 'ha' : Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ');
    return `a${i}: &a${i} [${inside}]\n`;
  });

const HEAD = 'apiVersion: v1\nkind: Secret\ndata:\n';

function scanned(
  text: string,
  path = 'a.yaml',
): Readonly<{ gaps: string[]; hits: number }> | 'late' {
  const startedAt = process.cpuUsage();
  const { hits, gaps } = scanStructure(Buffer.from(text), { path }, { text: silent, sops: [] });
  const { user, system } = process.cpuUsage(startedAt);
  if (user + system > DEADLINE_MS * 1_000) return 'late';
  return { gaps: gaps.map(({ why }) => why), hits: hits.length };
}

describe('a hostile structure', () => {
  it('naive control: a parser that shares aliases takes it and explodes when it is walked', () => {
    const naive: unknown = parseDocument(laughs(6)).toJS({ maxAliasCount: -1 });
    expect(JSON.stringify(naive).length).toBeGreaterThan(50 * laughs(6).length);
  });

  it.each([
    ['nine levels of nine aliases', `${laughs(9)}${HEAD}  p: *a8\n`, 'tooMany'],
    [
      'merges of merges',
      `a0: &a0 {x: 1}\n${lines(900, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: 1}\n`)}${HEAD}  <<: *a900\n`,
      'tooDeep',
    ],
    [
      'merges of nine merges',
      `a0: &a0 {x: abcdef}\n${lines(6, (i) => `a${i + 1}: &a${i + 1} {<<: [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]}\n`)}${HEAD}  <<: *a6\n`,
      'tooMany',
    ],
    ['open brackets', `${HEAD}  p: ${fill('[')}`, 'tooDeep'],
    ['open maps', `${HEAD}${fill('- {a: ')}`, 'tooDeep'],
    ['dashes', `${HEAD}${fill('- ')}`, 'tooDeep'],
    ['stairs', `${HEAD}${lines(1_400, (i) => `${' '.repeat(i + 1)}a:\n`)}`, 'tooDeep'],
    ['empty lists', `${HEAD}  p: [${fill('[],')}`, 'tooMany'],
    ['aliases in a row', `x: &a 1\n${HEAD}  p: [${fill('*a,')}`, 'tooMany'],
    ['JSON, open', `{"kind":"Secret","data":${fill('{"a":')}`, 'tooDeep'],
  ])('1 MB of %s, a gap in time', (_what, text, why) => {
    expect(scanned(text)).toMatchObject({ gaps: [why] });
  });

  it.each([
    ['documents', fill(`${HEAD}  p: aGVsbG8=\n---\n`)],
    ['empty documents', `${HEAD}${fill('---\n')}`],
    ['ends of documents', `${HEAD}${fill('...\n')}`],
    ['empty lines', `${HEAD}${fill('\n')}`],
    ['blank lines in a block', `${HEAD}  p: |\n    a\n${fill('     \n')}`],
    ['lines of a quote', `${HEAD}  p: "${fill('x\n')}"`],
    ['lines of a quote that glue', `${HEAD}  p: "${fill('x\\\n')}"`],
    ['lines of a plain text', `${HEAD}  p: a\n${fill('     b\n')}`],
    ['blanks in a quote', `${HEAD}  p: "${fill(' ')}x"`],
    ['blanks in a plain text', `${HEAD}  p: ${fill(' ')}x`],
    ['escaped quotes', `${HEAD}  p: "${fill('\\"')}`],
    ['open quotes', `${HEAD}${fill('  p: \'x\n  q: "\n')}`],
    ['errors in a row', `${HEAD}${fill('[}')}`],
    ['brackets that close nothing', `${HEAD}${fill('}\n')}`],
    ['lines of strange indentation', `${HEAD}${fill('      a: b\n   c: d\n')}`],
    ['lines of braces', `${HEAD}${fill('{{ a\n')}`],
    ['braces on one line', `${HEAD}  p: ${fill('{{ a }} : ')}`],
    ['open braces on one line', `${HEAD}  p: ${fill('{{ ')}`],
    ['colons on one line', `${HEAD}  ${fill('a:')}`],
    ['keys on one line', `${HEAD}  ${fill('"a": ')}`],
    ['hashes', `${HEAD}  p: ${fill(' #')}`],
    ['ampersands', `${HEAD}  p: ${fill('&a ')}`],
    ['tags', `${HEAD}  p: ${fill('!a ')}`],
    ['addresses', `kind: ConfigMap\napiVersion: v1\ndata:\n  password: ${fill('a://b:')}@`],
    [
      'nested manifests',
      `kind: ConfigMap\napiVersion: v1\ndata:\n${lines(2_000, (i) => `  f${i}.yaml: |\n    kind: Secret\n    apiVersion: v1\n    data:\n      p: aGVsbG8gd29ybGQ=\n`)}`,
    ],
    ['one value in base64', `${HEAD}  p: ${fill('QUFB')}`],
    ['many values in base64', `${HEAD}${lines(40_000, (i) => `  p${i}: aGVsbG8gd29ybGQ=\n`)}`],
    [
      'one value of a certificate',
      `apiVersion: v1\nkind: Secret\nstringData:\n  p: |\n${fill('    -----BEGIN CERTIFICATE-----\n')}`,
    ],
    ['armour', `sops: x\n${fill('-----BEGIN PGP MESSAGE-----\n')}`],
    ['SOPS values', fill('a: ENC[AES256_GCM,data:')],
    ['dashes of words', `kind: x\napiVersion: v1\npassword: ${fill('a-')}!`],
    ['JSON, backslashes', `{"kind":"Secret","data":{"a":"${fill('\\')}`],
    ['JSON, members', `{"kind":"Secret","apiVersion":"v1","data":{${fill('"a":"QUFBQUFB",')}`],
    ['zeros', `${HEAD}${fill('\0')}`],
  ])('1 MB of %s, read in time', (_what, text) => {
    expect(scanned(text)).not.toBe('late');
  });

  it('2 MB of colons on one line, read in time by code that V8 has optimized', () => {
    for (let warm = 0; warm < 5; warm++) scanned(fill('oauth:').slice(0, 500_000));
    expect(scanned(fill('oauth:').repeat(2))).not.toBe('late');
  });

  it('a large file that names no Secret, no gap', () => {
    expect(scanned(`{"token": ${fill('[')}`, 'a.json')).toEqual({ gaps: [], hits: 0 });
  });
});

describe('ten thousand hits', () => {
  const hit = (index: number, size: number): Hit => ({
    rule: index % 2 === 0 ? 'one' : 'two',
    start: index,
    end: index + size,
    secret: `s${index % 7}${'x'.repeat(20)}`,
    match: 'm',
    line: 1,
    endLine: 1,
  });

  it.each([
    ['beside each other', 1],
    ['on top of each other', 1_000_000],
  ])('on one line, %s, settled in time', (_where, size) => {
    const hits = Array.from({ length: 10_000 }, (_, index) => hit(index, size));
    const startedAt = process.cpuUsage();
    settle(hits, { hits, gaps: [], quiet: hits }, new Map());
    const { user, system } = process.cpuUsage(startedAt);
    expect(user + system).toBeLessThan(DEADLINE_MS * 1_000);
  });
});
