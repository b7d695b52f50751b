import { stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';

const NUMBER = /^\d{1,39}$/;

/** An object's resourceVersion; '' where there is none, as in a dry-run that would create it. */
export function versionOf(object: JsonObject): string {
  return stringAt(object, 'metadata', 'resourceVersion') ?? '';
}

/**
 * Is `left` surely older than `right`? Both must be decimal, as etcd's revisions are (KEP-5504);
 * of anything else only equality can be told.
 */
export function isOlder(left: string, right: string): boolean {
  return NUMBER.test(left) && NUMBER.test(right) && BigInt(left) < BigInt(right);
}

/** Is `right` surely no newer than `left`? */
export function isAtLeast(left: string, right: string): boolean {
  if (left === right) return true;
  return NUMBER.test(left) && NUMBER.test(right) && BigInt(left) >= BigInt(right);
}
