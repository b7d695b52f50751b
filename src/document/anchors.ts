import type { Json } from '../domain/json.ts';
import type { Budget, Weight } from './budget.ts';
import { Refusal } from './refusal.ts';

/** A named value: open while it is being read, so that a value cannot contain itself. */
type Anchor = { before: Weight; known: Known | undefined };

/** A finished anchor. `height` counts the maps and lists inside one another. */
export type Known = Readonly<{ value: Json; isMap: boolean; weight: Weight; height: number }>;

/** What libyaml takes for a name; YAML 1.2 allows more. */
const NAME = /^[0-9A-Za-z_-]+$/;

/** The anchors of one document, in the order of the text: a later one replaces an earlier one. */
export class Anchors {
  readonly #budget: Budget;
  readonly #byName = new Map<string, Anchor>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Begins a named value; the answer ends it. */
  open(name: string, offset: number): (value: Json, isMap: boolean, height: number) => void {
    if (!NAME.test(name)) {
      throw new Refusal(
        'invalid',
        'an anchor of other characters than letters, digits, - and _',
        offset,
      );
    }
    const before = this.#budget.spent();
    const anchor: Anchor = { before, known: undefined };
    this.#byName.set(name, anchor);
    return (value, isMap, height) => {
      const after = this.#budget.spent();
      const weight = {
        nodes: after.nodes - before.nodes,
        textLength: after.textLength - before.textLength,
      };
      anchor.known = { value, isMap, weight, height };
    };
  }

  /** The value of an alias inside `depth` maps and lists, paid for as if it were written out. */
  use(name: string, depth: number, offset: number): Known {
    const anchor = this.#byName.get(name);
    if (anchor === undefined) {
      throw new Refusal(
        'invalid',
        'an alias without its anchor before it; write the value out',
        offset,
      );
    }
    if (anchor.known === undefined) {
      throw new Refusal(
        'invalid',
        'an alias inside the value that it names; write the value out',
        offset,
      );
    }
    this.#budget.spendAlias(offset);
    this.#budget.checkDepth(depth + anchor.known.height, offset);
    this.#budget.spend(anchor.known.weight, offset);
    return anchor.known;
  }
}
