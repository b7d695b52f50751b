import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Leak, LeakGap, LeakReport } from '../leaks/leak.ts';
import { gapLine, leakLine } from '../leaks/text.ts';

/** What speaks against a history or a change; a leak, and what was not scanned, with its place beside. */
export type Problem = Stop &
  Readonly<{
    leak?: Leak;
    gap?: LeakGap;
    /** It is told and decides nothing. */
    isOnlyTold?: boolean;
  }>;

/** The problems of a scan; one each for every leak and every gap. */
export function problemsOf(
  { leaks, gaps }: Pick<LeakReport, 'leaks' | 'gaps'>,
  isBlocking: boolean,
): readonly Problem[] {
  const told = isBlocking ? {} : { isOnlyTold: true };
  return [
    ...leaks.map((leak) => ({
      ...stop('SecretLeakFound', leakLine(leak), whose(leak)),
      ...{ leak, ...told },
    })),
    ...gaps.map((gap) => ({
      ...stop('ScanIncomplete', gapLine(gap), whose(gap)),
      ...{ gap, ...told },
    })),
  ];
}

function whose({ commit }: Leak | LeakGap): Pick<Stop, 'oid'> {
  return commit === undefined ? {} : { oid: commit };
}
