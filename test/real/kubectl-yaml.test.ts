import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../src/document/documents.ts';
import { isJsonObject } from '../../src/domain/json.ts';
import type { Json } from '../../src/domain/json.ts';
import { requireOrSkip, tool } from '../support/prerequisites.ts';
import { SEED, sampleScalars } from './kubectl-yaml.samples.ts';
import { BAD_FILES, fileOf, FILES, NULLS, REFUSED, SCALARS } from './kubectl-yaml.table.ts';

const SAMPLES = 2_000;
const LIMITS = {
  maxBytes: 1_000_000,
  maxDocuments: 100,
  maxDepth: 64,
  maxNodes: 100_000,
  maxTextLength: 1_000_000,
  maxAliases: 100,
};

/** Another kubectl than the one on PATH, to compare releases. */
const KUBECTL = process.env['KUBECTL'] ?? 'kubectl';

/** What kubectl reads from a file, without any server; `undefined` when it refuses the file. */
function readWithKubectl(file: string): readonly Json[] | undefined {
  const flags = ['--local', '--kubeconfig=/dev/null', '-o', 'json', '-f', '-'];
  let output: string;
  try {
    const options = { input: file, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 } as const;
    output = execFileSync(KUBECTL, ['annotate', ...flags, 'seen=yes'], options);
  } catch {
    return undefined;
  }
  const texts = output.split(/\n(?=\{)/).filter((text) => text.trim() !== '');
  return texts.map((text) => fieldsOf(JSON.parse(text)));
}

/** What gitward reads from the same file; `undefined` when it refuses it. */
function readWithGitward(file: string): readonly Json[] | undefined {
  const read = parseDocuments(new TextEncoder().encode(file), LIMITS);
  return read.ok ? read.value.documents.map(({ value }) => fieldsOf(value)) : undefined;
}

/** An object without the head and without the annotation that kubectl was told to add. */
function fieldsOf(object: Json): Json {
  if (!isJsonObject(object)) throw new Error('no object');
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...fields } = object;
  return fields;
}

describe.runIf(requireOrSkip('kubectl as oracle for YAML', [tool('kubectl')]))('kubectl', () => {
  const version = execFileSync(KUBECTL, ['version', '--client', '-o', 'json'], {
    encoding: 'utf8',
  });
  console.log(`kubectl ${/"gitVersion": "([^"]+)"/.exec(version)?.[1]}, samples of seed ${SEED}`);

  it('every scalar of the table as a value, what the table says', () => {
    const rows = [...SCALARS, ...NULLS.map((text) => [text, null] as const)];
    const file = fileOf(`v:\n${rows.map(([text]) => `- ${text}\n`).join('')}`);
    const expected = [{ v: rows.map(([, value]) => value) }];
    expect(readWithKubectl(file)).toEqual(expected);
    expect(readWithGitward(file)).toEqual(expected);
  });

  it('every scalar of the table as a key, what the table says', () => {
    const file = fileOf(`v:\n${SCALARS.map(([text]) => `- ${text}: 1\n`).join('')}`);
    const expected = [{ v: SCALARS.map(([, , key]) => ({ [key]: 1 })) }];
    expect(readWithKubectl(file)).toEqual(expected);
    expect(readWithGitward(file)).toEqual(expected);
  });

  it.each(FILES)('%s, read alike', (_what, row, documents) => {
    expect(readWithKubectl(fileOf(row))).toEqual(documents);
    expect(readWithGitward(fileOf(row))).toEqual(documents);
  });

  it.each(REFUSED)('%s, read by kubectl and refused by gitward', (_what, row) => {
    expect(readWithKubectl(fileOf(row))).toBeDefined();
    expect(readWithGitward(fileOf(row))).toBeUndefined();
  });

  it.each(BAD_FILES)('%s, refused by both', (_what, row) => {
    expect(readWithKubectl(fileOf(row))).toBeUndefined();
    expect(readWithGitward(fileOf(row))).toBeUndefined();
  });

  it(`${SAMPLES} generated scalars as values, read alike or refused`, () => {
    const accepted = sampleScalars(SEED, SAMPLES).filter(
      (text) => readWithGitward(fileOf(`v: ${text}\n`)) !== undefined,
    );
    expect(accepted.length).toBeGreaterThan(SAMPLES * 0.9);
    const file = fileOf(`v:\n${accepted.map((text) => `- ${text}\n`).join('')}`);
    expect(readWithGitward(file)).toEqual(readWithKubectl(file));
  });

  it(`${SAMPLES} generated scalars as keys, read alike or refused`, () => {
    const accepted = sampleScalars(SEED + 1, SAMPLES).filter(
      (text) => readWithGitward(fileOf(`v: {${text}: 1}\n`)) !== undefined,
    );
    expect(accepted.length).toBeGreaterThan(SAMPLES * 0.9);
    const file = fileOf(`v:\n${accepted.map((text) => `- ${text}: 1\n`).join('')}`);
    expect(readWithGitward(file)).toEqual(readWithKubectl(file));
  });
});
