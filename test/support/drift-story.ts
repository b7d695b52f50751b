import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/domain/json.ts';
import { isJsonObject, stringAt } from '../../src/domain/json.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import { parseApiVersion } from '../../src/domain/object-ref.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { buildBaseline } from '../../src/drift/baseline.ts';
import type { Baseline, Ownership } from '../../src/drift/baseline.ts';

/** The key every test keeps digests under. */
export const DIGEST_KEY = createSecretKey(Buffer.alloc(32, 7));

/** One object's life on a real API server: Git's manifest, the answer to its apply, what others did. */
export type Story = Readonly<{
  git: JsonObject;
  answer: JsonObject;
  /** Live objects by what was done to them after the apply. */
  live: Readonly<Record<string, JsonObject>>;
}>;

/** Reads a recorded story; throws when there is none. */
export function story(name: string): Story {
  const file = new URL(`../../src/drift/testdata/${name}.json`, import.meta.url);
  // Recorded by us; its shape is a test's matter.
  return JSON.parse(readFileSync(fileURLToPath(file), 'utf8')) as Story;
}

/** A manifest as the render makes it, of a whole object. */
export function manifestOf(object: JsonObject): Manifest {
  const { group, version } = parseApiVersion(stringAt(object, 'apiVersion') ?? '') ?? {
    group: '',
    version: '',
  };
  const ref = {
    group,
    version,
    kind: stringAt(object, 'kind') ?? '',
    namespace: stringAt(object, 'metadata', 'namespace') ?? '',
    name: stringAt(object, 'metadata', 'name') ?? '',
  };
  const blob = '0'.repeat(40) as Oid; // No Git is involved.
  return { ref, object, origin: { path: 'a.yaml', blob, document: 1 } };
}

/** The baseline of a story; throws when the answer gives none. */
export function baselineOf(
  { git, answer }: Pick<Story, 'git' | 'answer'>,
  ownership: Ownership = 'applied',
): Baseline {
  return built({ git, answer }, ownership).baseline;
}

/** Baseline and mutated fields of a story. */
export function built(
  { git, answer }: Pick<Story, 'git' | 'answer'>,
  ownership: Ownership = 'applied',
): Readonly<{ baseline: Baseline; mutated: readonly string[] }> {
  const done = buildBaseline(manifestOf(git), answer, { ownership, key: DIGEST_KEY });
  if (!done.ok) throw new Error(done.stop.message);
  const { baseline, mutated } = done.value;
  return { baseline, mutated: mutated.map(({ kind, path }) => `${kind} ${path}`) };
}

/** A deep copy with one place changed; `undefined` removes it. */
export function changed(
  object: JsonObject,
  path: readonly (string | number)[],
  value: unknown,
): JsonObject {
  // A copy that only this function sees, changed as tests please.
  const copy = structuredClone(object) as Record<string | number, unknown>;
  let node = copy;
  for (const step of path.slice(0, -1)) node = node[step] as typeof node;
  const last = path.at(-1) ?? '';
  if (value !== undefined) node[last] = value;
  else if (Array.isArray(node)) node.splice(Number(last), 1);
  else delete node[last];
  if (!isJsonObject(copy)) throw new Error('no object');
  return copy;
}
