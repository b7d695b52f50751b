import type { Hit } from '../hit.ts';
import type { LeakRule, RequiredRule } from '../rule.ts';
import type { LineIndex } from './lines.ts';

type Rules = ReadonlyMap<string, LeakRule>;

/** Without generic hits whose secret a specific rule found on the same line. */
export function withoutEchoes(hits: readonly Hit[], rules: Rules): readonly Hit[] {
  const isGeneric = ({ rule }: Hit): boolean => rules.get(rule)?.isGeneric ?? false;
  if (!hits.some(isGeneric)) return hits;
  const specific = new Map<number, Hit[]>();
  for (const hit of hits) {
    if (isGeneric(hit)) continue;
    const line = specific.get(hit.line);
    if (line === undefined) specific.set(hit.line, [hit]);
    else line.push(hit);
  }
  const isEcho = (hit: Hit): boolean =>
    specific.get(hit.line)?.some(({ secret }) => secret.includes(hit.secret)) ?? false;
  return hits.filter((hit) => !isGeneric(hit) || !isEcho(hit));
}

/** Is there near this hit what its rule asks for? `found` is what the required rules found, silent or not. */
export function hasRequired(
  hit: Hit,
  required: readonly RequiredRule[],
  { found, lines }: Readonly<{ found: readonly Hit[]; lines: LineIndex }>,
): boolean {
  return required.every((wanted) =>
    found.some((other) => other.rule === wanted.rule && isNear(hit, other, { wanted, lines })),
  );
}

function isNear(
  hit: Hit,
  other: Hit,
  { wanted, lines }: Readonly<{ wanted: RequiredRule; lines: LineIndex }>,
): boolean {
  const { withinLines, withinColumns } = wanted;
  if (withinLines !== undefined && Math.abs(hit.line - other.line) > withinLines) return false;
  if (withinColumns === undefined) return true;
  return Math.abs(columnOf(hit, lines) - columnOf(other, lines)) <= withinColumns;
}

/** As gitleaks counts: from the newline in front, which the first line has not. */
function columnOf({ start }: Hit, lines: LineIndex): number {
  return start - Math.max(0, lines.newlineBefore(start + 1)) + 1;
}
