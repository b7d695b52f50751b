import { matcher, readyMatcher } from '../regex/matcher.ts';
import type { Matcher, MatcherForms } from '../regex/matcher.ts';
import type { Allowlist } from '../rule.ts';
import { Automaton } from './automaton.ts';

/** Where a text comes from; the path is one character a byte of its UTF-8. */
export type Place = Readonly<{ path: string; commit: string }>;

/** What an allowlist may look at; the lines are cut out only if one asks. */
export type Suspect = Readonly<{ secret: string; match: string; lines: () => string }>;

/** Shorter commits than this name nothing for certain. */
const MIN_COMMIT_DIGITS = 7;

/** Fewer stop words than this are looked for one by one. */
const MIN_AUTOMATON_WORDS = 8;

type Test = (text: string) => boolean;

/**
 * An allowlist made ready. A regex that does not compile matches nothing, so it allows nothing: it can
 * only make more be told.
 */
export class CompiledAllowlist {
  readonly #list: Allowlist;
  readonly #isAnd: boolean;
  readonly #isGitleaks: boolean;
  readonly #path: Test;
  readonly #regex: Test;
  readonly #stopword: Test;

  constructor(list: Allowlist, dialect: 'gitward' | 'gitleaks', known: Matchers) {
    this.#list = list;
    this.#isAnd = list.condition === 'AND';
    this.#isGitleaks = dialect === 'gitleaks';
    this.#path = anyOf(list.paths, dialect, known);
    this.#regex = anyOf(list.regexes, dialect, known);
    this.#stopword = wordIn(list.stopwords);
  }

  /** Is everything of this place harmless, whatever it holds? */
  allowsPlace(place: Place): boolean {
    const { commits, paths, regexes, stopwords } = this.#list;
    if (!this.#isAnd) return this.#isCommit(place.commit) || this.#isPath(place.path);
    if (regexes.length > 0 || stopwords.length > 0) return false;
    if (commits.length === 0 && paths.length === 0) return false;
    return (
      (commits.length === 0 || this.#isCommit(place.commit)) &&
      (paths.length === 0 || this.#isPath(place.path))
    );
  }

  /** Is this one harmless? Places are asked for by `allowsPlace` already, but where all must hold. */
  allows(suspect: Suspect, place: Place): boolean {
    const { regexes, stopwords, commits, paths } = this.#list;
    if (!this.#isAnd) return this.#isRegex(suspect) || this.#stopword(suspect.secret);
    if (regexes.length === 0 && stopwords.length === 0) return false;
    return (
      (commits.length === 0 || this.#isCommit(place.commit)) &&
      (paths.length === 0 || this.#isPath(place.path)) &&
      (stopwords.length === 0 || this.#stopword(suspect.secret)) &&
      (regexes.length === 0 || this.#isRegex(suspect))
    );
  }

  #isPath(path: string): boolean {
    return path !== '' && this.#path(path);
  }

  #isCommit(commit: string): boolean {
    if (commit === '') return false;
    const { commits } = this.#list;
    if (this.#isGitleaks) return commits.includes(commit);
    return commits.some((one) => one.length >= MIN_COMMIT_DIGITS && commit.startsWith(one));
  }

  #isRegex({ secret, match, lines }: Suspect): boolean {
    const { regexes, target } = this.#list;
    if (regexes.length === 0) return false;
    const text = target === 'secret' ? secret : target === 'match' ? match : lines();
    return text !== '' && this.#regex(text);
  }
}

/**
 * gitleaks joins the regexes of a list into one, and a flag set in one of them holds in those behind
 * it: `(?i)a|b` and `c` ignore the case of `c` too.
 */
function anyOf(sources: readonly string[], dialect: 'gitward' | 'gitleaks', known: Matchers): Test {
  if (sources.length === 0) return () => false;
  const joined = dialect === 'gitleaks' ? [`(?:${sources.join('|')})`] : sources;
  let tests: readonly Matcher[] | undefined;
  return (text) => {
    tests ??= known.of(joined) ?? known.of(sources) ?? [];
    return tests.some((test) => test.test(text));
  };
}

/** Matchers by their source: many rules have the same allowlist, or the same path. */
export class Matchers {
  readonly #made = new Map<string, Matcher | undefined>();
  readonly #forms: MatcherForms;

  /** `forms`: what was worked out before. */
  constructor(forms: MatcherForms) {
    this.#forms = forms;
  }

  /** Nothing where none compiles. */
  of(sources: readonly string[]): readonly Matcher[] | undefined {
    const made = sources.flatMap((source) => this.one(source) ?? []);
    return made.length > 0 ? made : undefined;
  }

  /** Nothing where it does not compile. */
  one(source: string): Matcher | undefined {
    if (!this.#made.has(source)) this.#made.set(source, this.#madeOf(source));
    return this.#made.get(source);
  }

  #madeOf(source: string): Matcher | undefined {
    const form = this.#forms.get(source);
    if (form !== undefined) return readyMatcher(source, form);
    const made = matcher(source);
    return made.ok ? made.value : undefined;
  }
}

function wordIn(words: readonly string[]): Test {
  const given = words.filter((word) => word !== '');
  if (given.length < MIN_AUTOMATON_WORDS) {
    return (text) => {
      const lower = text.toLowerCase();
      return given.some((word) => lower.includes(word));
    };
  }
  const bytes = given.map((word) => Buffer.from(word, 'utf8').toString('latin1'));
  let automaton: Automaton | undefined;
  return (text) => (automaton ??= new Automaton(bytes)).isIn(text);
}
