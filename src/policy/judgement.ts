import type { SecretsSpec, VerifySpec } from '../api/guardedrepo.ts';
import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { Evidence } from './evidence.ts';

/** What the tip must descend from, and what it means when it does not. */
export type Footing =
  | Readonly<{ kind: 'anchor'; oid: Oid; sourceChanged: boolean }>
  /** `seal` is the commit whose trailer says so; it must be signed itself. */
  | Readonly<{ kind: 'startAt'; oid: Oid; seal?: Oid }>
  | Readonly<{ kind: 'root' }>;

/** What of the spec a verdict is reached under. */
export type VerifyRules = Pick<
  VerifySpec,
  'signatures' | 'bindIdentity' | 'forge' | 'rules' | 'startAt'
>;

/** Tags that were accepted before: the anchor's, and where each known one pointed. */
export type KnownTags = Readonly<{
  last: Readonly<{ name: string; oid?: Oid }> | undefined;
  oids: ReadonlyMap<string, Oid>;
}>;

/** The rules in force and the moment of decision. */
export type Judgement = Readonly<{
  repo: RepoKey;
  /** The branch or tag, as revisions show it. */
  label: string;
  /** The full ref name that approvals must name. */
  ref: string;
  /** The repository as approvals name it (`repositoryIdentity`). */
  repository: string;
  footing: Footing;
  tags: KnownTags;
  verify: VerifyRules;
  secrets: SecretsSpec;
  trustDigest: string;
  policyDigest: string;
  /** A key is judged at this moment, whatever the signature says of its own date. */
  at: Instant;
}>;

/** One question to the evidence: the reasons that speak against the head, none when it passes. */
export type Adjudicator = (evidence: Evidence, judgement: Judgement) => readonly Stop[];
