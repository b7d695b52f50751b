import type { PlacedNode } from '../../document/placed.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { goRegex } from './go-regex.ts';
import { groundOf } from './ground.ts';
import { readDocuments } from './reading.ts';
import { textsAt, valuesOf, WalkLimit } from './tree.ts';

/** One entry of `creation_rules`: which files it is for, and which of their leaves stay plain. */
export type SopsRule = Readonly<{
  /** Go regex, looked for in the path below the configuration's directory; absent: every file. */
  pathRegex?: string;
  encryptedRegex?: string;
  unencryptedRegex?: string;
  encryptedSuffix?: string;
  unencryptedSuffix?: string;
  /** Go regexes for the comments above or behind a leaf. */
  encryptedCommentRegex?: string;
  unencryptedCommentRegex?: string;
}>;

/**
 * A `.sops.yaml` and the directory it stands in (`''` is the root). `origin`: only the protected tree has
 * it, or only the commit under judgement; absent: both.
 */
export type SopsConfig = Readonly<{
  directory: string;
  rules: readonly SopsRule[];
  origin?: 'protected' | 'commit';
}>;

/** Why a `.sops.yaml` says nothing: it cannot be read, is too large, or a regex of it is none. */
export type SopsConfigFault = Readonly<{
  why: 'unreadable' | 'tooLarge' | 'badRegex';
  /** From 1; of the rule at fault where there is one. */
  line: number;
}>;

/** More is no configuration that a person wrote. */
const MAX_CONFIG_BYTES = 256 * 1024;
const MAX_RULES = 1_000;

const FIELDS = [
  ['pathRegex', 'path_regex'],
  ['encryptedRegex', 'encrypted_regex'],
  ['unencryptedRegex', 'unencrypted_regex'],
  ['encryptedSuffix', 'encrypted_suffix'],
  ['unencryptedSuffix', 'unencrypted_suffix'],
  ['encryptedCommentRegex', 'encrypted_comment_regex'],
  ['unencryptedCommentRegex', 'unencrypted_comment_regex'],
] as const;

/** Which leaves are encrypted, by fields that are asked for under the names that SOPS has for them. */
export function selectionFrom(
  field: (key: string) => string | undefined,
): Omit<SopsRule, 'pathRegex'> {
  return Object.fromEntries(
    FIELDS.slice(1).flatMap(([name, key]) => {
      const value = field(key);
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

/** Reads the `creation_rules` of a `.sops.yaml`; what else it holds, such as recipients, is passed over. */
export function parseSopsConfig(
  bytes: Uint8Array,
  directory: string,
): Result<SopsConfig, SopsConfigFault> {
  try {
    return parse(bytes, directory);
  } catch (error) {
    if (!(error instanceof WalkLimit)) throw error;
    return stopped({ why: 'tooLarge', line: 1 });
  }
}

function parse(bytes: Uint8Array, directory: string): Result<SopsConfig, SopsConfigFault> {
  if (bytes.length > MAX_CONFIG_BYTES) return stopped({ why: 'tooLarge', line: 1 });
  const ground = groundOf(bytes);
  const lineOf = ({ start }: PlacedNode): number => ground.spot(start, start, start).line;
  const rules: SopsRule[] = [];
  for (const { roots, isBroken } of readDocuments(ground.text)) {
    const isMap = roots.every(({ kind }) => kind === 'map');
    if (isBroken || !isMap) return stopped({ why: 'unreadable', line: 1 });
    for (const item of roots.flatMap(entriesIn)) {
      const rule = ruleOf(item);
      if (rule === undefined) return stopped({ why: 'badRegex', line: lineOf(item) });
      rules.push(rule);
      if (rules.length > MAX_RULES) return stopped({ why: 'tooLarge', line: lineOf(item) });
    }
  }
  return ok({ directory, rules });
}

function entriesIn(root: PlacedNode): readonly PlacedNode[] {
  return valuesOf(root, 'creation_rules').flatMap((list) =>
    list.kind === 'list' ? list.items : [],
  );
}

function ruleOf(item: PlacedNode): SopsRule | undefined {
  const given = FIELDS.flatMap(([field, key]) => {
    const value = textsAt(item, key).at(-1);
    return value === undefined || value === '' ? [] : [[field, value] as const];
  });
  const isGood = given.every(
    ([field, value]) => !field.endsWith('Regex') || goRegex(value) !== undefined,
  );
  return isGood ? Object.fromEntries(given) : undefined;
}
