const NUMBER = /^(0|[1-9]\d{0,38})$/;

/**
 * Whether `left` is surely older than `right`: both are decimal, as etcd's revisions are (KEP-5504).
 * Anything else can not be told, and is not older.
 */
export function isOlder(left: string, right: string): boolean {
  if (!NUMBER.test(left) || !NUMBER.test(right)) return false;
  if (left.length !== right.length) return left.length < right.length;
  return left < right;
}
