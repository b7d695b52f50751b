import type { CommitSignature } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { Result } from '../domain/result.ts';
import type { ManifestFile, ParsedManifests } from '../render/index.ts';
import type { RenderLimits } from '../render/limits.ts';
import type { FileScan, ScanInput, ScanPlan } from '../secrets/index.ts';
import type { SignatureEvidence, SignedBytes, Trust } from '../signature/index.ts';

/**
 * Signatures to check: of commits, by raw bytes, each re-hashed and parsed again, and detached ones of
 * tags and approvals.
 */
export type VerifyJob = Readonly<{
  kind: 'verify';
  commits: readonly Readonly<{ oid: Oid; bytes: Uint8Array; firstSeen?: Instant }>[];
  detached?: readonly DetachedSignature[];
  trust: Trust;
  /** The moment of decision; also of first sight, where a commit names no earlier one. */
  at: Instant;
}>;

/** A signature beside what it covers. */
export type DetachedSignature = SignedBytes &
  Readonly<{ format: CommitSignature['format']; firstSeen?: Instant }>;

/** Files to read manifests from. Callers have checked that the bytes are those the oids name. */
export type ParseJob = Readonly<{
  kind: 'parse';
  blobs: readonly ManifestFile[];
  limits: RenderLimits;
}>;

/** A file of a commit, or the message of a commit or tag, to scan for leaks. */
export type ScanFile = ScanInput & Readonly<{ what: 'file' | 'message' }>;

/** Files to scan. Callers have checked that the bytes are those the oids name. */
export type ScanJob = Readonly<{ kind: 'scan'; files: readonly ScanFile[]; plan: ScanPlan }>;

/** CPU work on untrusted bytes: plain data in. */
export type Job = VerifyJob | ParseJob | ScanJob;

/** One entry for each commit asked for. `usableKeys` 0 means that nobody can sign (`SignersEmpty`). */
export type VerifyOutput = Readonly<{
  kind: 'verify';
  commits: readonly Readonly<{ oid: Oid; evidence: SignatureEvidence }>[];
  /** In the order asked for. */
  detached: readonly SignatureEvidence[];
  usableKeys: number;
  /** Keys that were left out, and why, for people. */
  problems: readonly string[];
}>;

/** What the files say. */
export type ParseOutput = ParsedManifests & Readonly<{ kind: 'parse' }>;

/** What the files hold, in the order asked for; no secret is in it. */
export type ScanOutput = Readonly<{ kind: 'scan'; files: readonly FileScan[] }>;

/** Plain data out. */
export type Output = VerifyOutput | ParseOutput | ScanOutput;

/** The output that belongs to a job. */
export type OutputOf<J extends Job> = Extract<Output, Readonly<{ kind: J['kind'] }>>;

/**
 * Where CPU work is done. A job is never tried twice: what takes too long or too much memory is a
 * stop with the job's own reason (`CheckIncomplete`, `RenderLimitExceeded`, `ScanIncomplete`).
 */
export interface WorkPort {
  run<J extends Job>(job: J, deadlineMs: number): Promise<Result<OutputOf<J>>>;
  /** Ends every thread. Jobs under way stop. */
  close(): Promise<void>;
}
