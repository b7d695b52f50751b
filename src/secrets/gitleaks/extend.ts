import type { Allowlist, LeakRule } from '../rule.ts';
import type { Fields } from './fields.ts';

/** Rules by id, and what is harmless under all of them. */
export type Assembled = Readonly<{
  rules: ReadonlyMap<string, LeakRule>;
  allowlists: readonly Allowlist[];
}>;

/**
 * Puts a file on top of what it extends, as gitleaks does: a rule of the same id overrides what it
 * gives and adds to keywords and allowlists; all other rules of the base stay, unless disabled.
 */
export function extend(
  base: Assembled,
  file: Assembled,
  { disabled, fields }: Readonly<{ disabled: ReadonlySet<string>; fields: Fields }>,
): Assembled {
  const rules = new Map(file.rules);
  for (const [id, below] of base.rules) {
    if (disabled.has(id)) continue;
    const above = file.rules.get(id);
    rules.set(id, above === undefined ? below : override(below, above, fields));
  }
  const sorted = [...rules].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { rules: new Map(sorted), allowlists: [...file.allowlists, ...base.allowlists] };
}

/** The lower rule as the upper one of the same id changes it. */
function override(below: LeakRule, above: LeakRule, fields: Fields): LeakRule {
  if (above.required.length > 0 || above.isSilent) {
    const lost = 'required and skipReport have no effect on a rule that is extended';
    fields.warn(`rule ${above.id}: ${lost}`);
  }
  const { regex, path, entropy, secretGroup } = above;
  return {
    ...below,
    description: above.description === '' ? below.description : above.description,
    ...(regex === undefined ? {} : { regex }),
    ...(path === undefined ? {} : { path }),
    ...(entropy === undefined ? {} : { entropy }),
    ...(secretGroup === undefined ? {} : { secretGroup }),
    keywords: [...new Set([...below.keywords, ...above.keywords])],
    allowlists: [...below.allowlists, ...above.allowlists],
  };
}
