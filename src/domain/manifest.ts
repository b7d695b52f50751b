import type { JsonObject } from './json.ts';
import type { ObjectRef } from './object-ref.ts';
import type { Oid } from './oid.ts';
import type { AcceptedCommit } from './proof.ts';

/** Where a manifest came from: file, blob and position among the file's documents (from 1). */
export type Origin = Readonly<{ path: string; blob: Oid; document: number }>;

/** One object as Git wants it, ready to be sent to the API server. */
export type Manifest = Readonly<{ ref: ObjectRef; object: JsonObject; origin: Origin }>;

/** A blob that the render read: what path-scoped rules are judged over. */
export type ReadBlob = Readonly<{ path: string; oid: Oid }>;

/** All that one accepted commit wants in one target. */
export type DesiredState = Readonly<{
  commit: AcceptedCommit;
  target: string;
  manifests: readonly Manifest[];
  readSet: readonly ReadBlob[];
  /** Scalars that YAML versions read differently and the like; for people, never a stop. */
  warnings: readonly string[];
}>;
