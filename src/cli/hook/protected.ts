import { isRefName } from '../../commit/ref-name.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { HookGit } from './git.ts';
import type { HookRepo } from './open.ts';

/** The branch whose content says what is allowed, as it is before the commit or push. */
export type ProtectedRef = Readonly<{
  /** The full name on the server, such as refs/heads/main. */
  ref: string;
  /** Where it stands; missing while it has no commit. */
  oid?: Oid;
}>;

/** The setting that names it, a full ref name; else it is what HEAD of the server names. */
const PROTECTED_SETTING = 'gitward.protectedRef';

const HEADS = 'refs/heads/';

/** Names that a server's HEAD usually has, for a clone that was not told. */
const USUAL = ['main', 'master'] as const;

/** The protected branch on the server itself. */
export async function protectedHere({
  git,
}: Pick<HookRepo, 'git'>): Promise<Result<ProtectedRef, string>> {
  const named = await settingOf(git);
  if (!named.ok) return named;
  const ref = named.value ?? (await git.symbolic('HEAD'));
  if (ref === undefined) {
    return stopped(`HEAD names no branch; run git config ${PROTECTED_SETTING} refs/heads/main`);
  }
  return ok({ ref, ...oidOf(await git.oid(`${ref}^{commit}`)) });
}

/**
 * The protected branch as a clone knows it: the remote's, where it was last seen. A repository without
 * remote is its own server.
 */
export async function protectedAtHome(
  { git, places }: Pick<HookRepo, 'git' | 'places'>,
  remote: string,
): Promise<Result<ProtectedRef, string>> {
  const [named, { branches, followed }] = await Promise.all([
    settingOf(git),
    git.remoteRefs(remote),
  ]);
  if (!named.ok) return named;
  const usual = [...(followed === undefined ? [] : [followed]), ...USUAL];
  const wanted = named.value === undefined ? usual : [named.value.slice(HEADS.length)];
  const branch = wanted.find((name) => branches.has(name));
  if (branch !== undefined) return ok({ ref: HEADS + branch, ...oidOf(branches.get(branch)) });
  const ref = named.value ?? (await git.symbolic('HEAD')) ?? `${HEADS}main`;
  return ok({ ref, ...oidOf(places.head) });
}

async function settingOf(git: HookGit): Promise<Result<string | undefined, string>> {
  const named = await git.setting(PROTECTED_SETTING);
  if (named === undefined || (isRefName(named) && named.startsWith(HEADS))) return ok(named);
  return stopped(`git config ${PROTECTED_SETTING} takes a full name, such as refs/heads/main`);
}

function oidOf(oid: Oid | undefined): Readonly<{ oid?: Oid }> {
  return oid === undefined ? {} : { oid };
}
