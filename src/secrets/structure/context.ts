import type { PlacedMap } from '../../document/placed.ts';
import type { Ground } from './ground.ts';
import type { Report } from './report.ts';
import type { Leaf, Steps } from './tree.ts';

/** What every detector stands on: the file's path, the text at hand, and where to tell. */
export type Context = Readonly<{
  path: string;
  ground: Ground;
  report: Report;
  steps: Steps;
  /** The document has a whole `sops` block, so that the shape of its values counts. */
  isSealed: boolean;
  /** A patch whose target is a Secret. */
  isOfSecret: boolean;
  /** Texts inside texts that are still opened. */
  nesting: number;
  /** Notes a value that is no secret though its name says so: generic rules guess less well. */
  hush: (leaf: Leaf) => void;
  /** Opens the text of a value as a file of its own. */
  open: (leaf: Leaf, context: Context) => void;
}>;

/** A map that is a document, and what it says it is. */
export type Manifest = Readonly<{
  root: PlacedMap;
  kinds: readonly string[];
  versions: readonly string[];
}>;
