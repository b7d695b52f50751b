import type { GuardedRepo, GuardedRepoSpec } from '../../api/guardedrepo.ts';
import type { SignerSet } from '../../api/signerset.ts';
import { validateGuardedRepo, validateSignerSet } from '../../api/validate.ts';
import type { Problem } from '../../api/validate.ts';
import { MAX_PROBLEMS } from '../../api/validate/check.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { fillRepoSpec, fillSignerSpec } from './defaults.ts';
import { parseMeta } from './parse-meta.ts';
import { parseRepoStatus } from './parse-status.ts';

/** Rules without which an object does not have the type; all others are the config stage's. */
const TYPE_RULES: ReadonlySet<Problem['rule']> = new Set(['required', 'type', 'choice']);

/** Reads a GuardedRepo with defaults in place; stops with `InvalidSpec` where it has another shape. */
export function parseGuardedRepo(object: JsonObject): Result<GuardedRepo> {
  const metadata = parseMeta(object);
  const namespace = metadata?.namespace;
  if (metadata === undefined || namespace === undefined) return invalid('metadata has no name');
  const spec = fillRepoSpec(object['spec'] ?? null);
  const problem = typeProblem(validateGuardedRepo(spec));
  if (problem !== undefined) return invalid(`${problem.path}: ${problem.message}`);
  const status = parseRepoStatus(object['status']);
  return ok({
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'GuardedRepo',
    metadata: { ...metadata, namespace },
    // Every required field is there and has its type, by the check above.
    spec: spec as unknown as GuardedRepoSpec,
    ...(status === undefined ? {} : { status }),
  });
}

/** Reads a SignerSet with defaults in place; stops with `InvalidSpec` where any rule of its CRD is broken: trust takes no chances. */
export function parseSignerSet(object: JsonObject): Result<SignerSet> {
  const metadata = parseMeta(object);
  if (metadata === undefined) return invalid('metadata has no name');
  const spec = fillSignerSpec(object['spec'] ?? null);
  const [problem] = validateSignerSet(spec);
  if (problem !== undefined) return invalid(`${problem.path}: ${problem.message}`);
  return ok({
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'SignerSet',
    metadata,
    // Validated right above.
    spec: spec as unknown as SignerSet['spec'],
  });
}

function typeProblem(problems: readonly Problem[]): Problem | undefined {
  const found = problems.find(({ rule }) => TYPE_RULES.has(rule));
  // Validation tells no more than so many: others may have stayed hidden.
  return found ?? (problems.length >= MAX_PROBLEMS ? problems[0] : undefined);
}

function invalid(why: string): Result<never> {
  return stopped(stop('InvalidSpec', `${why}. Correct the object.`));
}
