import type { ParsedCommit, PersonStamp } from '../../commit/parse.ts';
import { STOP_REASONS } from '../../api/reasons.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';

/** What is told in the place of words that hold a secret, or may. */
const HUSHED = '(hidden)';

/** The commits as they may be told: no word of those whose message or people hold a secret. */
export function hushCommits(
  commits: readonly ParsedCommit[],
  hushed: ReadonlySet<Oid>,
): readonly ParsedCommit[] {
  if (hushed.size === 0) return commits;
  const hide = ({ when }: PersonStamp): PersonStamp => ({ name: HUSHED, email: HUSHED, when });
  return commits.map((commit) => {
    if (!hushed.has(commit.oid)) return commit;
    const { author, committer } = commit;
    return { ...commit, subject: HUSHED, author: hide(author), committer: hide(committer) };
  });
}

/** Findings as they may be told: of a hushed commit the reason and nothing that quotes it. */
export function hushStops(stops: readonly Stop[], hushed: ReadonlySet<Oid>): readonly Stop[] {
  if (hushed.size === 0) return stops;
  return stops.map((one) => {
    if (one.oid === undefined || !hushed.has(one.oid)) return one;
    const { doc } = STOP_REASONS[one.reason];
    const message = `commit ${shortOid(one.oid)}: ${doc} Its own words hold a secret and are hidden.`;
    return stop(one.reason, message, { oid: one.oid });
  });
}
