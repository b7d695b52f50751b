import { shortOid } from '../../domain/oid.ts';
import { printable } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Leak, LeakReport } from '../leaks/leak.ts';
import { detailOf, gapLine, placeOf } from '../leaks/text.ts';

/** What a hook stops: the word that people have for it. */
export type Stopped = 'commit' | 'push';

/** What was found: secrets, and whatever else, in the words of the line. */
export type Verdict = Readonly<{ leaks: LeakReport; stops: readonly Stop[] }>;

/** All that speaks against one commit or push. */
export type Objections = Verdict &
  Readonly<{
    /** Short name of the protected branch, which holds what is allowed. */
    branch: string;
    /** Whether secrets are refused; else they are told and pass. */
    isBlocking: boolean;
    /** Whether approvals count: the protected branch says who may give them, and what they must name. */
    canApprove: boolean;
  }>;

/** Most of each kind that are told; a push of a thousand leaks is as bad as one of twenty. */
const MAX_TOLD = 20;

/** Does anything speak against it? What is not scanned does. */
export function isRefused({ leaks, stops, isBlocking }: Objections): boolean {
  return (isBlocking && hasLeaks(leaks)) || stops.length > 0;
}

/** Is there anything to tell of secrets? */
export function hasLeaks({ leaks, gaps }: LeakReport): boolean {
  return leaks.length > 0 || gaps.length > 0;
}

/** What a developer reads of a commit or push: what, where, what to do, whom to ask. */
export function refusal(what: Stopped, objections: Objections): string {
  const { leaks, stops } = objections;
  const parts = [
    [`gitward: ${verdictOn(what, objections)}: ${countOf(objections)}`],
    ...bounded(leaks.leaks.map(leakLines)),
    ...bounded([...leaks.gaps.map(gapLine), ...stops.map(stopLine)].map((line) => [`  ${line}`])),
    ...(leaks.leaks.length === 0 ? [] : [fixLines(what, leaks.leaks), exceptionLines(objections)]),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function verdictOn(what: Stopped, objections: Objections): string {
  return isRefused(objections) ? `the ${what} is refused` : `the ${what} passes, but look at it`;
}

function countOf({ leaks, stops }: Objections): string {
  const others = leaks.gaps.length + stops.length;
  const counts = [
    counted(leaks.leaks.length, 'secret'),
    counted(others, leaks.leaks.length > 0 ? 'other problem' : 'problem'),
  ];
  return counts.filter((text) => text !== '').join(' and ');
}

function counted(count: number, noun: string): string {
  if (count === 0) return '';
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function leakLines(leak: Leak): readonly string[] {
  const { finding, commit, description, fix } = leak;
  const by = commit === undefined ? '' : `commit ${shortOid(commit)}  `;
  return [
    `  ${printable(description)} (${printable(finding.rule)}, ${finding.severity})`,
    `    ${by}${placeOf(leak)}  (${detailOf(leak)})`,
    `    fingerprint ${finding.fingerprint}`,
    ...(fix === '' ? [] : [`    ${printable(fix)}`]),
  ];
}

function stopLine({ reason, message }: Stop): string {
  return printable(`${reason}: ${message}`);
}

function bounded(parts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const more = parts.length - MAX_TOLD;
  return more <= 0 ? parts : [...parts.slice(0, MAX_TOLD), [`  and ${more} more`]];
}

function fixLines(what: Stopped, leaks: readonly Leak[]): readonly string[] {
  if (what === 'commit') {
    return [
      'Take it out of what is staged, then commit again:',
      '  edit the file, git add it; or git restore --staged FILE',
    ];
  }
  const oldest = leaks.findLast(({ commit }) => commit !== undefined)?.commit;
  const from = oldest === undefined ? 'COMMIT' : shortOid(oldest);
  return [
    'Take it out of the commits that are not pushed yet; removing it in a later one leaves it in history:',
    '  in the last commit: edit the file, git add it, git commit --amend',
    `  in an older one: git rebase -i ${from}^, mark it "edit", amend it, git rebase --continue`,
    'Who could read the secret meanwhile has it: replace it where it is used.',
  ];
}

function exceptionLines({ leaks, branch, canApprove }: Objections): readonly string[] {
  const [first] = leaks.leaks;
  const { fingerprint = 'FINGERPRINT' } = first?.finding ?? {};
  const commit = first?.commit === undefined ? 'COMMIT' : shortOid(first.commit);
  return [
    'It is no secret, or is meant to be there? Ask for an exception:',
    `  the fingerprint as a line of .gitleaksignore on ${printable(branch)}, through a review`,
    ...(canApprove
      ? [
          `  or another person's signed approval: gitward approve --rule leak-${fingerprint} ${commit}`,
        ]
      : []),
  ];
}
