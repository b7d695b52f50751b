import { askGit } from './ask-git.ts';
import type { GitGround } from './git-run.ts';

/** Who made a commit, for people; nobody for what is no commit. */
export type CommitFacts = Readonly<{ name: string; email: string; date: string }>;

const OID = /^[0-9a-f]{40}$/;

/** Author and date of commits; what git does not know is missing. */
export async function readFacts(
  ground: GitGround,
  commits: readonly string[],
): Promise<ReadonlyMap<string, CommitFacts>> {
  const facts = new Map<string, CommitFacts>();
  if (commits.length === 0) return facts;
  const args = ['log', '--no-walk=unsorted', '--stdin', '-z', '--format=%H%x00%an%x00%ae%x00%at'];
  const answer = await askGit(ground, args, `${commits.join('\n')}\n`);
  const fields = answer?.toString('utf8').split('\0') ?? [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [oid = '', name = '', email = '', seconds = ''] = fields.slice(at, at + 4);
    facts.set(oid, { name, email, date: dateOf(Number(seconds)) });
  }
  return facts;
}

function dateOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('.000Z', 'Z');
}

/** The blobs of a commit's tree, each with the paths where it stands. */
export async function readTip(
  ground: GitGround,
  tip: string,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const paths = new Map<string, Set<string>>();
  const answer = await askGit(ground, ['ls-tree', '-r', '-z', tip]);
  for (const line of answer?.toString('utf8').split('\0') ?? []) {
    const [head = '', path = ''] = line.split('\t', 2);
    const oid = head.slice(-40);
    if (!OID.test(oid) || path === '') continue;
    const known = paths.get(oid);
    if (known === undefined) paths.set(oid, new Set([path]));
    else known.add(path);
  }
  return paths;
}

/** Annotated tags of the repository. */
export async function readTags(ground: GitGround): Promise<readonly string[]> {
  const args = ['for-each-ref', '--format=%(objecttype) %(objectname)', 'refs/tags'];
  const lines = (await askGit(ground, args))?.toString('latin1').split('\n') ?? [];
  return lines.flatMap((line) => (line.startsWith('tag ') ? [line.slice('tag '.length)] : []));
}

/** The first commit of the history that a commit ends, along first parents. */
export async function readRoot(ground: GitGround, tip: string): Promise<string | undefined> {
  const args = ['rev-list', '--first-parent', '--max-parents=0', tip];
  const oid = (await askGit(ground, args))?.toString('latin1').trim();
  return oid !== undefined && OID.test(oid) ? oid : undefined;
}
