import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import { approversUnder, personKey } from './approvers.ts';
import type { Ground } from './approvers.ts';
import type { LocatedGap, LocatedLeak } from './evidence.ts';
import type { Adjudicator } from './judgement.ts';

/** The rule name under which a person answers for one leak: it is rotated, or harmless and known. */
export function leakRule(fingerprint: string): string {
  return `leak-${fingerprint}`;
}

/**
 * No commit of the range brings a secret, whether or not a later one removes it, and everything was
 * scanned. A leak counts as settled when a listed person other than the signer of its commit approved
 * it by its fingerprint. What was not scanned is never clean.
 */
export const clean: Adjudicator = (evidence, judgement) => {
  if (judgement.secrets.mode !== 'Block') return [];
  const { leaks, history } = evidence;
  if (leaks === undefined) {
    return [stop('ScanIncomplete', 'nothing was scanned for secrets', { oid: history.tip })];
  }
  const ground = { evidence, judgement };
  const open = leaks.leaks.filter((leak) => settledBy(leak, ground) === undefined);
  return [...open.map(leakStop), ...leaks.gaps.map(gapStop)];
};

/**
 * The person whose approval answers for this leak, if somebody's does: another one than who signed its
 * commit. For a commit that nobody signed stand those who signed the head and the tag it came in with.
 */
export function settledBy({ finding, commit }: LocatedLeak, ground: Ground): string | undefined {
  const rule = { name: leakRule(finding.fingerprint), roles: [] };
  const { signatures, history, tag } = ground.evidence;
  const own = signerOf(signatures.get(commit));
  const others = [signatures.get(history.tip), tag?.signature].map(signerOf);
  const involved = own === undefined ? others : [own];
  return [...approversUnder(rule, ground)(commit)].find((person) => !involved.includes(person));
}

/** Who signed, under the name that approvals are counted by. */
export function signerOf(signature: SignatureEvidence | undefined): string | undefined {
  return signature?.kind === 'good' ? personKey(signature.signer.name) : undefined;
}

/** `deploy/app.yaml:12`, or what else holds the leak. */
export function placeOf({ path, line }: Pick<LocatedLeak['finding'], 'path' | 'line'>): string {
  return line === 0 ? path : `${path}:${line}`;
}

function leakStop({ finding, commit }: LocatedLeak): Stop {
  const { rule, within, hint, fingerprint } = finding;
  const inside = within === undefined ? '' : ` (${within})`;
  const what = `commit ${shortOid(commit)} brings a secret: rule ${rule} at ${placeOf(finding)}${inside}, ${hint}, fingerprint ${fingerprint}`;
  const next = `replace the secret where it is used, take it out of the commit itself (a later commit that removes it is not enough) and push that instead`;
  const other = `if it is replaced or harmless, another listed person may say so: gitward approve --rule ${leakRule(fingerprint)} ${shortOid(commit)}`;
  return stop('SecretLeakFound', `${what}. Do: ${next}; ${other}`, { oid: commit });
}

const GAPS: Readonly<Record<LocatedGap['gap']['why'], string>> = {
  budget: 'it took too long',
  tooLarge: 'it is too large',
  tooDeep: 'it is nested too deeply',
  tooMany: 'it holds too many findings',
  unreadable: 'it cannot be read',
};

function gapStop({ gap, path, commit }: LocatedGap): Stop {
  const rule = gap.rule === undefined ? '' : ` for rule ${gap.rule}`;
  const what = `commit ${shortOid(commit)}: ${placeOf({ path, line: gap.line })} could not be scanned for secrets${rule}: ${GAPS[gap.why]}`;
  return stop(
    'ScanIncomplete',
    `${what}; make it smaller or simpler, or correct it, and push again`,
    {
      oid: commit,
    },
  );
}
