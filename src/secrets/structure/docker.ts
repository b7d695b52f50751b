import { fromBase64, latin1 } from './base64.ts';
import type { Context } from './context.ts';
import { outlines } from './outline/outline.ts';
import { isPlaceholder } from './placeholder.ts';
import { textsAt, valuesAt } from './tree.ts';
import type { Leaf, Steps } from './tree.ts';
import type { PlacedNode } from '../../document/placed.ts';

/** A Docker configuration is flat and small. */
const LIMITS = { maxDepth: 8, maxNodes: 2_000 };
const MAX_CONFIG_LENGTH = 256 * 1024;

/** Where a text came from: the value that holds it, and how it was unwrapped. */
type Origin = Readonly<{ leaf: Leaf; how: readonly string[] }>;

/** Looks into a value that is a Docker configuration, `auth` unwrapped a second time. */
export function dockerConfig(text: string, { leaf, how }: Origin, context: Context): void {
  if (!text.includes('"auth') || text.length > MAX_CONFIG_LENGTH) return;
  const [first] = outlines(text, LIMITS);
  for (const root of first?.roots ?? []) {
    for (const { secret, wraps } of registrySecrets(root, context.steps)) {
      context.report.rescan(context.ground, leaf, { secret, how: [...how, ...wraps] });
    }
  }
}

/** The credentials of a Docker configuration. */
export function registrySecrets(
  root: PlacedNode,
  steps: Steps,
): readonly Readonly<{ secret: string; wraps: readonly string[]; node: PlacedNode }>[] {
  // `.dockercfg` has the registries at its top.
  return [...valuesAt(root, 'auths'), root].flatMap((registries) => {
    if (registries.kind !== 'map') return [];
    return registries.entries.flatMap(({ key, value }) => {
      const isPlain = registries === root && !key.includes('.');
      return isPlain || value.kind !== 'map' ? [] : credentialsOf(value, steps);
    });
  });
}

function credentialsOf(
  registry: PlacedNode,
  steps: Steps,
): readonly Readonly<{ secret: string; wraps: readonly string[]; node: PlacedNode }>[] {
  for (const { value } of registry.kind === 'map' ? registry.entries : []) {
    steps.take(2, value.kind === 'text' ? value.value : '');
  }
  const plain = ['password', 'identitytoken', 'registrytoken'].flatMap((key) =>
    valuesAt(registry, key).flatMap((node) =>
      node.kind === 'text' && !isPlaceholder(node.value)
        ? [{ secret: node.value, wraps: [], node }]
        : [],
    ),
  );
  const packed = valuesAt(registry, 'auth').flatMap((node) => {
    if (node.kind !== 'text' || isPlaceholder(node.value)) return [];
    const bytes = fromBase64(node.value);
    const pair = bytes === undefined ? node.value : latin1(bytes);
    const secret = pair.slice(pair.indexOf(':') + 1);
    return isPlaceholder(secret) || textsAt(registry, 'password').includes(secret)
      ? []
      : [{ secret, wraps: bytes === undefined ? [] : ['base64'], node }];
  });
  return [...plain, ...packed];
}
