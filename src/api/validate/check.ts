import { OBJECT_RULES } from './object-rules.ts';
import type { ObjectRuleId } from './object-rules.ts';
import { LIST_RULES, TEXT_RULES } from './rules.ts';
import type { ListRuleId, Rule, TextRuleId } from './rules.ts';
import type { AnyShape, ListShape, NumberShape, ObjectShape, TextShape } from './shape.ts';

/** Rules that the schema itself states. */
export type SchemaRuleId =
  | 'required'
  | 'type'
  | 'length'
  | 'pattern'
  | 'choice'
  | 'range'
  | 'count'
  | 'duplicate'
  | 'unknown';

/** Every rule that a spec can break. */
export type RuleId = SchemaRuleId | TextRuleId | ListRuleId | ObjectRuleId;

/** One broken rule. The message never quotes the value, which may hold a credential. */
export type Problem = Readonly<{
  /** As kubectl names the field: `spec.targets[0].path`. */
  path: string;
  rule: RuleId;
  message: string;
}>;

/** Most problems told about one object. */
export const MAX_PROBLEMS = 20;

/** Longest unknown field name that is shown. */
const MAX_SHOWN_NAME = 64;

/** Tells every rule that `value` breaks, at most `MAX_PROBLEMS`; the work is bounded by the shape, not by the value. */
export function check(shape: AnyShape, value: unknown, path: string): readonly Problem[] {
  return problemsOf(shape, value, path).slice(0, MAX_PROBLEMS);
}

function problemsOf(shape: AnyShape, value: unknown, path: string): readonly Problem[] {
  switch (shape.kind) {
    case 'text':
      return typeof value === 'string' ? checkText(shape, value, path) : mistyped(path, 'text');
    case 'choice':
      if (typeof value !== 'string') return mistyped(path, 'text');
      return shape.values.includes(value)
        ? []
        : [{ path, rule: 'choice', message: `must be ${shape.values.join(' or ')}` }];
    case 'flag':
      return typeof value === 'boolean' ? [] : mistyped(path, 'true or false');
    case 'number':
      return Number.isSafeInteger(value)
        ? checkNumber(shape, Number(value), path)
        : mistyped(path, 'a whole number');
    case 'list':
      return Array.isArray(value) ? checkList(shape, value, path) : mistyped(path, 'a list');
    case 'object':
      return isRecord(value) ? checkObject(shape, value, path) : mistyped(path, 'an object');
  }
}

function checkText(shape: TextShape, text: string, path: string): readonly Problem[] {
  const { minLength, maxLength, pattern, form, rules = [] } = shape;
  // Code units are at least as many as code points: nothing huge is counted or matched.
  const length = text.length > 2 * maxLength ? text.length : Array.from(text).length;
  if (length < minLength || length > maxLength) {
    const message = `must have from ${minLength} to ${maxLength} characters`;
    return [{ path, rule: 'length', message }];
  }
  if (!new RegExp(pattern, 'u').test(text)) {
    return [{ path, rule: 'pattern', message: `must be ${form}` }];
  }
  return rules.flatMap((rule) => {
    const { message, holds } = TEXT_RULES[rule];
    return holds(text) ? [] : [{ path, rule, message }];
  });
}

function checkNumber({ minimum, maximum }: NumberShape, value: number, path: string): Problem[] {
  if (value >= minimum && value <= maximum) return [];
  return [{ path, rule: 'range', message: `must be from ${minimum} to ${maximum}` }];
}

function checkList(shape: ListShape, items: readonly unknown[], path: string): readonly Problem[] {
  const { minItems, maxItems, rules = [] } = shape;
  if (items.length < minItems || items.length > maxItems) {
    return [{ path, rule: 'count', message: `must have from ${minItems} to ${maxItems} items` }];
  }
  const inside = items.flatMap((item, at) => problemsOf(shape.items, item, `${path}[${at}]`));
  const problems = [...inside, ...checkUnique(shape, items, path)];
  if (problems.length > 0) return problems;
  return rules.flatMap((rule) => {
    const { message, holds } = LIST_RULES[rule];
    return holds(items) ? [] : [{ path, rule, message }];
  });
}

function checkUnique({ unique }: ListShape, items: readonly unknown[], path: string): Problem[] {
  if (unique === undefined) return [];
  const seen = new Set<unknown>();
  return items.flatMap((item, at): Problem[] => {
    const key = unique.by === 'item' ? item : isRecord(item) ? item[unique.field] : undefined;
    if (key === undefined || !seen.has(key)) {
      seen.add(key);
      return [];
    }
    const what = unique.by === 'item' ? 'item' : unique.field;
    const message = `must not repeat the ${what} of an earlier item`;
    return [{ path: `${path}[${at}]`, rule: 'duplicate', message }];
  });
}

function checkObject(
  { fields, rules = [] }: ObjectShape,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly Problem[] {
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  // The server drops what its CRD does not know: this is a wish of a newer CRD that nobody here fulfils.
  const strange = unknown.slice(0, MAX_PROBLEMS).map((name): Problem => {
    const message = 'is not known to this version of gitward';
    return { path: `${path}.${name.slice(0, MAX_SHOWN_NAME)}`, rule: 'unknown', message };
  });
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (found !== undefined) {
      return problemsOf(field.kind === 'optional' ? field.shape : field, found, at);
    }
    const missing: Problem = { path: at, rule: 'required', message: 'must be given' };
    return field.kind === 'optional' ? [] : [missing];
  });
  // As the server does it: rules are asked about what has its schema, whatever else is wrong inside.
  if (known.some(({ rule }) => !isAsked(rule))) return [...known, ...strange];
  const broken = rules.flatMap((rule): Problem[] => {
    const { message, holds }: Rule<never> = OBJECT_RULES[rule];
    // The shapes name a rule only where it fits, and this value has its shape.
    return holds(value as never) ? [] : [{ path, rule, message }];
  });
  return [...known, ...strange, ...broken];
}

/** Told by a CEL rule, or about a field that the server drops: neither keeps it from asking other rules. */
function isAsked(rule: RuleId): boolean {
  return rule === 'unknown' || rule in TEXT_RULES || rule in LIST_RULES || rule in OBJECT_RULES;
}

function mistyped(path: string, wanted: string): readonly Problem[] {
  return [{ path, rule: 'type', message: `must be ${wanted}` }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
