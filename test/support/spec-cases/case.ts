import type { RuleId } from '../../../src/api/validate.ts';

/** A spec as somebody writes it, and what must be held against it: nothing for one that may be used. */
export type SpecCase = Readonly<{
  /** Input, outcome. */
  name: string;
  spec: Readonly<Record<string, unknown>>;
  /** Path and rule, as `api/validate.ts` tells them. */
  problems: readonly (readonly [path: string, rule: RuleId])[];
}>;

/** Values by dotted path, laid over a valid spec; `undefined` deletes. */
export type Changes = Readonly<Record<string, unknown>>;

/** A name, changes to the least valid spec, and what they break. */
export type Row = readonly [name: string, changes: Changes, ...problems: SpecCase['problems']];

/** The case that a row stands for. */
export function toCase(base: object, [name, changes, ...problems]: Row): SpecCase {
  return { name, spec: withChanges(base, changes), problems };
}

/** A copy of `base` with values replaced by dotted path. */
export function withChanges(base: object, changes: Changes): SpecCase['spec'] {
  const copy = structuredClone(base) as Record<string, unknown>; // A plain object, ours alone.
  for (const [dotted, value] of Object.entries(changes)) {
    const steps = dotted.split('.');
    const last = steps.pop() ?? '';
    let at = copy;
    for (const step of steps) at = at[step] as Record<string, unknown>; // The table only names what is there.
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy;
}
