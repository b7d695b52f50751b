import type { Oid } from '../../src/domain/oid.ts';
import { formatStatement } from '../../src/policy/approval.ts';
import type { Approval } from '../../src/policy/approval.ts';
import type { GpgKey } from './gpg.ts';
import type { TestRepo } from './repo-builder.ts';

/** The ref that approvals are noted under, without `refs/notes/`. */
const NOTES = 'gitward-approvals';

/** An approval of this commit for rule `prod` of the line tests' repository; `more` replaces what it names. */
export async function approvalText(
  key: GpgKey,
  commit: Oid,
  more: Partial<Approval> = {},
): Promise<string> {
  const approval = {
    ...{ repository: 'git.example.com/shop', ref: 'refs/heads/main', commit, rule: 'prod' },
    expires: Date.UTC(2099, 0, 1),
    ...more,
  };
  const statement = formatStatement(approval);
  const armor = await key.home.sign(key, statement);
  return Buffer.from(statement).toString() + armor;
}

/** Makes these texts the whole notes of the commit, and yields the notes' own commit. */
export async function noteApprovals(
  repo: TestRepo,
  commit: Oid,
  texts: readonly string[],
): Promise<Oid> {
  const args = ['notes', '--ref', NOTES, 'add', '--force', '--file=-', commit];
  const ran = await repo.run(args, { input: texts.join('\n') });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return repo.head(`refs/notes/${NOTES}`);
}
