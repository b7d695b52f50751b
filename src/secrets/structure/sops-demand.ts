import { goRegex } from './go-regex.ts';
import type { SopsConfig, SopsRule } from './sops-config.ts';

/** What `.sops.yaml` asks of a file. */
export type SopsDemand = Readonly<{
  rule: SopsRule;
  /** The rule is for all files of this name's ending, so that it means those that hold secrets. */
  isBroad: boolean;
}>;

/** Files that tools read as they are, and that no rule means. */
const NEVER =
  /(?:^|\/)(?:\.sops\.ya?ml|kustomization\.ya?ml|Kustomization|\.git(?:keep|ignore|attributes)|[^/]*\.md)$/;

/** A file that no rule has in mind; a rule that matches it matches everything. */
const NOBODY = 'zq7/zq7/zq7';

/**
 * What the nearest `.sops.yaml` above a file asks of it: the first rule that matches its path. The
 * protected tree's are asked without the commit's, so that a commit only adds demands: a nearer and laxer
 * one of its own takes none away.
 */
export function demandsOn(path: string, configs: readonly SopsConfig[]): readonly SopsDemand[] {
  if (NEVER.test(path)) return [];
  const above = configs.filter(({ directory }) => isAbove(directory, path));
  const demands = (['commit', 'protected'] as const).flatMap((other) =>
    nearest(
      path,
      above.filter(({ origin }) => origin !== other),
    ),
  );
  // A configuration that both trees have asks twice for the same.
  return demands.filter(
    ({ rule }, index) => demands.findIndex((one) => one.rule === rule) === index,
  );
}

function nearest(path: string, above: readonly SopsConfig[]): readonly SopsDemand[] {
  const depth = Math.max(...above.map(({ directory }) => directory.length));
  return above
    .filter(({ directory }) => directory.length === depth)
    .flatMap(({ directory, rules }) => {
      const below = directory === '' ? path : path.slice(directory.length + 1);
      const rule = rules.find(({ pathRegex }) => matches(pathRegex, below));
      return rule === undefined ? [] : [{ rule, isBroad: isBroad(rule, below) }];
    });
}

function isAbove(directory: string, path: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** Of dotenv, keys and the like, unlike manifests, a rule for all of that ending means each of them. */
function isBroad({ pathRegex }: SopsRule, path: string): boolean {
  const ending = /\.(?:ya?ml|json)$/.exec(path)?.[0] ?? '.zq7';
  return [`${NOBODY}${ending}`, `zq7${ending}`].some((probe) => matches(pathRegex, probe));
}

function matches(source: string | undefined, path: string): boolean {
  return source === undefined || (goRegex(source)?.(path) ?? false);
}
