import type { Json, JsonObject } from '../domain/json.ts';
import { Refusal } from './refusal.ts';

/** Builds one JSON object of which no key is given twice, and none reaches the object's prototype. */
export class Members {
  readonly #object: Record<string, Json> = {};
  readonly #written = new Set<string>();
  #merged = false;

  /** Takes a key written in the text; `merge` tells the key `<<` that merges from the text "<<". */
  claim(key: string, merge: boolean, offset: number): void {
    if (key === '__proto__') {
      throw new Refusal(
        'invalid',
        'the key `__proto__`, which no Kubernetes field has; rename it',
        offset,
      );
    }
    if (merge ? this.#merged : this.#written.has(key)) {
      const same =
        'a key that is there already (to kubectl, `y`, `on` and `true` are one); rename or remove it';
      throw new Refusal('invalid', same, offset);
    }
    if (merge) this.#merged = true;
    else this.#written.add(key);
  }

  /** Gives a claimed key its value. */
  set(key: string, value: Json): void {
    this.#object[key] = value;
  }

  /** Copies another object over this one; tells whether a key written above was replaced. */
  merge(source: JsonObject): boolean {
    let replaced = false;
    for (const [key, value] of Object.entries(source)) {
      replaced ||= this.#written.has(key);
      this.#object[key] = value;
    }
    return replaced;
  }

  /** The object so far. */
  get object(): JsonObject {
    return this.#object;
  }
}
