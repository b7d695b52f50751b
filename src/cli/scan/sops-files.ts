import { parseSopsConfig } from '../../secrets/structure/sops-config.ts';
import type { SopsConfig } from '../../secrets/index.ts';
import { askGit } from './ask-git.ts';
import type { Findings } from './findings.ts';
import type { GitGround } from './git-run.ts';

/** What sops itself looks for, from a file's directory upwards. */
const NAME = /^(?:(.+)\/)?\.sops\.yaml$/;

/** Most of them in one tree: thrice what a monorepo with one for each team has. */
const MAX_FILES = 256;

type Ground = Readonly<{ git: GitGround; findings: Findings }>;

/**
 * Which files must be encrypted by the `.sops.yaml` files of the tip. One that cannot be read is a gap:
 * without it nobody knows what it demands.
 */
export async function readSopsFiles(
  tip: ReadonlyMap<string, ReadonlySet<string>>,
  { git, findings }: Ground,
): Promise<readonly SopsConfig[]> {
  const files = [...tip].flatMap(([oid, paths]) =>
    [...paths].filter((path) => NAME.test(path)).map((path) => ({ oid, path })),
  );
  const configs: SopsConfig[] = [];
  for (const [index, { oid, path }] of files.entries()) {
    if (index === MAX_FILES) {
      findings.gap({ gap: { why: 'tooMany', line: 0 }, path });
      break;
    }
    const bytes = await askGit(git, ['cat-file', 'blob', oid]);
    const parsed = bytes && parseSopsConfig(bytes, NAME.exec(path)?.[1] ?? '');
    if (parsed?.ok === true) configs.push(parsed.value);
    else findings.gap({ gap: { why: 'unreadable', line: parsed?.stop.line ?? 0 }, path });
  }
  return configs;
}
