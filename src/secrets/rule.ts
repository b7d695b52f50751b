/** How bad a leak of this kind is for whoever loses it. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';

/**
 * What is known to be harmless. Regexes are in RE2 syntax. `AND`: every part that is given must hold;
 * `OR`: one is enough. An allowlist that gives nothing allows nothing.
 */
export type Allowlist = Readonly<{
  condition: 'OR' | 'AND';
  paths: readonly string[];
  regexes: readonly string[];
  /** What the regexes look at: the secret, the whole match, or the lines that hold it. */
  target: 'secret' | 'match' | 'line';
  /** Lower-cased; found anywhere in the lower-cased secret. */
  stopwords: readonly string[];
  /** Commit oids, whole or abbreviated, lower-cased. */
  commits: readonly string[];
  /** In a global list: the rules it is for; empty is all of them. */
  rules: readonly string[];
}>;

/** Another rule that must match nearby, or the rule that asks for it stays silent. */
export type RequiredRule = Readonly<{
  rule: string;
  withinLines?: number;
  withinColumns?: number;
}>;

/** One kind of secret, as data. It has a regex, a path, or both (then both must match). */
export type LeakRule = Readonly<{
  id: string;
  description: string;
  severity: Severity;
  /** What whoever leaked it does next, one sentence. */
  fix: string;
  /** Where the provider describes the format. */
  reference: string;
  /** RE2 syntax; looked for in bytes, one character a byte. */
  regex?: string;
  /** RE2 syntax; looked for in the whole path of the file. */
  path?: string;
  /** Lower-cased; one of them must be in the text. None: nothing is demanded. */
  keywords: readonly string[];
  /** Shannon entropy in bits that the secret must exceed. */
  entropy?: number;
  /** Our own measure of how unlike a word the secret is, 0 to 1 (`rarity.ts`); at least this much. */
  rarity?: number;
  /** Number of the group that is the secret; else the first group that is not empty, else the match. */
  secretGroup?: number;
  allowlists: readonly Allowlist[];
  required: readonly RequiredRule[];
  /** Counts for rules that require it and is never told itself. */
  isSilent: boolean;
  /** Says nothing where a more specific rule found the same secret on the same line. */
  isGeneric: boolean;
}>;

/** Rules and what is harmless under all of them; plain data. */
export type RuleSet = Readonly<{
  rules: readonly LeakRule[];
  allowlists: readonly Allowlist[];
}>;

/** A set of rules as a team brings it: on top of our own unless it says otherwise. */
export type TeamRules = RuleSet &
  Readonly<{
    /** Ids of our own rules that do not apply. */
    disabled: readonly string[];
  }>;
