import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import { decide } from '../../policy/decide.ts';
import type { Footing } from '../../policy/judgement.ts';
import type { LedgerEntry, Standing } from '../../policy/ledger.ts';
import { standingOf } from '../../policy/standing.ts';
import { SECRETS_OFF } from '../gather/scan-plan.ts';
import { gather } from '../gather/gather.ts';
import { readCommit } from '../gather/walk.ts';
import type { Ground, Pass } from '../line.ts';
import type { EventNote } from '../ports.ts';
import { groundOf } from './ground.ts';
import { saveLedger } from './ledger.ts';
import { uphold } from './uphold.ts';

/**
 * Judges what is live again when trust or rules changed since: from the published objects alone, as of
 * the moment it was accepted for everything but revocation. It never moves the anchor; what it finds is
 * the anchor's standing in the ledger. A standing that freezes or frees healing is in force at once.
 */
export async function rejudge(pass: Pass): Promise<Result<readonly EventNote[]>> {
  const entry = pass.memory.stored?.entry;
  if (entry === undefined || isCurrent(entry, pass)) return ok([]);
  const judged = await standingNow(entry, pass);
  if (!judged.ok) return judged;
  const standing = judged.value;
  const before = entry.standing?.kind ?? 'Trusted';
  const saved = await saveLedger(pass, { ...entry, standing });
  if (!saved.ok) return saved;
  const upheld = await uphold(pass);
  if (!upheld.ok) return upheld;
  return ok(standing.kind === 'Retired' && before !== 'Retired' ? [retired(entry, standing)] : []);
}

/** Why nothing new is right while the anchor itself is untrusted; `undefined` while it is not. */
export function untrusted({ memory, repo }: Ground): Stop | undefined {
  const entry = memory.stored?.entry;
  if (entry?.standing?.kind !== 'Untrusted') return undefined;
  const healing =
    repo.spec.verify.onUntrusted === 'Freeze'
      ? 'drift is only reported, not healed towards it'
      : 'drift is still healed towards it (onUntrusted: KeepHealing)';
  const message = `what is live, ${entry.anchor.revision}, was signed by a key that is compromised: ${entry.standing.detail}; ${healing}. Put a commit on top that undoes what the key did, signed by a good key`;
  return stop('AnchorUntrusted', message, { oid: entry.anchor.oid });
}

function isCurrent({ anchor, standing }: LedgerEntry, { line }: Pass): boolean {
  const { trustDigest, policyDigest } = standing ?? anchor;
  return trustDigest === line.trustDigest && policyDigest === line.policyDigest;
}

async function standingNow(entry: LedgerEntry, pass: Pass): Promise<Result<Standing>> {
  const { line, repo } = pass;
  const { anchor } = entry;
  const objects = line.git.published;
  const footing = await footingOf(entry, pass);
  if (!footing.ok) return footing;
  // New rules must not bring down what was accepted under others: what they find in it is told as an
  // open leak, by the scan of the history.
  const secrets = { spec: SECRETS_OFF };
  const ground = { ...groundOf(pass, objects), secrets, firstSeen: () => anchor.acceptedAt };
  const tip = {
    oid: anchor.tag?.oid ?? anchor.oid,
    ...(anchor.tag === undefined ? {} : { tag: anchor.tag.name, branch: anchor.oid }),
    approvals: entry.approvals ?? [],
  };
  const asked = { ...ground, approvedAt: anchor.acceptedAt };
  const whole = await gather(tip, footing.value, asked);
  // A target that cannot be read any more must not hide a stolen key.
  const gathered =
    !whole.ok && whole.stop.kind === 'stalled'
      ? await gather(tip, footing.value, { ...asked, targets: [] })
      : whole;
  if (!gathered.ok) return gathered;
  const { trustDigest, policyDigest } = line;
  const verdict = decide(gathered.value.evidence, gathered.value.tip, {
    ...{ repo: line.key, label: '', trustDigest, policyDigest, verify: repo.spec.verify },
    secrets: SECRETS_OFF,
    ref: anchor.tag === undefined ? entry.source.ref : `refs/tags/${anchor.tag.name}`,
    repository: line.repository,
    footing: gathered.value.footing,
    tags: { last: undefined, oids: new Map() },
    // Approvals had to hold when they were counted.
    at: anchor.acceptedAt,
  });
  return ok(standingOf(verdict, gathered.value.evidence, { trustDigest, policyDigest }));
}

/**
 * The range of the last verdict. Where it is not told (older entries) or held no commit (restored from
 * status), the anchor alone, unless the spec trusts that by its oid.
 */
async function footingOf({ anchor }: LedgerEntry, { line, repo }: Pass): Promise<Result<Footing>> {
  const { since } = anchor;
  if (since === 'root') return ok({ kind: 'root' });
  const told = since !== anchor.oid || anchor.oid === repo.spec.verify.startAt?.commit;
  if (since !== undefined && told) return ok({ kind: 'startAt', oid: since });
  const commit = await readCommit(line.git.published, anchor.oid);
  if (!commit.ok) return commit;
  const parent: Oid | undefined = commit.value.parents[0];
  return ok(parent === undefined ? { kind: 'root' } : { kind: 'startAt', oid: parent });
}

function retired({ anchor }: LedgerEntry, { detail }: Standing): EventNote {
  const message = `${anchor.revision} stays in force, but would not be accepted today: ${detail}`;
  return { type: 'Normal', reason: 'SignerRetired', message };
}
