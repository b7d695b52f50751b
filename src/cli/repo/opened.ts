import type { Oid } from '../../domain/oid.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';

/** A name and the oid it led to: a commit's, or an annotated tag's. */
export type Named = Readonly<{
  oid: Oid;
  /** As it was given. */
  label: string;
  /** The full name of the ref, where it is one. */
  ref?: string;
}>;

/** Reads objects for a walk, and guesses how many commits it will find, for a progress bar. */
export type WalkReader = ObjectReader & Readonly<{ expected: () => number | undefined }>;

/** A repository whose two ends are known and whose objects can be read. */
export type Opened = Readonly<{
  /** The path or URL, for people. */
  name: string;
  /** What reads the objects. */
  engine: string;
  objects: ObjectReader;
  /** The same objects, for a walk from this commit. */
  walkFrom: (tip: Oid) => WalkReader;
  from?: Named;
  to: Named;
  /** The head of the branch that must contain a tag; null where there is none. */
  branch?: Oid | null;
  /** The commit of the approvals' notes. */
  notes?: Oid;
  /** What a URL says of the repository's identity. */
  url?: string;
  /** Gives everything back; temporary folders are gone afterwards. */
  close: () => Promise<void>;
}>;

/** Why a repository was not opened: the caller named something that is not there, or it cannot be read. */
export type NotOpened =
  Readonly<{ kind: 'usage'; text: string }> | Readonly<{ kind: 'undecided'; stop: Stop }>;
