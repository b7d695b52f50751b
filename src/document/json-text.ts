import type { Json } from '../domain/json.ts';
import type { Budget } from './budget.ts';
import { Members } from './members.ts';
import { Refusal } from './refusal.ts';

const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/** A value of a JSON text and where it begins. */
export type JsonValue = Readonly<{ value: Json; offset: number }>;

/**
 * Reads one JSON value after another (RFC 8259), as kubectl does with a file that begins with `{`.
 * Twice the same key, numbers that a double changes and half surrogate pairs are refused.
 */
export function* readJson(text: string, budget: Budget): Generator<JsonValue, void> {
  const reader = new JsonReader(text, budget);
  for (let next = reader.next(); next !== undefined; next = reader.next()) yield next;
}

class JsonReader {
  readonly #text: string;
  readonly #budget: Budget;
  #at = 0;

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  next(): JsonValue | undefined {
    this.#take(BLANKS);
    const offset = this.#at;
    return offset === this.#text.length ? undefined : { value: this.#value(0), offset };
  }

  #value(depth: number): Json {
    this.#take(BLANKS);
    this.#budget.spend({ nodes: 1, textLength: 0 }, this.#at);
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#list(depth + 1);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): Json {
    this.#budget.checkDepth(depth, this.#at);
    const members = new Members();
    this.#items('}', () => {
      const offset = this.#at;
      const key = this.#string();
      members.claim(key, false, offset);
      this.#take(BLANKS);
      if (!this.#skip(':')) this.#fail('a colon is missing');
      members.set(key, this.#value(depth));
    });
    return members.object;
  }

  #list(depth: number): Json {
    this.#budget.checkDepth(depth, this.#at);
    const values: Json[] = [];
    this.#items(']', () => values.push(this.#value(depth)));
    return values;
  }

  /** Reads what stands between the bracket at hand and `end`, with commas between. */
  #items(end: string, item: () => void): void {
    this.#at += 1;
    this.#take(BLANKS);
    if (this.#skip(end)) return;
    do {
      this.#take(BLANKS);
      item();
      this.#take(BLANKS);
    } while (this.#skip(','));
    if (!this.#skip(end)) this.#fail('a comma or the closing bracket is missing');
  }

  #string(): string {
    const offset = this.#at;
    const text = this.#unquote(this.#quoted());
    if (/\p{Surrogate}/u.test(text)) {
      throw new Refusal('invalid', 'half a surrogate pair, which is no character', offset);
    }
    this.#budget.spend({ nodes: 0, textLength: text.length }, offset);
    return text;
  }

  /** The text from the quote at hand to the quote that ends it: one after an even number of backslashes. */
  #quoted(): string {
    const start = this.#at;
    if (this.#text.charAt(start) !== '"') this.#fail('no JSON string at this place');
    let end = start;
    let escapes = 1;
    while (escapes % 2 === 1) {
      end = this.#text.indexOf('"', end + 1);
      if (end === -1) this.#fail('a string without an end');
      escapes = 0;
      while (this.#text.charAt(end - 1 - escapes) === '\\') escapes += 1;
    }
    this.#at = end + 1;
    return this.#text.slice(start, end + 1);
  }

  #unquote(quoted: string): string {
    try {
      return String(JSON.parse(quoted));
    } catch {
      this.#at -= quoted.length;
      return this.#fail('a string with a line break or an unknown escape');
    }
  }

  #scalar(): Json {
    switch (this.#take(WORD)) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        return this.#number();
    }
  }

  #number(): number {
    const offset = this.#at;
    const digits = this.#take(NUMBER) ?? this.#fail('not JSON at this place');
    const value = Number(digits);
    const whole = !/[.eE]/.test(digits);
    if (Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value + 0;
    const why = whole ? 'an integer beyond 2^53' : 'not a finite number';
    throw new Refusal('invalid', `${why}; put it in quotes if text is meant`, offset);
  }

  #skip(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(text: string): never {
    throw new Refusal('invalid', text, this.#at);
  }
}
