import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { craftKey } from '../../../test/support/ssh-craft.ts';
import type { Holder } from '../trust.ts';
import {
  importAllowedSigners,
  matchesPrincipal,
  MAX_SIGNERS_LENGTH,
  MAX_SIGNERS_LINES,
} from './allowed-signers.ts';
import { loadSsh } from './ssh.ts';
import { parseSignerTime } from './timestamp.ts';

const one = craftKey('ssh-ed25519');
const two = craftKey('ecdsa-sha2-nistp256');
const DAY = Date.UTC(2026, 0, 1);

const holder = (name: string, emails: readonly string[], ...keys: Holder['keys']): Holder => ({
  ...{ class: 'person', signerSet: 'file', name, emails, roles: [], life: {} },
  keys,
});
const key = (line: string, life: Holder['life'] = {}): Holder['keys'][number] => ({
  material: { kind: 'ssh', line },
  life,
});

describe('importAllowedSigners', () => {
  it('a file with everything, holders', () => {
    const text = [
      '# comment',
      '',
      `alice@a.test ${one.line} laptop`,
      `\t*@b.test,bob@b.test,!root@b.test\tcert-authority,NAMESPACES="git,file" ${two.line}\r`,
      `alice@a.test valid-after="20260101Z",valid-before="202601010000Z" ${two.line}`,
      `alice@a.test valid-after="20260101Z",valid-before="20260101000001Z" ${two.line}`,
    ].join('\n');
    const authority = {
      material: { kind: 'sshAuthority', line: two.line },
      life: {},
    } as const;
    const patterns = ['*@b.test', 'bob@b.test', '!root@b.test'];
    expect(importAllowedSigners(text, 'file')).toStrictEqual({
      holders: [
        holder(
          'alice@a.test',
          ['alice@a.test'],
          key(one.line),
          key(two.line, { notBefore: DAY, notAfter: DAY + 2_000 }),
        ),
        holder('bob@b.test', patterns, {
          ...authority,
          material: { ...authority.material, principals: patterns },
        }),
      ],
      problems: ['line 5 of the allowed signers is left out: it ends before it begins'],
    });
  });

  it('patterns alone, the holder is named by them', () => {
    const { holders } = importAllowedSigners(`*@a.test,!x@a.test ${one.line}`, 'file');
    expect(holders.map(({ name }) => name)).toStrictEqual(['*@a.test,!x@a.test']);
  });

  it('a key again, gains the principals; with other options, left out', () => {
    const lines = [`a@a.test ${one.line}`, `b@a.test,a@a.test ${one.line} again`];
    const { holders, problems } = importAllowedSigners(lines.join('\n'), 'file');
    expect(holders).toStrictEqual([holder('a@a.test', ['a@a.test', 'b@a.test'], key(one.line))]);
    expect(problems).toStrictEqual([]);
    for (const other of [`!a@a.test,*`, 'b@a.test valid-after="20260101Z"']) {
      const again = importAllowedSigners(`${lines[0]}\n${other} ${one.line}`, 'file');
      expect(again.holders).toStrictEqual([holder('a@a.test', ['a@a.test'], key(one.line))]);
      expect(again.problems).toHaveLength(1);
    }
  });

  it.each([
    ['no key', 'a@a.test'],
    ['no principals', one.line],
    ['only negations', `!a@a.test ${one.line}`],
    ['an unknown option', `a@a.test zz="1" ${one.line}`],
    ['a comma at the end', `a@a.test cert-authority, ${one.line}`],
    ['an option twice', `a@a.test namespaces="git",namespaces="git" ${one.line}`],
    ['a value without quotes', `a@a.test namespaces=git ${one.line}`],
    ['a quote without end', `a@a.test namespaces="git ${one.line}`],
    ['principals without end', `"a@a.test ${one.line}`],
    ['another namespace', `a@a.test namespaces="file" ${one.line}`],
    ['no such day', `a@a.test valid-after="20260231Z" ${one.line}`],
    ['the epoch', `a@a.test valid-after="19700101Z" ${one.line}`],
    ['a weak key', `a@a.test ${craftKey('ssh-rsa', 1_024).line}`],
    ['NUL', `a@a.test\0 ${one.line}`],
    ['CR inside', `a@a.test ${one.line}\rcomment`],
    ['endless principals', `${'a@a.test,'.repeat(1_000)} ${one.line}`],
  ])('%s, left out with a problem', (_, line) => {
    const { holders, problems } = importAllowedSigners(line, 'file');
    expect(holders).toStrictEqual([]);
    expect(problems).toHaveLength(1);
  });

  it('local time, read as UTC and said so', () => {
    const line = `a@a.test valid-after="20260101" ${one.line}`;
    const { holders, problems } = importAllowedSigners(line, 'file');
    expect(holders).toStrictEqual([
      holder('a@a.test', ['a@a.test'], key(one.line, { notBefore: DAY })),
    ]);
    expect(problems).toHaveLength(1);
  });

  it.each([
    ['long', 'x'.repeat(MAX_SIGNERS_LENGTH + 1)],
    ['many lines', '\n'.repeat(MAX_SIGNERS_LINES)],
  ])('too %s, nothing counts', (_, text) => {
    const { holders, problems } = importAllowedSigners(`${text}a@a.test ${one.line}`, 'file');
    expect(holders).toStrictEqual([]);
    expect(problems).toHaveLength(1);
  });

  it('as many lines as are read, the last one counts', () => {
    const text = `${'\n'.repeat(MAX_SIGNERS_LINES - 1)}a@a.test ${one.line}\n`;
    expect(importAllowedSigners(text, 'file')).toStrictEqual({
      holders: [holder('a@a.test', ['a@a.test'], key(one.line))],
      problems: [],
    });
  });

  it('any text, an answer, and every holder has a usable key', () => {
    const word = fc.constantFrom(
      ...['a@a.test', '*', '!', ',', ' ', '\t', '"', '\\"', '\n', '\r', '#', '=', '\0', 'é'],
      ...['cert-authority', 'namespaces="git"', 'valid-after="20260101Z"', one.line, two.line],
    );
    const text = fc.array(fc.oneof(word, fc.string()), { maxLength: 30 });
    fc.assert(
      fc.property(text, (words) => {
        const { holders } = importAllowedSigners(words.join(''), 'file');
        const owned = holders.flatMap(({ keys, ...rest }) =>
          keys.flatMap(({ material }) =>
            material.kind === 'ssh' || material.kind === 'sshAuthority'
              ? [{ material, owner: { ...rest, lives: [] } }]
              : [],
          ),
        );
        const kinds = owned.map(({ material }) => (material.kind === 'ssh' ? 'ssh' : 'authority'));
        const ssh = owned.flatMap(({ material, owner }) =>
          material.kind === 'ssh' ? [{ material, owner }] : [],
        );
        const authorities = owned.flatMap(({ material, owner }) =>
          material.kind === 'sshAuthority' ? [{ material, owner }] : [],
        );
        expect(loadSsh([...ssh, ...authorities]).problems).toStrictEqual([]);
        expect(kinds).toHaveLength(holders.flatMap(({ keys }) => keys).length);
      }),
      { numRuns: 500 },
    );
  });

  it('10,000 hostile lines, within a second', () => {
    const hostile = `${'*'.repeat(40)}a ${'"\\"'.repeat(20)} x\n`.repeat(9_990);
    const started = process.cpuUsage();
    expect(importAllowedSigners(hostile, 'file').holders).toStrictEqual([]);
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});

describe('matchesPrincipal', () => {
  it.each<readonly [string, readonly string[], string, boolean]>([
    ['exact', ['a@a.test'], 'a@a.test', true],
    ['another case', ['A@a.test'], 'a@a.test', false],
    ['a part', ['a@a.tes'], 'a@a.test', false],
    ['star', ['*@a.test'], 'a@a.test', true],
    ['star for nothing', ['a@a.test*'], 'a@a.test', true],
    ['star of another domain', ['*@a.test'], 'a@a.test.evil', false],
    ['question mark', ['?@a.test'], 'a@a.test', true],
    ['question mark for nothing', ['?a@a.test'], 'a@a.test', false],
    ['question mark is one octet', ['?@a.test'], 'é@a.test', false],
    ['two are', ['??@a.test'], 'é@a.test', true],
    ['negated after', ['*', '!a@*'], 'a@a.test', false],
    ['negated before', ['!a@*', '*'], 'a@a.test', false],
    ['negated alone', ['!b@*'], 'a@a.test', false],
    ['another negated', ['*', '!b@*'], 'a@a.test', true],
    ['nothing', [], 'a@a.test', false],
    ['nothing for nothing', [''], '', true],
    ['a pattern too long', ['*'.repeat(1_023)], 'a@a.test', false],
    ['the longest pattern', ['*'.repeat(1_022)], 'a@a.test', true],
    ['a pattern too long beside one that fits', ['*', 'x'.repeat(1_023)], 'a@a.test', false],
    ['a negation too long beside one that fits', ['*', `!${'x'.repeat(1_023)}`], 'a@a.test', false],
  ])('%s', (_, patterns, address, answer) => {
    expect(matchesPrincipal(patterns, address)).toBe(answer);
  });

  it('any pattern, as a regular expression says', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const address = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(letters, address, (pattern, text) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesPrincipal([pattern], text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('hostile patterns, no more than one length times the other', () => {
    const pattern = `${'*a'.repeat(500)}b`;
    const started = process.cpuUsage();
    expect(matchesPrincipal([pattern], 'a'.repeat(5_000))).toBe(false);
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});

describe('parseSignerTime', () => {
  it.each<readonly [string, string | undefined]>([
    ['20260102Z', '2026-01-02T00:00:00.000Z'],
    ['20260102', '2026-01-02T00:00:00.000Z'],
    ['202601020304z', '2026-01-02T03:04:00.000Z'],
    ['20260102030405UTC', '2026-01-02T03:04:05.000Z'],
    ['20280229Z', '2028-02-29T00:00:00.000Z'],
    ['20260229Z', undefined],
    ['20261301Z', undefined],
    ['202601022400Z', undefined],
    ['2026010203Z', undefined],
    ['19691231Z', undefined],
    ['', undefined],
    ['2026-01-02', undefined],
    ['20260102ZZ', undefined],
  ])('%s, %s', (text, expected) => {
    const read = parseSignerTime(text);
    expect(read.ok ? new Date(read.value.instant).toISOString() : undefined).toBe(expected);
  });
});
