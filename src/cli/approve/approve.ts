import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toTimestamp } from '../../domain/clock.ts';
import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { approvalProblem, formatStatement, parseApprovals } from '../../policy/approval.ts';
import type { Approval } from '../../policy/approval.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import { EXIT, usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { parseApproveOptions } from './options.ts';
import type { ApproveOptions } from './options.ts';
import { NOTES_REF, PersonGit } from './person-git.ts';
import { runProgram } from './program.ts';
import { planSigning } from './signing.ts';

const SECOND_MS = 1_000;

/**
 * `gitward approve`: signs an approval of a commit with the caller's own key, as git would sign a
 * commit, and adds it to the commit's note. Nothing is pushed; the line to type is printed.
 */
export async function approve(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseApproveOptions(args);
  if (!options.ok) return usageError(terminal, options.stop);
  const git = new PersonGit(terminal);
  const stated = await stateApproval(options.value, git, terminal.clock.now());
  if (!stated.ok) return usageError(terminal, stated.stop);
  const folder = await makeTemporary('approve');
  try {
    const written = await signInto(folder, {
      git,
      terminal,
      options: options.value,
      ...stated.value,
    });
    if (!written.ok) return usageError(terminal, written.stop);
  } finally {
    await removeTemporary(folder);
  }
  const { commit, rule, ref, repository, expires } = stated.value.approval;
  await terminal.out(
    `approved ${commit} for rule ${rule} on ${ref} of ${repository} until ${toTimestamp(expires)}\n` +
      `now push it: git push origin refs/notes/${NOTES_REF}\n`,
  );
  return EXIT.clean;
}

type Stated = Readonly<{ approval: Approval; statement: Uint8Array }>;

async function stateApproval(
  options: ApproveOptions,
  git: PersonGit,
  now: Instant,
): Promise<Result<Stated, string>> {
  const commit = await git.commit(options.commit);
  if (!commit.ok) return commit;
  const ref = options.ref === undefined ? await git.upstream() : ok(options.ref);
  if (!ref.ok) return ref;
  const repository =
    options.repository === undefined ? await git.repository() : ok(options.repository);
  if (!repository.ok) return repository;
  const approval: Approval = {
    repository: repository.value,
    ref: ref.value,
    commit: commit.value,
    rule: options.rule,
    expires: Math.floor((now + options.lifeMs) / SECOND_MS) * SECOND_MS,
  };
  const problem = approvalProblem(approval);
  if (problem !== undefined) return stopped(`the approval cannot be stated: ${problem}`);
  return ok({ approval, statement: formatStatement(approval) });
}

type Signing = Stated & Readonly<{ git: PersonGit; terminal: Terminal; options: ApproveOptions }>;

async function signInto(folder: string, signing: Signing): Promise<Result<void, string>> {
  const { git, approval, statement } = signing;
  const armor = await sign(folder, signing);
  if (!armor.ok) return armor;
  const text = Buffer.concat([statement, armor.value]);
  const note = await git.note(approval.commit);
  const whole = note.length === 0 ? text : Buffer.concat([note, Buffer.from('\n'), text]);
  // The judge's own reader decides, before anything is written, whether the note will count.
  const read = parseApprovals(whole);
  const isThere = read.approvals.some(({ payload }) => Buffer.from(statement).equals(payload));
  if (!isThere) {
    const why = read.problems.at(-1) ?? 'it is not found in it';
    return stopped(`with this approval the note of the commit would not count: ${why}`);
  }
  const file = join(folder, 'approval');
  await writeFile(file, text);
  return git.appendNote(approval.commit, file);
}

async function sign(
  folder: string,
  { git, terminal, options, statement }: Signing,
): Promise<Result<Uint8Array, string>> {
  const plan = planSigning(await git.signing(), options.key, await git.identity());
  if (!plan.ok) return plan;
  const { argv, publicKey } = plan.value;
  const keyFile = join(folder, 'key.pub');
  if (publicKey !== undefined) await writeFile(keyFile, publicKey);
  const files = publicKey === undefined ? [] : [keyFile];
  const [program, ...rest] = argv;
  const done = await runProgram([program, ...rest, ...files], terminal, { input: statement });
  if (done.status === 0) return ok(done.stdout);
  terminal.err(done.stderr);
  return stopped(`${program} did not sign (status ${done.status})`);
}
