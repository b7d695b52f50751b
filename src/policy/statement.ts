import { isRefName } from '../commit/ref-name.ts';
import { parseOid } from '../domain/oid.ts';
import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import { isIdentity } from './identity.ts';

/** What an approver signs: this commit may fill this rule, on this ref, of this repository, until then. */
export type Approval = Readonly<{
  /** As `repositoryIdentity` spells it. */
  repository: string;
  /** The full name: `refs/heads/main`. */
  ref: string;
  commit: Oid;
  rule: string;
  /** Whole seconds, years 1970 to 9999. */
  expires: Instant;
}>;

/** The namespace of SSH signatures over approvals; one made for git or a file never counts. */
export const APPROVAL_NAMESPACE = 'gitward-approval';

/** The first line of every statement; the number grows with the format. */
export const APPROVAL_HEADER = 'gitward approval v1';

const MAX_EXPIRES = 253_402_300_799_000;

const RULE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const STATEMENT =
  /^gitward approval v1\nrepository ([^\n]*)\nref ([^\n]*)\ncommit ([^\n]*)\nrule ([^\n]*)\nexpires (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n$/;

/** Says what is wrong with an approval, or `undefined`; only one without problems can be stated. */
export function approvalProblem(approval: Approval): string | undefined {
  const { repository, ref, commit, rule, expires } = approval;
  if (!isIdentity(repository)) return 'repository is no identity such as git.example.com/team/app';
  if (!isRefName(ref)) return 'ref is no full name such as refs/heads/main';
  if (parseOid(commit) === undefined) return 'commit is not 40 lower-case hex digits';
  if (!RULE.test(rule)) return 'rule is not 1 to 63 letters, digits, ".", "_" and "-"';
  const whole = Number.isInteger(expires / 1_000) && expires >= 0 && expires <= MAX_EXPIRES;
  return whole ? undefined : 'expires is no whole second before the year 10000';
}

/**
 * The exact bytes an approver signs: six lines, each ended by LF. No field can hold a line break, so
 * two approvals never share their bytes. Throws for an approval with a problem, which is a bug.
 */
export function formatStatement(approval: Approval): Uint8Array {
  const problem = approvalProblem(approval);
  if (problem !== undefined) throw new Error(`approval: ${problem}`);
  const expires = `${new Date(approval.expires).toISOString().slice(0, 19)}Z`;
  const lines = [
    APPROVAL_HEADER,
    `repository ${approval.repository}`,
    `ref ${approval.ref}`,
    `commit ${approval.commit}`,
    `rule ${approval.rule}`,
    `expires ${expires}`,
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** Reads a statement back; anything but the bytes `formatStatement` writes is `undefined`. */
export function parseStatement(payload: Uint8Array): Approval | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const match = STATEMENT.exec(bytes.toString('utf8'));
  if (match === null) return undefined;
  const [, repository = '', ref = '', commit = '', rule = '', expires = ''] = match;
  const oid = parseOid(commit);
  if (oid === undefined) return undefined;
  const approval = { repository, ref, commit: oid, rule, expires: Date.parse(expires) };
  if (approvalProblem(approval) !== undefined) return undefined;
  // Dates that roll over and bytes that are no UTF-8 do not come out as they went in.
  return bytes.equals(formatStatement(approval)) ? approval : undefined;
}
