import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { parseDocuments } from '../../src/document/documents.ts';
import { DEFAULT_RENDER_LIMITS, parseManifests } from '../../src/render/index.ts';
import { parseOid } from '../../src/domain/oid.ts';

/** Of processor time, so that a busy machine changes nothing. */
const DEADLINE_MS = 2_000;
const HOSTILE_BYTES = 2 ** 20;

const LIMITS = {
  maxBytes: DEFAULT_RENDER_LIMITS.maxFileBytes,
  maxDocuments: DEFAULT_RENDER_LIMITS.maxDocumentsPerFile,
  maxDepth: DEFAULT_RENDER_LIMITS.maxDepth,
  maxNodes: DEFAULT_RENDER_LIMITS.maxNodesPerFile,
  maxTextLength: DEFAULT_RENDER_LIMITS.maxFileBytes,
  maxAliases: DEFAULT_RENDER_LIMITS.maxAliasesPerFile,
};

/** Levels of nine aliases each: 9^(levels) texts once expanded. */
function laughs(levels: number): string {
  const line = (i: number): string =>
    `a${i}: &a${i} [${i === 0 ? 'ha' : Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]\n`;
  return Array.from({ length: levels }, (_, i) => line(i)).join('');
}

const fill = (piece: string): string =>
  piece.repeat(Math.ceil(HOSTILE_BYTES / piece.length)).slice(0, HOSTILE_BYTES);
const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** The kind of the fault, `ok` where the file is read, `late` where it took too long. */
function read(text: string): string {
  const startedAt = process.cpuUsage();
  const parsed = parseDocuments(new TextEncoder().encode(text), LIMITS);
  const { user, system } = process.cpuUsage(startedAt);
  if (user + system > DEADLINE_MS * 1_000) return 'late';
  return parsed.ok ? 'ok' : parsed.stop.kind;
}

describe('a YAML bomb', () => {
  it('naive control: a parser that shares aliases accepts it and explodes when it is written', () => {
    const naive: unknown = parseDocument(laughs(6), { uniqueKeys: false }).toJS({
      maxAliasCount: -1,
    });
    expect(JSON.stringify(naive).length).toBeGreaterThan(50 * laughs(6).length);
  });

  it('nine levels of nine aliases, a limit within milliseconds', () => {
    expect(read(laughs(9))).toBe('limit');
  });

  it.each([
    ['one long text, many aliases', `a: &a ${'x'.repeat(500_000)}\nb: [${'*a,'.repeat(900)}]\n`],
    [
      'aliases inside aliases, deep',
      `a0: &a0 []\n${lines(900, (i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`)}`,
    ],
    [
      'merges of merges',
      `a0: &a0 {x: 1}\n${lines(900, (i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i}: 1}\n`)}`,
    ],
    ['more aliases than allowed', `a: &a 1\nb:\n${'- *a\n'.repeat(1_001)}`],
    ['open brackets', fill('[')],
    ['open maps', fill('- {a: ')],
    ['dashes', fill('- ')],
    ['keys on one line', fill('"a": ')],
    ['stairs', lines(1_400, (i) => `${' '.repeat(i)}a:\n`)],
    ['empty lists', `a: [${fill('[],')}`],
    ['documents', fill('---\n')],
    ['empty lines', fill('\n')],
    ['lines of a quote', `a: "${fill('x\n')}"`],
    ['aliases in a row', `a: &a 1\nb: [${fill('*a,')}`],
    ['errors in a row', fill('[}')],
    ['escaped quotes', `a: "${fill('\\"')}`],
    ['JSON, open', fill('{"a":')],
    ['JSON, backslashes', `{"a":"${fill('\\')}`],
    ['JSON, numbers', `{"a":[${fill('1,')}`],
  ])('1 MB of %s, refused in time', (_what, text) => {
    expect(['limit', 'invalid']).toContain(read(text));
  });

  it.each([
    ['a number of many digits', `a: ${fill('9')}\n`, 'invalid'],
    ['a number of many underscores', `a: 1${fill('_')}\n`, 'ok'],
    ['a text of many escapes', `a: "${fill('\\n')}"\n`, 'ok'],
    ['many keys', lines(80_000, (i) => `k${i}: 1\n`), 'ok'],
    ['many keys that are numbers', lines(80_000, (i) => `${i}: 1\n`), 'ok'],
    ['many ambiguous scalars', lines(90_000, (i) => `k${i}: yes\n`), 'ok'],
  ])('1 MB of %s, read in time', (_what, text, outcome) => {
    expect(read(text)).toBe(outcome);
  });

  it('a bomb among manifests, RenderLimitExceeded', () => {
    const oid = parseOid('a'.repeat(40));
    const bytes = new TextEncoder().encode(laughs(9));
    const blobs = oid === undefined ? [] : [{ path: 'a.yaml', oid, bytes }];
    expect(parseManifests(blobs, DEFAULT_RENDER_LIMITS)).toMatchObject({
      ok: false,
      stop: { reason: 'RenderLimitExceeded' },
    });
  });
});
