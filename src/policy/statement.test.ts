import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Oid } from '../domain/oid.ts';
import { approvalProblem, formatStatement, parseStatement } from './statement.ts';
import type { Approval } from './statement.ts';

const APPROVAL: Approval = {
  repository: 'git.example.com/payments/shop',
  ref: 'refs/heads/main',
  commit: 'a'.repeat(40) as Oid,
  rule: 'prod',
  expires: Date.UTC(2027, 0, 31, 23, 59, 59),
};
const TEXT = `gitward approval v1
repository git.example.com/payments/shop
ref refs/heads/main
commit ${'a'.repeat(40)}
rule prod
expires 2027-01-31T23:59:59Z
`;

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

const oidOf = fc.stringMatching(/^[0-9a-f]{40}$/).map((text) => text as Oid);
const approvals: fc.Arbitrary<Approval> = fc.record({
  repository: fc.stringMatching(/^[a-z0-9]{1,9}\/[A-Za-z0-9_-]{1,9}$/),
  ref: fc.stringMatching(/^refs\/(heads|tags)\/[A-Za-z0-9_-]{1,9}$/),
  commit: oidOf,
  rule: fc.stringMatching(/^[A-Za-z0-9]{1,9}$/),
  expires: fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => seconds * 1_000),
});

describe('statements', () => {
  it('six lines, as documented', () => {
    expect(Buffer.from(formatStatement(APPROVAL)).toString()).toBe(TEXT);
  });

  it('any approval, the same after formatting and parsing', () => {
    fc.assert(
      fc.property(approvals, (approval) => {
        expect(parseStatement(formatStatement(approval))).toEqual(approval);
      }),
    );
  });

  it('any fields, with bytes of their own or a problem', () => {
    const wild = fc.record({
      repository: fc.oneof(fc.string(), fc.constant('a/b\nref refs/heads/x')),
      ref: fc.oneof(fc.string(), fc.constant('refs/heads/a\nrule x'), fc.constant('refs/heads/a')),
      commit: oidOf,
      rule: fc.oneof(fc.string(), fc.constant('a\nexpires 2030-01-01T00:00:00Z')),
      expires: fc.double(),
    });
    fc.assert(
      fc.property(fc.oneof(wild, approvals), (approval) => {
        fc.pre(approvalProblem(approval) === undefined);
        const text = Buffer.from(formatStatement(approval)).toString();
        expect([text.split('\n').length, parseStatement(bytes(text))]).toEqual([7, approval]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Partial<Approval>]>([
    ['repository with a scheme', { repository: 'https://git.example.com/a' }],
    ['repository with .git', { repository: 'git.example.com/a.git' }],
    ['repository in capitals', { repository: 'GIT.example.com/a' }],
    ['short ref', { ref: 'main' }],
    ['ref with a line break', { ref: 'refs/heads/a\nrule b' }],
    ['rule with a line break', { rule: 'a\nexpires 2030-01-01T00:00:00Z' }],
    ['rule with a blank', { rule: 'a b' }],
    ['empty rule', { rule: '' }],
    ['endless rule', { rule: 'a'.repeat(64) }],
    ['half a second', { expires: 1_500 }],
    ['before 1970', { expires: -1_000 }],
    ['after 9999', { expires: 253_402_300_800_000 }],
    ['never', { expires: Number.NaN }],
  ])('%s, a problem', (_, change) => {
    const approval = { ...APPROVAL, ...change };
    expect(typeof approvalProblem(approval)).toBe('string');
    expect(() => formatStatement(approval)).toThrow(/^approval: /);
  });

  it.each([
    ['another version', TEXT.replace('v1', 'v2')],
    ['another order', TEXT.replace(/(ref.*\n)(commit.*\n)/, '$2$1')],
    ['a line more', TEXT.replace('rule', 'note x\nrule')],
    ['a line twice', TEXT.replace(/(rule.*\n)/, '$1$1')],
    ['a blank behind', TEXT.replace('prod\n', 'prod \n')],
    ['two blanks', TEXT.replace('rule prod', 'rule  prod')],
    ['CRLF', TEXT.replaceAll('\n', '\r\n')],
    ['no last line break', TEXT.trimEnd()],
    ['a date that rolls over', TEXT.replace('01-31', '02-30')],
    ['a date with fractions', TEXT.replace('59Z', '59.000Z')],
    ['a date with an offset', TEXT.replace('59Z', '59+00:00')],
    ['hour 24', TEXT.replace('T23:59:59', 'T24:00:00')],
    ['upper-case oid', TEXT.replace('a'.repeat(40), 'A'.repeat(40))],
    ['a byte order mark', `\ufeff${TEXT}`],
  ])('%s, no statement', (_, text) => {
    expect(parseStatement(bytes(text))).toBeUndefined();
  });

  it('bytes that are no UTF-8, no statement', () => {
    const text = TEXT.replace('refs/heads/main', 'refs/heads/ma\xefn');
    expect(parseStatement(Buffer.from(text, 'latin1'))).toBeUndefined();
  });
});
