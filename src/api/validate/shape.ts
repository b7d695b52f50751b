import { DURATION_PATTERN, MAX_DURATION_LENGTH } from '../duration.ts';
import type { ObjectRuleId } from './object-rules.ts';
import type { ListRuleId, TextRuleId } from './rules.ts';

/** Text with bounds in Unicode code points; `form` says in words what `pattern` wants. */
export type TextShape = Readonly<{
  kind: 'text';
  minLength: number;
  maxLength: number;
  /** RE2 and ECMAScript (`u` flag) at once, in linear time. */
  pattern: string;
  form: string;
  rules?: readonly TextRuleId[];
}>;

/** One of a few words. */
export type ChoiceShape<T extends string = string> = Readonly<{
  kind: 'choice';
  values: readonly T[];
}>;

/** True or false. */
export type FlagShape = Readonly<{ kind: 'flag' }>;

/** A whole number with bounds, both included. */
export type NumberShape = Readonly<{ kind: 'number'; minimum: number; maximum: number }>;

/** What no two items may share: the item itself, or one of its fields. */
export type Uniqueness = Readonly<{ by: 'item' }> | Readonly<{ by: 'field'; field: string }>;

/** A list with bounds. */
export interface ListShape<I = AnyShape> {
  readonly kind: 'list';
  readonly minItems: number;
  readonly maxItems: number;
  readonly items: I;
  readonly unique?: Uniqueness;
  readonly rules?: readonly ListRuleId[];
}

/** A field that may be missing; every other field must be there. */
export interface OptionalShape<S = AnyShape> {
  readonly kind: 'optional';
  readonly shape: S;
}

/** The fields of an object whose type is not known here. */
export interface AnyFields {
  readonly [name: string]: AnyShape | OptionalShape;
}

/** An object with exactly these fields. */
export interface ObjectShape<F = AnyFields> {
  readonly kind: 'object';
  readonly fields: F;
  readonly rules?: readonly ObjectRuleId[];
}

/** What the schema of a CRD says of one value, as data. */
export type AnyShape = TextShape | ChoiceShape | FlagShape | NumberShape | ListShape | ObjectShape;

/** The shape that describes `T`, field for field: a field without its bounds does not compile. */
export type ShapeOf<T> = [T] extends [boolean]
  ? FlagShape
  : [T] extends [string]
    ? string extends T
      ? TextShape
      : ChoiceShape<T>
    : [T] extends [number]
      ? NumberShape
      : [T] extends [readonly (infer Item)[]]
        ? ListShape<ShapeOf<Item>>
        : ObjectShape<{ readonly [K in keyof T]-?: FieldShapeOf<T, K> }>;

type FieldShapeOf<T, K extends keyof T> = undefined extends T[K]
  ? OptionalShape<ShapeOf<NonNullable<T[K]>>>
  : ShapeOf<T[K]>;

const NAME_PART = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';

/** A name that is part of one DNS label (RFC 1123). */
export const LABEL: TextShape = {
  kind: 'text',
  minLength: 1,
  maxLength: 63,
  pattern: `^${NAME_PART}$`,
  form: 'a name of lower-case letters, digits and -',
};

/** A name of an object in Kubernetes: a DNS subdomain (RFC 1123). */
export const OBJECT_NAME: TextShape = {
  kind: 'text',
  minLength: 1,
  maxLength: 253,
  pattern: `^${NAME_PART}([.]${NAME_PART})*$`,
  form: 'a name of lower-case letters, digits, - and .',
};

/** A list of such labels, none twice. */
export const LABELS: ListShape<TextShape> = {
  kind: 'list',
  minItems: 0,
  maxItems: 16,
  unique: { by: 'item' },
  items: LABEL,
};

/** A duration as `api/duration.ts` reads it. */
export const DURATION = {
  kind: 'text',
  minLength: 2,
  maxLength: MAX_DURATION_LENGTH,
  pattern: DURATION_PATTERN,
  form: 'a duration such as 30s, 5m or 1h30m',
} as const satisfies TextShape;
