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
}

/** What the schema of a CRD says of one value, as data. */
export type AnyShape = TextShape | ChoiceShape | FlagShape | ListShape | ObjectShape;

/** The shape that describes `T`, field for field: a field without its bounds does not compile. */
export type ShapeOf<T> = [T] extends [boolean]
  ? FlagShape
  : [T] extends [string]
    ? string extends T
      ? TextShape
      : ChoiceShape<T>
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
