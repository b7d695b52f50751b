import type { MatcherForm, MatcherForms } from '../regex/matcher.ts';
import type { Allowlist, RuleSet } from '../rule.ts';
import { CompiledAllowlist, Matchers } from './allowlist.ts';
import type { Analyses, Analysis } from './analysis.ts';
import { Automaton } from './automaton.ts';
import { Slot, isDemanding } from './slot.ts';
import { bytesOf, triggersOf } from './trigger.ts';
import type { Trigger } from './trigger.ts';

/** Rules made ready to run, all of them in one pass. */
export type Program = Readonly<{
  slots: readonly Slot[];
  /** Global allowlists that are for every rule. */
  allowlists: readonly CompiledAllowlist[];
  automaton: Automaton;
  /** By set of the automaton. */
  triggers: readonly (readonly Trigger[])[];
  keywords: readonly (readonly number[])[];
  keywordCount: number;
}>;

type Dialect = 'gitward' | 'gitleaks';

/** What was worked out before about regexes of rules, and about those of paths and allowlists. */
export type Known = Readonly<{ analyses?: Analyses; matchers?: MatcherForms }>;

/**
 * Makes rules ready. A rule whose regex was not worked out before sleeps until one of its keywords is
 * seen: of the rules that a team brings, most never wake. A rule that does not compile stays, as a
 * broken one.
 */
export function programOf(set: RuleSet, dialect: Dialect, known: Known): Program {
  const literals = new LiteralTable();
  const analyses = known.analyses ?? new Map<string, Analysis>();
  const matchers = new Matchers(known.matchers ?? new Map<string, MatcherForm>());
  const compiled = new Map<Allowlist, CompiledAllowlist>();
  const allowlistOf = (list: Allowlist): CompiledAllowlist => {
    const made = compiled.get(list) ?? new CompiledAllowlist(list, dialect, matchers);
    compiled.set(list, made);
    return made;
  };
  const scoped = set.allowlists
    .filter(({ rules }) => rules.length > 0)
    .map((list) => ({ rules: new Set(list.rules), list: allowlistOf(list) }));
  const required = new Set(set.rules.flatMap((rule) => rule.required.map((one) => one.rule)));
  const slots = set.rules.map((rule, index) => {
    const global = scoped.filter(({ rules }) => rules.has(rule.id)).map(({ list }) => list);
    const own = rule.allowlists.map(allowlistOf);
    const isRequired = required.has(rule.id);
    const slot = new Slot(index, rule, {
      ...{ allowlists: [...own, ...global], analyses, matchers, isRequired },
    });
    literals.add(slot);
    return slot;
  });
  const allowlists = set.allowlists.filter(({ rules }) => rules.length === 0).map(allowlistOf);
  return { slots, allowlists, ...literals.build() };
}

const shared = new WeakMap<RuleSet, Program>();

/**
 * The program of a set that nobody changes, made once however many scanners run it, if all is worked out
 * before: a rule that wakes belongs to the scanner that woke it.
 */
export function sharedProgram(set: RuleSet, dialect: Dialect, known: Known): Program {
  // Our own rules, the only ones worked out before, are of one dialect.
  const made = dialect === 'gitward' ? shared.get(set) : undefined;
  if (made !== undefined) return made;
  const program = programOf(set, dialect, known);
  const isShared = dialect === 'gitward' && known.analyses !== undefined;
  if (isShared && program.slots.every(({ isReady }) => isReady)) shared.set(set, program);
  return program;
}

/** Collects the literals of all rules: each is looked for once, whoever asks for it. */
class LiteralTable {
  readonly #triggers = new Map<string, Trigger[]>();
  readonly #keywords = new Map<string, number>();

  add(slot: Slot): void {
    const { keywords } = slot.rule;
    const triggers = slot.isReady ? triggersOf(slot) : keywords.map((word) => asleep(slot, word));
    for (const trigger of triggers) this.#addTrigger(trigger);
    if (isDemanding(keywords)) slot.keywords = keywords.map((word) => this.#addKeyword(word));
  }

  #addTrigger(trigger: Trigger): void {
    const known = this.#triggers.get(trigger.literal);
    if (known === undefined) this.#triggers.set(trigger.literal, [trigger]);
    else known.push(trigger);
  }

  #addKeyword(word: string): number {
    const literal = bytesOf(word);
    const known = this.#keywords.get(literal) ?? this.#keywords.size;
    this.#keywords.set(literal, known);
    return known;
  }

  build(): Pick<Program, 'automaton' | 'triggers' | 'keywords' | 'keywordCount'> {
    const literals = [...new Set([...this.#triggers.keys(), ...this.#keywords.keys()])];
    const automaton = new Automaton(literals);
    const triggers = literals.map((literal) => this.#triggers.get(literal) ?? []);
    const keywords = literals.map((literal) => this.#keywords.get(literal) ?? []);
    return {
      automaton,
      triggers: automaton.endings.map((ends) => ends.flatMap((index) => triggers[index] ?? [])),
      keywords: automaton.endings.map((ends) => ends.flatMap((index) => keywords[index] ?? [])),
      keywordCount: this.#keywords.size,
    };
  }
}

function asleep(slot: Slot, word: string): Trigger {
  return { slot, literal: bytesOf(word), shifts: undefined };
}
