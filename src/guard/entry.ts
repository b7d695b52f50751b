import type { Mode, TargetSpec } from '../api/guardedrepo.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Baseline } from '../drift/baseline.ts';

/** One guarded object: what Git wants, for whom, and what the API server makes of it. */
export type Entry = Readonly<{
  key: ObjectKey;
  repo: RepoKey;
  target: TargetSpec;
  mode: Mode;
  manifest: Manifest;
  /** `main@sha1:<oid>` of the accepted commit. */
  revision: string;
  /** Absent until the object was applied or compared once. */
  baseline?: Baseline;
}>;

/** What one accepted commit guards, in the order of its rollout. Swapped whole, never edited by readers. */
export type Snapshot = ReadonlyMap<ObjectKey, Entry>;
