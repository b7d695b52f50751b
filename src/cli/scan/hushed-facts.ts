import { MESSAGE_PATH } from '../../reconcile/gather/places.ts';
import type { TeamRules } from '../../secrets/index.ts';
import type { CommitFacts } from './history-facts.ts';

const HIDDEN = '(hidden: it may hold a secret)';

/** The same facts, in which no name and no address is told that may hold a secret itself. */
export async function hushed(
  facts: ReadonlyMap<string, CommitFacts>,
  how: Readonly<{ team?: TeamRules | undefined; salt: string; monotonic: () => number }>,
): Promise<ReadonlyMap<string, CommitFacts>> {
  if (facts.size === 0) return facts;
  // All our own rules come with it, and most scans find nothing.
  const { fileScanner } = await import('../../secrets/scan.ts');
  const { team, salt, monotonic } = how;
  const plan = { dialect: 'gitward', inlineAllow: false, salt, sops: [] } as const;
  const scanner = fileScanner(team === undefined ? plan : { ...plan, team }, monotonic);
  const known = new Map<string, boolean>();
  const isTold = ({ name, email }: CommitFacts): boolean => {
    const text = `${name} <${email}>`;
    const told = known.get(text);
    if (told !== undefined) return told;
    const found = scanner.scanMessage({ path: MESSAGE_PATH, bytes: Buffer.from(text) });
    known.set(text, found.findings.length + found.gaps.length === 0);
    return known.get(text) === true;
  };
  return new Map(
    [...facts].map(([oid, one]) => [
      oid,
      isTold(one) ? one : { ...one, name: HIDDEN, email: HIDDEN },
    ]),
  );
}
