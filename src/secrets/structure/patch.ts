import type { PlacedEntry, PlacedMap, PlacedNode } from '../../document/placed.ts';
import { fromBase64 } from './base64.ts';
import type { Context } from './context.ts';
import { goRegex } from './go-regex.ts';
import { secretKindOf } from './names.ts';
import { isHarmless } from './placeholder.ts';
import { isPublic } from './public.ts';
import { secretValue, secretValues } from './secret.ts';
import type { Reading } from './secret.ts';
import { lineOffset, textsAt, valuesOf } from './tree.ts';
import type { Leaf } from './tree.ts';

/** Shortest readable text whose base64 nothing else looks like. */
const MIN_ENCODED_BYTES = 6;

/** Tells one operation of a JSON patch that writes into a Secret, or into a field that a name gives away. */
export function patchOperation(root: PlacedMap, context: Context): void {
  for (const pointer of textsAt(root, 'path')) {
    const path = pointer
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    for (const entry of root.entries) {
      if (entry.key === 'value') written(entry, path, context);
    }
  }
}

function written(entry: PlacedEntry, path: readonly string[], context: Context): void {
  const { value } = entry;
  const reading = readingOf(path[0] ?? '');
  const isInSecret = writesSecret(path, value, context);
  if (value.kind !== 'text') {
    if (isInSecret) secretValues(value, { ...reading, path }, context);
    return;
  }
  const leaf = { text: value, at: lineOffset(entry), path };
  if (isInSecret) secretValue(leaf, reading, context);
  else named(leaf, context);
}

function writesSecret([top, key]: readonly string[], value: PlacedNode, context: Context): boolean {
  if (top === 'stringData') return true;
  if (top !== 'data') return false;
  const isNamed = key !== undefined && secretKindOf(key) !== undefined;
  return context.isOfSecret || isEncoded(value) || (isNamed && value.kind === 'text');
}

function readingOf(top: string): Reading {
  return { rule: 'kubernetes-secret-value', path: [top], isEncoded: top === 'data' };
}

function named(leaf: Leaf, { report, ground }: Context): void {
  const { value } = leaf.text;
  const kind = secretKindOf(leaf.path.at(-1) ?? '');
  if (kind === undefined || isHarmless(value, kind) || isPublic(value)) return;
  report.leak('manifest-secret-value', ground, leaf, { secret: value.trim() });
}

/** Is this an operation of a JSON patch? */
export function isOperation(root: PlacedMap): boolean {
  const isWriting = textsAt(root, 'op').some((op) => /^(?:add|replace|test)$/i.test(op));
  return isWriting && textsAt(root, 'path').some((path) => path.startsWith('/'));
}

/**
 * Tells what a map writes into a Secret without saying that it is one: a patch whose target says it, or a
 * template that leaves its kind open. `stringData` is a field of Secrets alone.
 */
export function untoldSecret(root: PlacedMap, isOpen: boolean, context: Context): void {
  for (const { key, value } of root.entries) {
    const isData = key === 'data' && (context.isOfSecret || (isOpen && isEncoded(value)));
    if (key === 'stringData' || isData) secretValues(value, readingOf(key), context);
  }
}

/** Values of base64 around readable text, each of them: a ConfigMap has other things. */
function isEncoded(node: PlacedNode): boolean {
  if (node.kind === 'list') return false;
  if (node.kind === 'map') {
    return node.entries.length > 0 && node.entries.every(({ value }) => isEncoded(value));
  }
  const bytes = fromBase64(node.value);
  if (bytes === undefined || bytes.length < MIN_ENCODED_BYTES) return false;
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 10 || byte === 13);
}

/** Opens the patches of a kustomization, knowing what they are for. */
export function patches(root: PlacedMap, context: Context): void {
  const specs = valuesOf(root, 'spec');
  for (const node of [root, ...specs].flatMap(patchesIn)) {
    const isOfSecret = targetKinds(node).some(isSecretAlone);
    for (const entry of node.kind === 'map' ? node.entries : []) {
      const { key, value } = entry;
      if (key !== 'patch' || value.kind !== 'text' || context.nesting <= 0) continue;
      context.steps.take(2, value.value);
      const leaf = { text: value, at: lineOffset(entry), path: ['patches', 'patch'] };
      context.open(leaf, { ...context, isOfSecret, nesting: context.nesting - 1 });
    }
  }
}

function patchesIn(root: PlacedNode): readonly PlacedNode[] {
  const lists = [...valuesOf(root, 'patches'), ...valuesOf(root, 'patchesJson6902')];
  return lists.flatMap((list) => (list.kind === 'list' ? list.items : []));
}

function targetKinds(node: PlacedNode): readonly string[] {
  return valuesOf(node, 'target').flatMap((target) => textsAt(target, 'kind'));
}

/** Kustomize takes the kind of a target for a regex over the whole name. */
function isSecretAlone(kind: string): boolean {
  const test = goRegex(`^(?:${kind})$`);
  return test !== undefined && test('Secret') && !test('ConfigMap');
}
