import { parseDuration } from '../../api/duration.ts';
import type { Oid } from '../../domain/oid.ts';
import type { Footing, Judgement, KnownTags } from '../../policy/judgement.ts';
import type { GatherGround } from '../gather/ground.ts';
import type { Pass } from '../line.ts';
import type { ObjectReader } from '../ports.ts';
import type { Sight } from './source.ts';

/** How long first sight softens expiry when the spec says nothing usable; the CRD's default. */
const DEFAULT_MAX_PENDING_MS = 24 * 3_600_000;

/** What evidence of this pass is gathered from. */
export function groundOf(pass: Pass, objects: ObjectReader): GatherGround {
  const { repo, line, memory, ports, signal } = pass;
  const { scans, finder, roots } = memory.secrets;
  const at = ports.clock.now();
  const maxPending = parseDuration(repo.spec.verify.maxPending) ?? DEFAULT_MAX_PENDING_MS;
  const seen = new Map((memory.stored?.entry.seen ?? []).map((one) => [one.oid, one.at]));
  return {
    ...{ objects, at, work: ports.work, trust: line.trust, verify: repo.spec.verify },
    secrets: { spec: repo.spec.verify.secrets, memory: scans, finder, roots, signal },
    targets: repo.spec.targets,
    render: ports.rules.render,
    maxRangeCommits: ports.rules.maxRangeCommits,
    // After `maxPending` a commit that still waits is judged by the keys of now, like a new one.
    firstSeen: (oid: Oid) => {
      const first = seen.get(oid);
      return first !== undefined && at - first <= maxPending ? first : undefined;
    },
  };
}

/** The rules in force for what is seen now. */
export function judgementOf(pass: Pass, { ref, label }: Sight, footing: Footing): Judgement {
  const { line, repo, memory, ports } = pass;
  const entry = memory.stored?.entry;
  return {
    ...{ repo: line.key, label, ref, repository: line.repository, footing },
    tags: {
      last: lastTag(pass),
      oids: new Map((entry?.tags ?? []).map(({ name, oid }) => [name, oid])),
    },
    ...{ verify: repo.spec.verify, secrets: repo.spec.verify.secrets },
    trustDigest: line.trustDigest,
    policyDigest: line.policyDigest,
    at: ports.clock.now(),
  };
}

/** A range that was changed in the spec starts anew; status still names the tag of a lost ledger. */
function lastTag({ repo, memory, line }: Pass): KnownTags['last'] {
  const entry = memory.stored?.entry;
  if (entry !== undefined) {
    return entry.source.ref === line.wish.name ? entry.anchor.tag : undefined;
  }
  const name = repo.status?.anchor?.tag;
  return name === undefined ? undefined : { name };
}
