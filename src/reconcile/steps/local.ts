import { parseDuration } from '../../api/duration.ts';
import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { repoKey } from '../../domain/repo-key.ts';
import type { LinePorts } from '../line.ts';
import type { FetchLimits, GitPort } from '../ports.ts';

/** Longest a fetch may take when the spec says nothing usable; the CRD's default. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The repository as far as it lies on this machine's volume; nothing is fetched through it. */
export function localGit(repo: GuardedRepo, ports: LinePorts): GitPort {
  const key = repoKey(repo.metadata.namespace, repo.metadata.name);
  const remote = { url: repo.spec.source.url, credentials: { kind: 'none' } } as const;
  return ports.git.open(key, remote, limitsOf(repo, ports));
}

/** The bounds of one fetch. */
export function limitsOf(repo: GuardedRepo, { rules }: LinePorts): FetchLimits {
  const timeoutMs = parseDuration(repo.spec.timeout) ?? DEFAULT_TIMEOUT_MS;
  return { maxPackBytes: rules.maxPackBytes, timeoutMs };
}
