import { CST } from 'yaml';
import { Refusal } from './refusal.ts';

/** Lexical tokens (punctuation, blanks and line ends too) allowed for each node of the limit. */
const TOKENS_PER_NODE = 5;

/** Bounds on one document, before a tree is built of it. */
export type LexemeLimits = Readonly<{ maxNodes: number; maxAliases: number }>;

/** Watches the tokens of one document: bounds them, and refuses what the library lets pass. */
export class LexemeWatch {
  readonly #limits: LexemeLimits;
  #tokens = 0;
  #aliases = 0;
  /** At the beginning of a line or of a list item, where libyaml takes no tab. */
  #fresh = true;
  #inScalar = false;

  constructor(limits: LexemeLimits) {
    this.#limits = limits;
  }

  /** Takes the next token; `inFlow` inside brackets, where tabs are blanks. */
  take(lexeme: string, inFlow: boolean, offset: number): void {
    this.#count(lexeme, offset);
    if (!this.#inScalar) this.#checkLayout(lexeme, inFlow, offset);
    else if (inFlow && /^[:?]/.test(lexeme)) {
      throw new Refusal(
        'invalid',
        'text in brackets that begins with `:` or `?`; quote it',
        offset,
      );
    }
    const blank = lexeme.trim() === '';
    this.#fresh = lexeme === '-' || lexeme.endsWith('\n') || (this.#fresh && blank);
    this.#inScalar = lexeme === CST.SCALAR;
  }

  #count(lexeme: string, offset: number): void {
    this.#tokens += 1;
    if (this.#tokens > this.#limits.maxNodes * TOKENS_PER_NODE) {
      throw new Refusal('limit', 'too many tokens; split the file', offset);
    }
    if (this.#inScalar || !lexeme.startsWith('*')) return;
    this.#aliases += 1;
    const { maxAliases } = this.#limits;
    if (this.#aliases <= maxAliases) return;
    throw new Refusal('limit', `more than ${maxAliases} aliases; write the values out`, offset);
  }

  #checkLayout(lexeme: string, inFlow: boolean, offset: number): void {
    // After `? ` the library loses text that follows a quoted key.
    if (lexeme === '?')
      throw new Refusal('invalid', 'a key written with `?`; write `key:`', offset);
    if (!inFlow && this.#fresh && /^ *\t[ \t]*$/.test(lexeme)) {
      throw new Refusal('invalid', 'a tab as indentation; use spaces', offset);
    }
  }
}
