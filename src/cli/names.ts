import { isRefName } from '../commit/ref-name.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { isIdentity } from '../policy/identity.ts';

/** What approvals name: the repository, whatever the protocol, and the full name of the ref. */
export type ApprovalNames = Readonly<{ repository?: string; ref?: string }>;

/** Reads `--repository` and `--ref`, which `check` and `approve` share. */
export function readNames({
  repository,
  ref,
}: Readonly<{ repository?: string | undefined; ref?: string | undefined }>): Result<
  ApprovalNames,
  string
> {
  if (repository !== undefined && !isIdentity(repository)) {
    return stopped('--repository takes host and path, such as git.example.com/team/app');
  }
  if (ref !== undefined && !isRefName(ref)) {
    return stopped('--ref takes a full name, such as refs/heads/main');
  }
  return ok({
    ...(repository === undefined ? {} : { repository }),
    ...(ref === undefined ? {} : { ref }),
  });
}
