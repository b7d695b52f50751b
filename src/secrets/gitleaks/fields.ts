import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';

/** Ends the reading of a configuration from any depth; caught by its door, never seen outside. */
export class Unfit extends Error {}

/** Receives what a person should know though the file is read. */
export type Warn = (text: string) => void;

/**
 * One table of a configuration, read the way gitleaks reads it: keys in any case, one value where a
 * list is wanted, numbers and switches as text. A key that nobody asked for is warned about, a value
 * of another kind refuses the file. Names of keys are told, values never: allowlists hold secrets.
 */
export class Fields {
  readonly place: string;
  readonly #warn: Warn;
  readonly #values = new Map<string, Readonly<{ key: string; value: Json }>>();
  readonly #asked = new Set<string>();

  constructor(table: JsonObject, place: string, warn: Warn) {
    this.place = place;
    this.#warn = warn;
    for (const [key, value] of Object.entries(table)) {
      const name = key.toLowerCase();
      if (this.#values.has(name)) throw this.unfit(`${key} is given twice, in other letters`);
      this.#values.set(name, { key, value });
    }
  }

  /** A refusal at this place. */
  unfit(text: string): Unfit {
    return new Unfit(printable(this.place === '' ? text : `${this.place}: ${text}`));
  }

  /** Tells people something of this place. */
  warn(text: string): void {
    this.#warn(printable(this.place === '' ? text : `${this.place}: ${text}`));
  }

  /** A text; `undefined` where there is none or an empty one. */
  text(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.unfit(`${name} is no text`);
  }

  /** A number; `undefined` where there is none. */
  number(name: string): number | undefined {
    const value = this.#take(name);
    if (value === undefined || typeof value === 'number') return value;
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (Number.isFinite(read)) return read;
    throw this.unfit(`${name} is no number`);
  }

  /** A whole number that is not negative; `undefined` where there is none. */
  whole(name: string): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
    throw this.unfit(`${name} is no whole number from 0`);
  }

  /** A switch; off where it is not there. */
  flag(name: string): boolean {
    const value = this.#take(name) ?? false;
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 1 || value === '1') return true;
    if (value === 'false' || value === 0 || value === '0') return false;
    throw this.unfit(`${name} is neither true nor false`);
  }

  /** Texts; one text is cut at its commas. */
  texts(name: string): readonly string[] {
    const value = this.#take(name);
    if (value === undefined || value === '') return [];
    if (typeof value === 'string') return value.split(',');
    if (!Array.isArray(value)) throw this.unfit(`${name} is no list`);
    return value.map((one: Json) => {
      if (typeof one === 'string') return one;
      throw this.unfit(`${name} holds something else than text`);
    });
  }

  /** Tables; one table is a list of one. */
  tables(name: string, placeOf: (index: number, table: JsonObject) => string): readonly Fields[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    const list: readonly Json[] = Array.isArray(value) ? value : [value];
    return list.map((one, index) => {
      if (isJsonObject(one)) return new Fields(one, placeOf(index, one), this.#warn);
      throw this.unfit(`${name} is no table`);
    });
  }

  /** Warns about every key that was not asked for. */
  finish(): void {
    for (const [name, { key }] of this.#values) {
      if (!this.#asked.has(name)) this.warn(`${key} is not understood and has no effect`);
    }
  }

  #take(name: string): Json | undefined {
    const lower = name.toLowerCase();
    this.#asked.add(lower);
    return this.#values.get(lower)?.value;
  }
}
