import type { Holder } from '../../signature/index.ts';

/** Holders of keys, and what of the file does not count. */
export type ImportedHolders = Readonly<{
  holders: readonly Holder[];
  problems: readonly string[];
}>;

/** Holders of one class and name as one, with the keys and addresses of all. */
export function joinHolders(holders: readonly Holder[]): readonly Holder[] {
  const joined = new Map<string, Holder>();
  for (const holder of holders) {
    const id = `${holder.class} ${holder.name}`;
    const known = joined.get(id);
    const emails = [...new Set([...(known?.emails ?? []), ...holder.emails])];
    joined.set(id, { ...holder, emails, keys: [...(known?.keys ?? []), ...holder.keys] });
  }
  return [...joined.values()];
}
