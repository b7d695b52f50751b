import { describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { formatStatement, parseApprovals } from '../../src/policy/approval.ts';
import type { Approval } from '../../src/policy/approval.ts';

// Text inside an approval that another reader takes for a field, or for another approval. The naive
// writer joins fields with line breaks; the naive reader looks for lines that begin with a field.

const A = 'a'.repeat(40) as Oid;
const B = 'b'.repeat(40) as Oid;
const ARMOR = '-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n';
const base: Approval = {
  repository: 'git.example.com/a',
  ref: 'refs/heads/main',
  commit: A,
  rule: 'dev',
  expires: Date.UTC(2027, 0, 1),
};

function naiveFormat(approval: Approval): string {
  const { repository, ref, commit, rule } = approval;
  return `gitward approval v1\nrepository ${repository}\nref ${ref}\ncommit ${commit}\nrule ${rule}\nexpires 2027-01-01T00:00:00Z\n`;
}

/** The last line of each field counts, wherever it stands. */
function naiveParse(note: string): Readonly<Record<string, string>> {
  const lines = note.matchAll(/^(repository|ref|commit|rule) (.*)$/gm);
  return Object.fromEntries([...lines].map(([, key = '', value = '']) => [key, value]));
}

const ours = (note: string): readonly Approval[] =>
  parseApprovals(Buffer.from(note)).approvals.map(({ statement }) => statement);

describe('approvals', () => {
  it('the honest one, read by both', () => {
    const note = Buffer.from(formatStatement(base)).toString() + ARMOR;
    expect([naiveParse(note)['rule'], ours(note)]).toEqual(['dev', [base]]);
  });

  it.each<[string, Partial<Approval>, string, string]>([
    ['a rule in the ref', { ref: `refs/heads/x\ncommit ${B}\nrule prod` }, 'commit', A],
    ['a commit in the rule', { rule: `dev\ncommit ${B}` }, 'commit', B],
    ['a ref in the repository', { repository: 'x\nref refs/heads/prod' }, 'ref', 'refs/heads/main'],
  ])(
    '%s, the naive writer takes it; gitward neither writes nor reads it',
    (_, change, key, value) => {
      const approval = { ...base, ...change };
      const note = naiveFormat(approval) + ARMOR;
      expect(naiveParse(note)[key]).toBe(value);
      expect(() => formatStatement(approval)).toThrow(/^approval: /);
      expect(ours(note)).toEqual([]);
    },
  );

  it('two approvals with the same bytes, only from the naive writer', () => {
    const one = { ...base, ref: `refs/heads/x\ncommit ${A}\nrule p`, commit: B, rule: 'q' };
    const two = { ...base, ref: 'refs/heads/x', commit: A, rule: `p\ncommit ${B}\nrule q` };
    const text = naiveFormat(one);
    expect(naiveFormat(two)).toBe(text);
    expect(ours(text + ARMOR)).toEqual([]);
  });

  it.each([
    ['behind the signature', `${naiveFormat(base)}${ARMOR}rule prod\n`],
    ['between two', `${naiveFormat(base)}${ARMOR}rule prod\n\n${naiveFormat(base)}${ARMOR}`],
    ['in front', `rule prod\n${naiveFormat(base)}${ARMOR}`],
    ['inside the block', `${naiveFormat(base)}${ARMOR.replace('U1NI', 'U1NI\n-rule prod')}`],
    [
      'an unsigned approval in front',
      `${naiveFormat({ ...base, rule: 'prod' })}\n${naiveFormat(base)}${ARMOR}`,
    ],
  ])('unsigned text %s, nothing counts', (_, note) => {
    expect(naiveParse(note)['commit']).toBe(A);
    expect(ours(note)).toEqual([]);
  });
});
