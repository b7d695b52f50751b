import { join } from 'node:path';
import type { EngineChoice } from '../../adapters/git/choose.ts';
import { parseOid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { APPROVALS_REF } from '../../reconcile/steps/source.ts';
import type { RangeWish } from '../check/options.ts';
import type { Terminal } from '../terminal.ts';
import { findAbbreviated, isAbbreviated } from './abbreviated.ts';
import { locateRepo } from './locate.ts';
import { openObjects } from './objects.ts';
import type { LocalObjects } from './objects.ts';
import type { Named, NotOpened, Opened } from './opened.ts';
import { LocalRefs } from './refs.ts';

/** What is opened of the local disk. */
export type LocalWish = Readonly<{
  path: string | undefined;
  range: RangeWish;
  /** Branch that must contain a tag. */
  branch: string | undefined;
  engine: EngineChoice;
}>;

type Names = Readonly<{ refs: LocalRefs; objects: LocalObjects; objectsDir: string }>;

/**
 * Opens a repository of this disk as hostile data: names are read from the files of refs, objects from
 * the store; git is never run on its configuration or hooks.
 */
export async function openLocal(
  { path, range, branch, engine }: LocalWish,
  { cwd, clock }: Pick<Terminal, 'cwd' | 'clock'>,
): Promise<Result<Opened, NotOpened>> {
  const located = await locateRepo(cwd, path);
  if (!located.ok) return stopped({ kind: 'usage', text: located.stop });
  const { gitDir, commonDir } = located.value;
  const refs = new LocalRefs(located.value);
  const objects = await openObjects(commonDir, engine, clock);
  const names: Names = { refs, objects, objectsDir: join(commonDir, 'objects') };
  const ends = await resolveEnds(range, names);
  if (!ends.ok) {
    await objects.close();
    return stopped({ kind: 'usage', text: ends.stop });
  }
  const notes = (await refs.find(APPROVALS_REF))?.oid;
  const head = branch === undefined ? undefined : await refs.find(`refs/heads/${branch}`);
  return ok({
    ...{ name: gitDir, engine: engine.name, objects, ...ends.value },
    walkFrom: objects.walkFrom,
    ...(branch === undefined ? {} : { branch: head?.oid ?? null }),
    ...(notes === undefined ? {} : { notes }),
    close: () => objects.close(),
  });
}

async function resolveEnds(
  range: RangeWish,
  names: Names,
): Promise<Result<Pick<Opened, 'from' | 'to'>, string>> {
  const to = await resolveName(range.to ?? 'HEAD', names);
  if (!to.ok) return to;
  if (range.from === undefined) return ok({ to: to.value });
  const from = await resolveName(range.from, names);
  return from.ok ? ok({ to: to.value, from: from.value }) : from;
}

/** HEAD, a ref, a full oid or an abbreviated one that is unambiguous among commits and tags. */
async function resolveName(name: string, names: Names): Promise<Result<Named, string>> {
  const label = printable(name);
  const full = parseOid(name);
  if (full !== undefined) return ok({ oid: full, label });
  const found = await names.refs.find(name);
  if (found !== undefined) return ok({ label: labelOf(found.ref) ?? label, ...found });
  if (name === 'HEAD')
    return stopped(
      'HEAD names no commit; the repository is empty, or of a kind that is not read (reftable, SHA-256)',
    );
  if (!isAbbreviated(name)) return stopped(unknown(label));
  const candidates = [...(await findAbbreviated(names.objectsDir, name))];
  const read = await names.objects.readMany(candidates);
  if (!read.ok) return stopped(read.stop.message);
  const fits = [...read.value.values()].filter(({ type }) => type === 'commit' || type === 'tag');
  const [only, ...more] = fits;
  if (only === undefined) return stopped(unknown(label));
  if (more.length > 0) return stopped(`${label} is ambiguous; give more digits`);
  return ok({ oid: only.oid, label });
}

function labelOf(ref: string | undefined): string | undefined {
  return ref?.replace(/^refs\/(?:heads|tags|remotes)\//, '');
}

function unknown(label: string): string {
  return `${label} is no branch, tag or commit here; for other names give what git rev-parse prints`;
}
