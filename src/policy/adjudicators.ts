import type { Adjudicator } from './judgement.ts';
import { complete, forward, linear, readable } from './lineage.ts';
import { clean } from './secrets.ts';
import { bound, reviewed, signed, tagSigned } from './signed.ts';
import { contained, notLower, unmoved } from './tags.ts';
import { thresholds } from './thresholds.ts';

/** Most reasons one verdict names; the rest would be the same story again. */
export const MAX_REASONS = 20;

/** The questions in order; the first one with an answer decides. */
export const ADJUDICATORS: readonly Adjudicator[] = [
  readable,
  complete,
  unmoved,
  notLower,
  forward,
  contained,
  linear,
  tagSigned,
  signed,
  bound,
  reviewed,
  // Before path rules: nobody is to be asked to approve a change that must not come in as it is.
  clean,
  thresholds,
];
