import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { validateGuardedRepo } from '../../api/validate.ts';
import { repositoryIdentity } from '../../policy/approval.ts';
import { policyDigest } from '../../policy/digest.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { trustDigest, trustOf } from '../../signature/index.ts';
import type { ConfiguredLine, LinePorts, LineRules } from '../line.ts';
import { limitsOf, localGit } from './local.ts';
import { readRemote } from './remote.ts';
import { wishOf } from './source.ts';

/**
 * Passes a spec only if every rule of the CRD holds for it, whatever the API server checked, and its
 * targets lie where this GuardedRepo may write: else one team could act through another's account.
 */
export function checkSpec(repo: GuardedRepo, rules: LineRules): Result<GuardedRepo> {
  const targets = checkTargets(repo, rules);
  if (!targets.ok) return targets;
  const [problem] = validateGuardedRepo(repo.spec);
  if (problem === undefined) return ok(repo);
  return stopped(stop('InvalidSpec', `${problem.path}: ${problem.message}`));
}

/** The part of the check that what was accepted before depends on: mode and targets. */
export function checkTargets(repo: GuardedRepo, rules: LineRules): Result<GuardedRepo> {
  const own = validateGuardedRepo(repo.spec).find(({ path }) => /^spec\.(targets|mode)/.test(path));
  if (own !== undefined) return stopped(stop('InvalidSpec', `${own.path}: ${own.message}`));
  for (const { name, namespace } of repo.spec.targets) {
    if (namespace === rules.ownNamespace) {
      const message = `target ${name}: ${namespace} is gitward's own namespace and cannot be guarded`;
      return stopped(stop('InvalidSpec', message));
    }
    if (namespace !== repo.metadata.namespace && !rules.allowCrossNamespace) {
      const message = `target ${name}: namespace ${namespace} is not the GuardedRepo's own; move the GuardedRepo there, or start the operator with --allow-cross-namespace`;
      return stopped(stop('InvalidSpec', message));
    }
  }
  return ok(repo);
}

/** Gathers remote, credentials and trust; the source side of the line starts only with all of them. */
export async function configure(
  repo: GuardedRepo,
  ports: LinePorts,
): Promise<Result<ConfiguredLine>> {
  const local = configureLocal(repo, ports);
  if (!local.ok) return local;
  const remote = await readRemote(repo, ports);
  if (!remote.ok) return remote;
  const git = ports.git.open(local.value.key, remote.value, limitsOf(repo, ports));
  return ok({ ...local.value, remote: remote.value, git });
}

/** The part that what is live is judged again with: trust and kept objects, no credentials. */
export function configureLocal(repo: GuardedRepo, ports: LinePorts): Result<ConfiguredLine> {
  const { source, verify } = repo.spec;
  if (source.url.startsWith('http:') && !ports.rules.allowHttp) {
    const message = `source.url uses plain http; use https, or start the operator with --allow-http`;
    return stopped(stop('URLNotAllowed', message));
  }
  const signerSets = ports.cluster.signerSets(verify.signers);
  const absent = verify.signers.filter(
    (name) => !signerSets.some((set) => set.metadata.name === name),
  );
  const trust = trustOf(signerSets);
  if (absent.length > 0 || trust.holders.every(({ keys }) => keys.length === 0)) {
    const missing = absent.length > 0 ? `SignerSet ${absent.join(', ')} does not exist` : 'no key';
    return stopped(
      stop('SignersEmpty', `verify.signers: ${missing}; nobody could sign, so nothing is accepted`),
    );
  }
  const key = repoKey(repo.metadata.namespace, repo.metadata.name);
  const remote = { url: source.url, credentials: { kind: 'none' } } as const;
  return ok({
    key,
    wish: wishOf(repo.spec),
    repository: repositoryIdentity(repo.spec.source.url) ?? repo.spec.source.url,
    remote,
    git: localGit(repo, ports),
    trust,
    trustDigest: trustDigest(signerSets),
    policyDigest: policyDigest(verify),
  });
}
