import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BAD_INPUTS, CANARY } from '../../test/golden/render/bad-inputs.ts';
import type { Content } from '../../test/golden/render/bad-inputs.ts';
import { parseOid } from '../domain/oid.ts';
import { applyOrder, DEFAULT_RENDER_LIMITS, kindKey, parseManifests } from './index.ts';
import { placeManifests, planDigest, requiredKinds } from './index.ts';
import type { ManifestFile } from './index.ts';

const GOLDEN = join(dirname(fileURLToPath(import.meta.url)), '../../test/golden/render');
const TARGET = { name: 'prod', namespace: 'payments' };

function fileOf(path: string, content: Content): ManifestFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const oid = parseOid(createHash('sha1').update(path).digest('hex'));
  if (oid === undefined) throw new Error('no oid');
  return { path, oid, bytes };
}

/** The files of one golden directory, in any order. */
function filesOf(directory: string): readonly ManifestFile[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => fileOf(relative(directory, path), new Uint8Array(readFileSync(path))));
}

const textOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What is recorded; `UPDATE_GOLDEN=1` records the value first. */
function recorded(name: string, value: unknown): string {
  const path = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, textOf(value));
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function render(files: readonly ManifestFile[]): unknown {
  const parsed = parseManifests(files, DEFAULT_RENDER_LIMITS);
  if (!parsed.ok) return { stop: parsed.stop };
  const kinds = requiredKinds(parsed.value.manifests);
  const served = new Map(kinds.map((kind) => [kindKey(kind), { namespaced: true }]));
  const placed = placeManifests(parsed.value.manifests, TARGET, served);
  if (!placed.ok) return { stop: placed.stop };
  return {
    digest: planDigest(placed.value),
    warnings: parsed.value.warnings,
    manifests: applyOrder(placed.value).map(({ ref, object, origin }) => ({
      ref,
      from: `${origin.path}#${origin.document}`,
      object,
    })),
  };
}

describe('rendered states', () => {
  const cases = readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(cases)('%s, as recorded', (name) => {
    const state = render(filesOf(join(GOLDEN, name)));
    expect(textOf(state)).toBe(recorded(`${name}.json`, state));
  });

  it.each(cases)('%s in another order of files, the same', (name) => {
    const files = filesOf(join(GOLDEN, name));
    expect(render(files.toReversed())).toEqual(render(files));
  });
});

describe('bad inputs', () => {
  const stops = BAD_INPUTS.map(({ name, files, reason }) => {
    const blobs = Object.entries(files).map(([path, content]) => fileOf(path, content));
    const parsed = parseManifests(blobs, DEFAULT_RENDER_LIMITS);
    return { name, reason, stop: parsed.ok ? undefined : parsed.stop };
  });

  it.each(stops)('$name, $reason', ({ reason, stop }) => {
    expect(stop?.reason).toBe(reason);
  });

  it('every message, as recorded and without a value', () => {
    const messages = Object.fromEntries(stops.map(({ name, stop }) => [name, stop?.message]));
    expect(JSON.stringify(messages)).not.toContain(CANARY);
    expect(textOf(messages)).toBe(recorded('bad-inputs.json', messages));
  });
});
