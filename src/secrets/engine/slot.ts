import { ok } from '../../domain/result.ts';
import type { Matcher } from '../regex/matcher.ts';
import type { LeakRule } from '../rule.ts';
import type { CompiledAllowlist, Matchers } from './allowlist.ts';
import { analyse } from './analysis.ts';
import type { Analyses } from './analysis.ts';
import { lookaheadOf } from './lookahead.ts';
import type { Lookahead } from './lookahead.ts';
import { Pattern } from './pattern.ts';

/** What a rule stands on. Rules that others require run without their keywords. */
type Ground = Readonly<{
  allowlists: readonly CompiledAllowlist[];
  analyses: Analyses;
  matchers: Matchers;
  isRequired: boolean;
}>;

/** A rule made ready to run; its regex is worked out when somebody asks for it. */
export class Slot {
  /** Its place in `Program.slots`. */
  readonly index: number;
  readonly rule: LeakRule;
  /** Its own, and the global ones that are for it. */
  readonly allowlists: readonly CompiledAllowlist[];
  /** Numbers of the keywords of which one must be in the text; absent where nothing is demanded. */
  keywords?: readonly number[];
  /** Tells cheaply that no match begins at a literal; known once the regex is worked out. */
  ahead: Lookahead | undefined;
  readonly #analyses: Analyses;
  readonly #matchers: Matchers;
  readonly #isRequired: boolean;
  #pattern?: Pattern | 'broken';
  #path?: Matcher | 'broken';

  constructor(index: number, rule: LeakRule, ground: Ground) {
    this.index = index;
    this.rule = rule;
    this.allowlists = ground.allowlists;
    this.#analyses = ground.analyses;
    this.#matchers = ground.matchers;
    this.#isRequired = ground.isRequired;
  }

  /** Was the regex worked out before, or does no keyword say when it is needed? */
  get isReady(): boolean {
    const { regex, keywords } = this.rule;
    if (regex === undefined || this.#isRequired || !isDemanding(keywords)) return true;
    return this.#analyses.has(regex);
  }

  /** Is the path one of the rule's? Without a path every one is, if there is a regex to look for. */
  isFor(path: string): boolean {
    const { path: source, regex } = this.rule;
    if (source === undefined) return regex !== undefined;
    const matching = this.#pathOf(source);
    // A path that does not compile is every path: the rule is a gap there.
    return matching === 'broken' || matching.test(path);
  }

  /** Absent where there is none, or it does not compile. */
  get pattern(): Pattern | undefined {
    const { regex } = this.rule;
    if (regex === undefined) return undefined;
    this.#pattern ??= this.#workedOut(regex);
    return this.#pattern === 'broken' ? undefined : this.#pattern;
  }

  /** Does its regex or its path not compile? */
  get isBroken(): boolean {
    const isRegexBroken = this.rule.regex !== undefined && this.pattern === undefined;
    const { path } = this.rule;
    return isRegexBroken || (path !== undefined && this.#pathOf(path) === 'broken');
  }

  #pathOf(source: string): Matcher | 'broken' {
    return (this.#path ??= this.#matchers.one(source) ?? 'broken');
  }

  #workedOut(source: string): Pattern | 'broken' {
    const known = this.#analyses.get(source);
    const made = known === undefined ? analyse(source) : ok(known);
    if (!made.ok) return 'broken';
    const analysis = made.value;
    this.ahead = (bytes, begin) => {
      // What is stored of the tail is read when first asked for.
      const { tail } = analysis;
      this.ahead = tail === undefined ? undefined : lookaheadOf(tail);
      return this.ahead?.(bytes, begin) ?? true;
    };
    return new Pattern(analysis.regex);
  }
}

/** Must one of the keywords be there? The empty one is in every text. */
export function isDemanding(keywords: readonly string[]): boolean {
  return keywords.length > 0 && !keywords.includes('');
}
