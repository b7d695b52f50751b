import { cat } from './ast.ts';
import type { Node } from './ast.ts';
import { equalSets, tableOf } from './charset.ts';
import type { ByteSet } from './charset.ts';
import { minLength } from './lengths.ts';

/** A run in front of a regex that may as well be found by walking left; 256 entries, 1 for a byte of it. */
export type Lead = Readonly<{ set: Uint8Array; max: number }>;

type Run = Readonly<{ set: ByteSet; max: number }>;

/** A regex without its leads. */
export type Split = Readonly<{ lead?: Lead; body: Node }>;

/**
 * Drops a lazy, optional, bounded run of one set in front, and those of the same set behind it.
 * Greedy runs stay: they would choose the last of several bodies in reach, walking left the first.
 */
export function splitLead(root: Node): Split {
  let body = root;
  let lead: Run | undefined;
  for (;;) {
    const taken = takeLead(body);
    if (taken === undefined) break;
    if (lead !== undefined && !equalSets(lead.set, taken.lead.set)) break;
    if (minLength(taken.rest) === 0) break;
    lead = { set: taken.lead.set, max: (lead?.max ?? 0) + taken.lead.max };
    body = taken.rest;
  }
  return lead === undefined ? { body } : { lead: { set: tableOf(lead.set), max: lead.max }, body };
}

function takeLead(node: Node): Readonly<{ lead: Run; rest: Node }> | undefined {
  if (node.kind !== 'cat') return undefined;
  const [first, ...others] = node.parts;
  if (first === undefined) return undefined;
  if (first.kind === 'repeat' && first.body.kind === 'set') {
    const { body, min, max, greedy } = first;
    if (min !== 0 || max === Infinity || greedy) return undefined;
    return { lead: { set: body.set, max }, rest: cat(others) };
  }
  const inner = takeLead(first);
  return inner === undefined ? undefined : { lead: inner.lead, rest: cat([inner.rest, ...others]) };
}
