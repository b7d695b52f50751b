import { resolveScalar } from './scalar.ts';
import type { Scalar } from './scalar.ts';

/** What YAML writes `!!` for. */
const STANDARD = 'tag:yaml.org,2002:';

/**
 * Reads a scalar that carries one of the standard tags, as go-yaml does (quotes make no difference);
 * `undefined` for any other tag and for text that does not fit its tag.
 */
export function resolveTagged(text: string, tag: string): Scalar | undefined {
  if (tag === `${STANDARD}str`) return { kind: 'string', value: text };
  const scalar = resolveScalar(text);
  const fits = scalar.kind === 'unusable' || tag === `${STANDARD}${scalar.kind}`;
  if (fits) return isStandardScalar(tag) ? scalar : undefined;
  return tag === `${STANDARD}float` && scalar.kind === 'int'
    ? { kind: 'float', value: scalar.value }
    : undefined;
}

function isStandardScalar(tag: string): boolean {
  return ['null', 'bool', 'int', 'float'].some((name) => tag === STANDARD + name);
}

/** Tells `!!map` on a map and `!!seq` on a list, which say nothing new. */
export function isPlainCollectionTag(tag: string | undefined, isMap: boolean): boolean {
  return tag === undefined || tag === STANDARD + (isMap ? 'map' : 'seq');
}
