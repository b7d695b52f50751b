import type { Allowlist, LeakRule } from '../rule.ts';
import { rule } from './define.ts';

/** A rule without what most rules have; its allowlists by their place in a table. */
type PackedRule = Omit<Parameters<typeof rule>[0], 'allowlists'> &
  Readonly<{ allowlists?: readonly number[] }>;

type Packed = Readonly<{ lists: readonly Allowlist[]; rules: readonly PackedRule[] }>;

const USUAL = { keywords: [], allowlists: [], required: [], isSilent: false, isGeneric: false };

/** Writes rules down as JSON; what many rules share once. */
export function packRules(rules: readonly LeakRule[]): string {
  const lists = new Map<string, number>();
  const place = (list: Allowlist): number => {
    const text = JSON.stringify(list);
    const known = lists.get(text) ?? lists.size;
    lists.set(text, known);
    return known;
  };
  const packed = rules.map((one) => {
    const unusual = Object.entries(one).filter(([key, value]) => !isUsual(key, value));
    const allowlists = one.allowlists.map(place);
    return { ...Object.fromEntries(unusual), ...(allowlists.length > 0 ? { allowlists } : {}) };
  });
  const tables = [...lists.keys()].map((text): unknown => JSON.parse(text));
  return JSON.stringify({ lists: tables, rules: packed });
}

/** Reads what `packRules` wrote; the text is our own: it is not checked. */
export function unpackRules(text: string): readonly LeakRule[] {
  // Our own module, held to its source by a test.
  const { lists, rules } = JSON.parse(text) as Packed;
  return rules.map(({ allowlists = [], ...one }) =>
    rule({ ...one, allowlists: allowlists.flatMap((place) => lists[place] ?? []) }),
  );
}

/** The regexes of rules, each once. */
export function regexesOf(rules: readonly LeakRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ regex }) => regex ?? []))];
}

function isUsual(key: string, value: unknown): boolean {
  const usual: unknown = Object.entries(USUAL).find(([name]) => name === key)?.[1];
  return usual !== undefined && JSON.stringify(value) === JSON.stringify(usual);
}
