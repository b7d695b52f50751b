import type { PlacedNode } from '../../document/placed.ts';
import type { Context, Manifest } from './context.ts';
import { secretKindOf } from './names.ts';
import { isHarmless, isPlaceholder } from './placeholder.ts';
import { isPublic } from './public.ts';
import { valuesOf } from './tree.ts';

const QUOTED = /^(["'])([^]*)\1$/;

/**
 * Tells the literals of generators: all of a secretGenerator, and those of a configMapGenerator whose
 * name is a secret's. Files and envs are blobs of their own and are scanned as such.
 */
export function generators({ root, kinds }: Manifest, context: Context): void {
  for (const generator of itemsOf(root, 'secretGenerator')) literals(generator, true, context);
  for (const generator of itemsOf(root, 'configMapGenerator')) literals(generator, false, context);
  if (kinds.includes('SecretGenerator')) literals(root, true, context);
}

function itemsOf(root: PlacedNode, key: string): readonly PlacedNode[] {
  return valuesOf(root, key).flatMap((list) => (list.kind === 'list' ? list.items : []));
}

function literals(generator: PlacedNode, isSecret: boolean, context: Context): void {
  for (const text of itemsOf(generator, 'literals')) {
    if (text.kind !== 'text') continue;
    context.steps.take(2, text.value);
    const equals = text.value.indexOf('=');
    if (equals === -1) continue;
    const name = text.value.slice(0, equals);
    const written = text.value.slice(equals + 1);
    const value = QUOTED.exec(written)?.[2] ?? written;
    if (isPlaceholder(value) || isPublic(value)) continue;
    const kind = secretKindOf(name);
    if (!isSecret && (kind === undefined || isHarmless(value, kind))) continue;
    const rule = isSecret ? 'kustomize-secret-literal' : 'configmap-secret-value';
    const path = [isSecret ? 'secretGenerator' : 'configMapGenerator', 'literals', name];
    context.report.leak(rule, context.ground, { text, at: text.start, path }, { secret: value });
  }
}
