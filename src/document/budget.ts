import type { DocumentLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** Weight of a value with all its aliases expanded. */
export type Weight = Readonly<{ nodes: number; textLength: number }>;

/** Spends one file's limits; whatever is over one of them is a `limit` refusal at its place. */
export class Budget {
  readonly limits: DocumentLimits;
  #nodes = 0;
  #textLength = 0;
  #aliases = 0;

  constructor(limits: DocumentLimits) {
    this.limits = limits;
  }

  /** What was spent so far. */
  spent(): Weight {
    return { nodes: this.#nodes, textLength: this.#textLength };
  }

  /** Nodes that are left. */
  nodesLeft(): number {
    return this.limits.maxNodes - this.#nodes;
  }

  /** Spends nodes and their text. */
  spend(weight: Weight, offset: number): void {
    this.#nodes += weight.nodes;
    this.#textLength += weight.textLength;
    const { maxNodes, maxTextLength } = this.limits;
    if (this.#nodes > maxNodes) {
      throw new Refusal('limit', `more than ${maxNodes} keys and values; split the file`, offset);
    }
    if (this.#textLength > maxTextLength) {
      const text = `more than ${maxTextLength} characters with aliases expanded`;
      throw new Refusal('limit', text, offset);
    }
  }

  /** Spends one use of an anchor. */
  spendAlias(offset: number): void {
    this.#aliases += 1;
    const { maxAliases } = this.limits;
    if (this.#aliases <= maxAliases) return;
    throw new Refusal('limit', `more than ${maxAliases} aliases; write the values out`, offset);
  }

  /** Refuses what stands inside more than `maxDepth` maps and lists. */
  checkDepth(depth: number, offset: number): void {
    const { maxDepth } = this.limits;
    if (depth <= maxDepth) return;
    throw new Refusal('limit', `nested deeper than ${maxDepth}; flatten it`, offset);
  }
}
