import type { Result } from '../../domain/result.ts';
import { ok, stopped } from '../../domain/result.ts';
import {
  mergeIgnores,
  parseBaseline,
  parseGitleaksConfig,
  parseIgnoreFile,
} from '../../secrets/index.ts';
import type { GitleaksConfig, Ignores, SopsConfig } from '../../secrets/index.ts';
import { parseSopsConfig } from '../../secrets/structure/sops-config.ts';
import type { SopsConfigFault } from '../../secrets/structure/sops-config.ts';
import type { TreeFile } from './tree-file.ts';

/** Reads one file of the tree that all the others come from. */
export type ReadTeamFile = (path: string) => Promise<Result<TreeFile>>;

/** Files that one configuration may name, each in the one before; the parser itself goes less far. */
const MAX_EXTENDED = 4;

/** Reads a gitleaks configuration and what it extends, from one tree. A text says why it cannot be used. */
export async function readTeamRules(
  bytes: Uint8Array,
  read: ReadTeamFile,
): Promise<Result<Result<GitleaksConfig, string>>> {
  const loaded = new Map<string, Uint8Array | undefined>();
  for (;;) {
    let wanted: string | undefined;
    const parsed = parseGitleaksConfig(bytes, (path) => {
      if (!loaded.has(path)) wanted ??= path;
      return loaded.get(path);
    });
    // The parser asks at once; the tree answers later: what was asked for is read, and all is parsed anew.
    if (wanted === undefined || loaded.size >= MAX_EXTENDED) return ok(parsed);
    const file = await read(wanted);
    if (!file.ok) return file;
    loaded.set(wanted, file.value.kind === 'file' ? file.value.bytes : undefined);
  }
}

/** All that the ignore file and the baseline silence; an absent one is `undefined`. */
export function readIgnores(
  ignore: Uint8Array | undefined,
  baseline: Uint8Array | undefined,
  salt: string,
): Ignores {
  return mergeIgnores(
    ...(ignore === undefined ? [] : [parseIgnoreFile(ignore)]),
    ...(baseline === undefined ? [] : [parseBaseline(baseline, salt)]),
  );
}

const FAULTS: Readonly<Record<SopsConfigFault['why'], string>> = {
  unreadable: 'it is no YAML that sops could read',
  tooLarge: 'it is larger than any configuration is',
  badRegex: 'a regex of it is none',
};

/** Reads a `.sops.yaml`, or says in words why it cannot be used. */
export function readSops(bytes: Uint8Array, directory: string): Result<SopsConfig, string> {
  const parsed = parseSopsConfig(bytes, directory);
  if (parsed.ok) return parsed;
  const { why, line } = parsed.stop;
  return stopped(`line ${line}: ${FAULTS[why]}`);
}
