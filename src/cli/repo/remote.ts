import type { EngineChoice } from '../../adapters/git/choose.ts';
import { gitSource } from '../../adapters/git/source.ts';
import { isRefName } from '../../commit/ref-name.ts';
import { parseOid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { GitPort, Quarantine, Remote, ServerRef } from '../../reconcile/ports.ts';
import { APPROVALS_REF } from '../../reconcile/steps/source.ts';
import type { CheckOptions, RangeWish } from '../check/options.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import type { Terminal } from '../terminal.ts';
import type { Named, NotOpened, Opened } from './opened.ts';

/** What is opened of a server. */
export type RemoteWish = Readonly<{
  remote: Remote;
  range: RangeWish;
  /** Branch that must contain a tag. */
  branch: string | undefined;
  engine: EngineChoice;
  limits: Pick<CheckOptions, 'allowHttp' | 'allowPrivateAddresses' | 'maxPackBytes' | 'timeoutMs'>;
}>;

/** Where no branch is named: the two names that are customary. */
const DEFAULT_BRANCHES = ['main', 'master'];

/** Reasons that say that the caller named something wrong. */
const USAGE_REASONS: ReadonlySet<Stop['reason']> = new Set([
  'InvalidSpec',
  'URLNotAllowed',
  'RefNotFound',
]);

/** Clones through the operator's own Git, under its rules, into a temporary folder that `close` removes. */
export async function openRemote(
  wish: RemoteWish,
  { clock }: Pick<Terminal, 'clock'>,
): Promise<Result<Opened, NotOpened>> {
  const dataDir = await makeTemporary('clone');
  const close = (): Promise<void> => removeTemporary(dataDir);
  const { remote, limits, engine } = wish;
  const git = gitSource({ ...limits, dataDir, engine, clock }).open(
    repoKey('gitward', 'check'),
    remote,
    limits,
  );
  const opened = await openPort(git, wish);
  if (!opened.ok) {
    await close();
    return opened;
  }
  const { quarantine, ...ends } = opened.value;
  return ok({
    ...{ name: printable(remote.url), url: remote.url, engine: engine.name, ...ends },
    objects: quarantine,
    walkFrom: () => ({
      readMany: (oids) => quarantine.readMany(oids),
      expected: () => undefined,
    }),
    close: async () => {
      await quarantine.discard();
      await close();
    },
  });
}

type Ends = Pick<Opened, 'from' | 'to' | 'branch' | 'notes'> & Readonly<{ quarantine: Quarantine }>;

async function openPort(
  git: GitPort,
  { range, branch }: RemoteWish,
): Promise<Result<Ends, NotOpened>> {
  const signal = new AbortController().signal;
  const heads = branch === undefined ? [] : [`refs/heads/${branch}`];
  const asked = [...candidates(range.to), ...candidates(range.from ?? ''), ...heads];
  const known = await git.refs([...new Set([...asked, APPROVALS_REF])], signal);
  if (!known.ok) return stopped(notOpened(known.stop));
  const ends = pickEnds(range, known.value);
  if (!ends.ok) return stopped({ kind: 'usage', text: ends.stop });
  const others = [ends.value.from?.ref, ...heads, APPROVALS_REF];
  const wanted = [ends.value.start, ...others.filter((ref) => ref && known.value.has(ref))];
  const names = [...new Set(wanted.filter((ref) => ref !== undefined))];
  const fetched = await git.fetch(names, undefined, signal);
  if (!fetched.ok) return stopped(notOpened(fetched.stop));
  return ok(endsIn(fetched.value, ends.value, branch));
}

type Picked = Readonly<{ to: Named; from: Named | undefined; start: string }>;

/** The two ends, and the ref to fetch: a commit named by its oid alone is looked for in the default branch. */
function pickEnds(range: RangeWish, refs: ReadonlyMap<string, ServerRef>): Result<Picked, string> {
  const to = pick(range.to, refs);
  if (!to.ok) return to;
  const from = range.from === undefined ? ok(undefined) : pick(range.from, refs);
  if (!from.ok) return from;
  const start = to.value.ref ?? candidates(undefined).find((name) => refs.has(name));
  return start === undefined ? stopped(NO_BRANCH) : ok({ to: to.value, from: from.value, start });
}

/** Refs may have moved since they were asked for: what was fetched is what is judged. */
function endsIn(quarantine: Quarantine, { to, from }: Picked, branch: string | undefined): Ends {
  const { refs } = quarantine;
  const notes = refs.get(APPROVALS_REF)?.oid;
  return {
    quarantine,
    to: fresh(to, refs),
    ...(from === undefined ? {} : { from: fresh(from, refs) }),
    ...(branch === undefined ? {} : { branch: refs.get(`refs/heads/${branch}`)?.oid ?? null }),
    ...(notes === undefined ? {} : { notes }),
  };
}

const NO_BRANCH = 'the server has neither main nor master; name the branch with --range';

/** Full names that a name may stand for; none for an oid. */
function candidates(name: string | undefined): readonly string[] {
  if (name === undefined) return DEFAULT_BRANCHES.map((branch) => `refs/heads/${branch}`);
  if (parseOid(name) !== undefined) return candidates(undefined);
  const full = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
  return full.filter(isRefName);
}

function pick(
  name: string | undefined,
  refs: ReadonlyMap<string, ServerRef>,
): Result<Named, string> {
  const oid = parseOid(name ?? '');
  if (oid !== undefined) return ok({ oid, label: oid });
  const ref = candidates(name).find((full) => refs.has(full));
  const found = ref === undefined ? undefined : refs.get(ref);
  if (ref !== undefined && found !== undefined) {
    return ok({ oid: found.oid, ref, label: ref.replace(/^refs\/(?:heads|tags)\//, '') });
  }
  if (name === undefined) return stopped(NO_BRANCH);
  return stopped(`the server has no branch or tag ${printable(name)}`);
}

function fresh(named: Named, refs: ReadonlyMap<string, ServerRef>): Named {
  const found = named.ref === undefined ? undefined : refs.get(named.ref);
  return found === undefined ? named : { ...named, oid: found.oid };
}

function notOpened(stop: Stop): NotOpened {
  if (!USAGE_REASONS.has(stop.reason)) return { kind: 'undecided', stop };
  return { kind: 'usage', text: `${stop.reason}: ${stop.message}` };
}
