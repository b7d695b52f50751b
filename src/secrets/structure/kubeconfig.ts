import type { PlacedNode } from '../../document/placed.ts';
import type { Context, Manifest } from './context.ts';
import { secretValue } from './secret.ts';
import type { Reading } from './secret.ts';
import { entriesOf, lineOffset, valuesAt, valuesOf } from './tree.ts';

const USER_FIELDS = new Set(['token', 'password', 'client-key-data']);
const PROVIDER_FIELDS = new Set([
  ...['id-token', 'refresh-token', 'access-token', 'client-secret'],
]);

/** Tells the credentials of a kubeconfig: keys, tokens, passwords, what a provider keeps. */
export function kubeconfig({ root }: Manifest, context: Context): void {
  for (const users of valuesOf(root, 'users')) {
    if (users.kind !== 'list') continue;
    for (const user of users.items.flatMap((item) => valuesOf(item, 'user'))) {
      fields(user, USER_FIELDS, context);
      for (const config of valuesAt(user, 'auth-provider', 'config')) {
        fields(config, PROVIDER_FIELDS, context);
      }
    }
  }
}

function fields(node: PlacedNode, names: ReadonlySet<string>, context: Context): void {
  if (node.kind !== 'map') return;
  for (const entry of entriesOf(node)) {
    const { key, value } = entry;
    if (!names.has(key) || value.kind !== 'text') continue;
    context.steps.take(3, value.value);
    const reading: Reading = {
      rule: 'kubeconfig-credential',
      path: ['users', 'user'],
      isEncoded: key.endsWith('-data'),
    };
    const leaf = { text: value, at: lineOffset(entry), path: ['users', 'user', key] };
    secretValue(leaf, reading, context);
  }
}

/** Is this a kubeconfig? Other things are called `Config` as well. */
export function isKubeconfig({ root, kinds }: Manifest): boolean {
  return kinds.includes('Config') && valuesOf(root, 'users').some(({ kind }) => kind === 'list');
}
