import { parseDuration } from '../../api/duration.ts';
import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { validateGuardedRepo } from '../../api/validate.ts';
import { policyDigest } from '../../policy/digest.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { peopleOf, trustDigest } from '../../signature/index.ts';
import type { ConfiguredLine, LinePorts, LineRules } from '../line.ts';
import type { Remote } from '../ports.ts';

/** Longest a fetch may take when the spec says nothing usable; the CRD's default. */
const DEFAULT_TIMEOUT_MS = 60_000;

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
  const { source, verify } = repo.spec;
  if (source.url.startsWith('http:') && !ports.rules.allowHttp) {
    const message = `source.url uses plain http; use https, or start the operator with --allow-http`;
    return stopped(stop('URLNotAllowed', message));
  }
  const signerSets = ports.cluster.signerSets(verify.signers);
  const absent = verify.signers.filter(
    (name) => !signerSets.some((set) => set.metadata.name === name),
  );
  const people = peopleOf(signerSets);
  if (absent.length > 0 || people.every((person) => person.keys.length === 0)) {
    const missing = absent.length > 0 ? `SignerSet ${absent.join(', ')} does not exist` : 'no key';
    return stopped(
      stop('SignersEmpty', `verify.signers: ${missing}; nobody could sign, so nothing is accepted`),
    );
  }
  const remote = await readRemote(repo, ports);
  if (!remote.ok) return remote;
  const key = repoKey(repo.metadata.namespace, repo.metadata.name);
  const limits = {
    maxPackBytes: ports.rules.maxPackBytes,
    timeoutMs: parseDuration(repo.spec.timeout) ?? DEFAULT_TIMEOUT_MS,
  };
  return ok({
    key,
    branch: source.ref.branch,
    remote: remote.value,
    git: ports.git.open(key, remote.value, limits),
    people,
    trustDigest: trustDigest(signerSets),
    policyDigest: policyDigest(verify),
  });
}

/** Reads the credentials; a Secret in another namespace cannot be named. */
async function readRemote(repo: GuardedRepo, ports: LinePorts): Promise<Result<Remote>> {
  const { url, secretRef } = repo.spec.source;
  if (secretRef === undefined) return ok({ url, credentials: { kind: 'none' } });
  const namespace = repo.metadata.namespace;
  const where = `Secret ${namespace}/${secretRef.name}`;
  const found = await ports.cluster.secret(namespace, secretRef.name);
  if (!found.ok) return found;
  if (found.value === undefined) {
    const message = `${where} does not exist; create it with username and password, or bearerToken`;
    return stopped(stop('CredentialsNotFound', message));
  }
  const values = found.value;
  const [token, username, password] = ['bearerToken', 'username', 'password'].map((key) =>
    values.get(key),
  );
  const ca = values.get('ca.crt');
  const trust = ca === undefined ? {} : { ca };
  if (token !== undefined && token !== '') {
    return ok({ url, credentials: { kind: 'bearer', token }, ...trust });
  }
  if (username !== undefined && password !== undefined) {
    return ok({ url, credentials: { kind: 'basic', username, password }, ...trust });
  }
  if (ca !== undefined) return ok({ url, credentials: { kind: 'none' }, ca });
  const message = `${where} holds neither bearerToken, nor username and password, nor ca.crt`;
  return stopped(stop('CredentialsNotFound', message));
}
