import type { GuardedRepoSpec, VerifySpec } from '../../api/guardedrepo.ts';
import { validateGuardedRepo } from '../../api/validate.ts';
import { check } from '../../api/validate/check.ts';
import type { Problem } from '../../api/validate/check.ts';
import { VERIFY } from '../../api/validate/verify.ts';
import { fillRepoSpec } from '../../adapters/kube/defaults.ts';
import { parseDocuments } from '../../document/documents.ts';
import { at, isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { repositoryIdentity } from '../../policy/approval.ts';
import { DEFAULT_SECRETS } from '../leaks/defaults.ts';
import { MANIFEST_LIMITS } from '../manifest-limits.ts';

/** The rules a repository is checked under, and what of a GuardedRepo says where they hold. */
export type CheckPolicy = Readonly<{
  verify: VerifySpec;
  targets: readonly Readonly<{ name: string; path: string }>[];
  /** Whether somebody gave it; the default binds no identity. */
  isGiven: boolean;
  /** Full name of the ref that approvals name, and the branch that must contain a tag. */
  ref?: string;
  branch?: string;
  repository?: string;
}>;

/** What holds without `--policy`: every commit is signed by anybody listed, in a straight line. */
export const DEFAULT_POLICY: CheckPolicy = {
  verify: {
    signatures: 'EveryCommit',
    signers: [],
    bindIdentity: 'None',
    forge: 'Deny',
    onUntrusted: 'Freeze',
    maxPending: '24h',
    secrets: DEFAULT_SECRETS,
  },
  targets: [],
  isGiven: false,
};

/**
 * Reads a GuardedRepo or its `spec.verify`, YAML or JSON, with the defaults of its CRD, by every rule of
 * it. A `spec.verify` alone may leave out `signers`: then all that are given count.
 */
export function parsePolicy(bytes: Uint8Array): Result<CheckPolicy, string> {
  const parsed = parseDocuments(bytes, MANIFEST_LIMITS);
  if (!parsed.ok) return stopped(`line ${parsed.stop.line}: ${parsed.stop.text}`);
  const [only, ...more] = parsed.value.documents;
  if (only === undefined || more.length > 0) return stopped('it must hold exactly one document');
  const { value } = only;
  if (!isJsonObject(value)) return stopped('it is no GuardedRepo and no spec.verify');
  const kind = value['kind'];
  if (kind === undefined && value['apiVersion'] === undefined) return fromVerify(value);
  if (kind === 'GuardedRepo') return fromRepo(value);
  return stopped('it is no GuardedRepo');
}

function fromRepo(manifest: JsonObject): Result<CheckPolicy, string> {
  const spec = fillRepoSpec(manifest['spec'] ?? null);
  const [problem] = validateGuardedRepo(spec);
  if (problem !== undefined) return stopped(textOf(problem));
  // Every field is there and has its type, by the check above.
  const { source, verify, targets } = spec as unknown as GuardedRepoSpec;
  const { branch, tag } = source.ref;
  const repository = repositoryIdentity(source.url);
  return ok({
    ...{ verify, targets: targets.map(({ name, path }) => ({ name, path })), isGiven: true },
    ...(tag !== undefined ? { ref: `refs/tags/${tag}` } : {}),
    ...(tag === undefined && source.ref.semver === undefined && branch !== undefined
      ? { ref: `refs/heads/${branch}` }
      : {}),
    ...(branch === undefined ? {} : { branch }),
    ...(repository === undefined ? {} : { repository }),
  });
}

/** Stands for "all that are given" while the rules are asked, which want at least one name. */
const ANY_SIGNERS: Json = ['any'];

function fromVerify(given: JsonObject): Result<CheckPolicy, string> {
  const isOpen = given['signers'] === undefined;
  const filled = fillRepoSpec({ verify: isOpen ? { ...given, signers: ANY_SIGNERS } : given });
  const verify = at(filled, 'verify');
  const [problem] = check(VERIFY, verify, 'verify');
  if (problem !== undefined) return stopped(textOf(problem));
  // Every field is there and has its type, by the check above.
  const rules = verify as unknown as VerifySpec;
  return ok({ verify: isOpen ? { ...rules, signers: [] } : rules, targets: [], isGiven: true });
}

function textOf({ path, message }: Problem): string {
  return `${path} ${message}`;
}
