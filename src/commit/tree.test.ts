import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashObject } from './oid.ts';
import { MAX_TREE_BYTES, MAX_TREE_ENTRIES, parseTree } from './tree.ts';
import type { TreeEntry } from './tree.ts';
import type { Result } from '../domain/result.ts';

const OID = 'ab'.repeat(20);

function entry(mode: string, name: string | Uint8Array, oid = OID): Buffer {
  const head = Buffer.from(`${mode} `);
  return Buffer.concat([head, Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]);
}

function parse(...entries: readonly Uint8Array[]): Result<readonly TreeEntry[]> {
  const bytes = Buffer.concat(entries);
  return parseTree({ oid: hashObject('tree', bytes), type: 'tree', bytes });
}

function reason(answer: Result<unknown>): string {
  return answer.ok ? 'accepted' : answer.stop.reason;
}

describe('names', () => {
  it.each([
    ['empty', ''],
    ['dot', '.'],
    ['dot dot', '..'],
    ['slash', 'a/b'],
    ['leading slash', '/etc'],
    ['backslash', 'a\\b'],
    ['climbing backslash', '..\\x'],
    ['.git', '.git'],
    ['.GIT', '.GIT'],
    ['.gIt', '.gIt'],
    ['.git with a dot', '.git.'],
    ['.git with a blank', '.git '],
    ['.git with dots and blanks', '.git . . '],
    ['NTFS stream', '.git::$INDEX_ALLOCATION'],
    ['NTFS named stream', '.git:x'],
    ['NTFS short name', 'git~1'],
    ['NTFS short name in capitals', 'GIT~1'],
    ['second NTFS short name', 'git~2'],
    ['NTFS short name with a stream', 'git~1::$INDEX_ALLOCATION'],
    ['HFS zero-width joiner', '.g\u200dit'],
    ['HFS zero-width non-joiner', '.git\u200c'],
    ['HFS byte order mark', '\ufeff.git'],
    ['HFS right-to-left mark', '.gi\u200ft'],
    ['HFS embedding', '.\u202agit'],
    ['HFS deprecated control', '.git\u206f'],
    ['newline', 'a\nb'],
    ['escape', 'a\x1b[2J'],
    ['DEL', 'a\x7f'],
    ['C1 control', 'a\u0085'],
    ['direction override', 'a\u202egpj.yaml'],
    ['line separator', 'a\u2028b'],
    ['endless', 'x'.repeat(1_025)],
  ])('%s, escapes', (_, name) => {
    expect(reason(parse(entry('100644', name)))).toBe('PathEscapes');
  });

  it.each([
    ['Latin-1', Buffer.from([0x63, 0xe9])],
    ['overlong slash', Buffer.from([0x61, 0xc0, 0xaf, 0x62])],
    ['surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ])('%s is no UTF-8, escapes', (_, name) => {
    expect(reason(parse(entry('100644', name)))).toBe('PathEscapes');
  });

  it.each([
    '.gitignore',
    '.gitattributes',
    '.github',
    'git',
    'git~',
    'a.YAML',
    'naïve.yaml',
    '日本語',
    'a b',
    'a:b',
    '...',
    '-rf',
    '$(x)',
  ])('%s, accepted', (name) => {
    expect(reason(parse(entry('100644', name)))).toBe('accepted');
  });
});

describe('grammar', () => {
  it('no entry, an empty directory', () => {
    expect(parse()).toStrictEqual({ ok: true, value: [] });
  });

  it('each mode, by its meaning', () => {
    const answer = parse(
      entry('100644', 'a'),
      entry('100755', 'b'),
      entry('120000', 'c'),
      entry('160000', 'd'),
      entry('40000', 'e'),
    );
    const modes = answer.ok ? answer.value.map((one) => one.mode) : [];
    expect(modes).toStrictEqual(['file', 'executable', 'symlink', 'gitlink', 'tree']);
  });

  it.each(['040000', '100664', '100600', '0', '100644x', '777', '', ' 100644', '1000000'])(
    'mode "%s", malformed',
    (mode) => {
      expect(reason(parse(entry(mode, 'a')))).toBe('CommitMalformed');
    },
  );

  it.each([
    ['names out of order', [entry('100644', 'b'), entry('100644', 'a')], 'CommitMalformed'],
    ['the same name twice', [entry('100644', 'a'), entry('100644', 'a')], 'CommitMalformed'],
    [
      'file and directory of one name, others between',
      [entry('100644', 'a'), entry('100644', 'a.b'), entry('40000', 'a')],
      'CommitMalformed',
    ],
    [
      'directory sorted as a file',
      [entry('40000', 'a'), entry('100644', 'a.b')],
      'CommitMalformed',
    ],
    ['directory sorted as one', [entry('100644', 'a.b'), entry('40000', 'a')], 'accepted'],
    ['names of other case', [entry('100644', 'A'), entry('100644', 'a')], 'accepted'],
    ['null object', [entry('100644', 'a', '00'.repeat(20))], 'CommitMalformed'],
    ['cut off in the oid', [entry('100644', 'a').subarray(0, -1)], 'CommitMalformed'],
    ['cut off in the name', [Buffer.from('100644 a')], 'CommitMalformed'],
    ['NUL before the name', [Buffer.from('100644\0 a')], 'CommitMalformed'],
    ['too many bytes', [Buffer.alloc(MAX_TREE_BYTES + 1)], 'RenderLimitExceeded'],
  ])('%s', (_, entries, expected) => {
    expect(reason(parse(...entries))).toBe(expected);
  });

  it('too many entries, over the limit', () => {
    const name = (i: number): string => String(i).padStart(7, '0');
    const many = Array.from({ length: MAX_TREE_ENTRIES + 1 }, (_, i) => entry('100644', name(i)));
    expect(reason(parse(...many))).toBe('RenderLimitExceeded');
  });

  it('bytes under another name, or a blob, malformed', () => {
    const bytes = entry('100644', 'a');
    const oid = hashObject('tree', entry('100644', 'b'));
    expect(reason(parseTree({ oid, type: 'tree', bytes }))).toBe('CommitMalformed');
    const blob = { oid: hashObject('blob', bytes), type: 'blob', bytes } as const;
    expect(reason(parseTree(blob))).toBe('CommitMalformed');
  });
});

describe('properties', () => {
  it('a sorted directory is read back', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,8}$/), { maxLength: 20 });
    fc.assert(
      fc.property(names, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (all, dirs) => {
        const entries = all
          .filter((name) => name !== '.' && name !== '..')
          .map((name, i) => ({ name, isTree: dirs[i] ?? false }))
          .toSorted((a, b) =>
            Buffer.compare(
              Buffer.from(a.isTree ? `${a.name}/` : a.name),
              Buffer.from(b.isTree ? `${b.name}/` : b.name),
            ),
          );
        const answer = parse(
          ...entries.map((one) => entry(one.isTree ? '40000' : '100644', one.name)),
        );
        const read = answer.ok ? answer.value.map((one) => one.name) : [];
        expect(read).toStrictEqual(entries.map((one) => one.name));
      }),
    );
  });

  it('any bytes, an answer and never a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof reason(parse(bytes))).toBe('string');
      }),
    );
  });
});
