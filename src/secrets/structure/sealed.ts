import type { PlacedNode } from '../../document/placed.ts';
import { isSealedValue } from './ciphertext.ts';
import type { Context, Manifest } from './context.ts';
import { secretKindOf } from './names.ts';
import { isHarmless } from './placeholder.ts';
import { secretValue, secretValues } from './secret.ts';
import type { Reading } from './secret.ts';
import { entriesOf, lineOffset, valuesAt, valuesOf, walk } from './tree.ts';
import type { Leaf } from './tree.ts';

/** Kinds that name a secret and hold none, but for the literals of their templates. */
export const REFERENCE_KINDS: ReadonlySet<string> = new Set([
  ...['SealedSecret', 'ExternalSecret', 'ClusterExternalSecret', 'SopsSecret', 'PushSecret'],
  ...['ClusterPushSecret', 'SecretStore', 'ClusterSecretStore', 'SecretProviderClass'],
  ...['VaultStaticSecret', 'VaultDynamicSecret', 'VaultPKISecret', 'VaultAuth'],
]);

/** Where a template of a Secret stands in these kinds. */
const TEMPLATES = [
  ['spec', 'template'],
  ['spec', 'target', 'template'],
  ['spec', 'externalSecretSpec', 'target', 'template'],
];

/** Tells what is plain in kinds that promise to hold no secret; answers the ciphertext they hold. */
export function sealedKinds({ root, kinds }: Manifest, context: Context): readonly Leaf[] {
  for (const template of TEMPLATES.flatMap((path) => valuesAt(root, ...path))) {
    for (const key of ['data', 'stringData', 'templateFrom']) {
      for (const values of valuesOf(template, key)) templateLiterals(values, context);
    }
  }
  if (kinds.includes('SopsSecret')) sopsTemplates(root, context);
  const sealed = kinds.includes('SealedSecret') ? sealedValues(root, context) : [];
  return [...sealed, ...references(root, context)];
}

/** Where these kinds have values and not names. */
const HOLDERS = new Set(['template', 'encryptedData', 'secretTemplates', 'annotations']);

/** The names of secrets, keys and stores that these kinds consist of: generic rules take them for values. */
function references(root: PlacedNode, context: Context): readonly Leaf[] {
  const names: Leaf[] = [];
  walk(
    root,
    {
      map: (_map, path) => !HOLDERS.has(path.at(-1) ?? ''),
      leaf: (leaf) => {
        if (isName(leaf.text.value)) names.push(leaf);
      },
    },
    context.steps,
  );
  return names;
}

/** Words, paths and addresses; nothing that looks random. */
function isName(value: string): boolean {
  return value.length <= 256 && isHarmless(value, 'token');
}

function sealedValues(root: PlacedNode, context: Context): readonly Leaf[] {
  const sealed: Leaf[] = [];
  for (const data of valuesAt(root, 'spec', 'encryptedData')) {
    const reading: Reading = {
      rule: 'sealed-secret-plaintext',
      path: ['spec', 'encryptedData'],
      isEncoded: true,
    };
    if (data.kind !== 'map') continue;
    for (const entry of entriesOf(data)) {
      const { key, value } = entry;
      if (value.kind !== 'text') continue;
      context.steps.take(reading.path.length, value.value);
      const leaf = { text: value, at: lineOffset(entry), path: [...reading.path, key] };
      if (isSealedValue(value.value)) sealed.push(leaf);
      else secretValue(leaf, reading, context);
    }
  }
  return sealed;
}

/** Literals whose keys are secrets' names; `type: git` and texts with braces are what templates are for. */
function templateLiterals(values: PlacedNode, context: Context): void {
  const leaf = (each: Leaf): void => {
    const kind = secretKindOf(each.path.at(-1) ?? '');
    const { value } = each.text;
    if (kind === undefined || value.includes('{{') || isHarmless(value, kind)) return;
    const reading: Reading = { rule: 'kubernetes-secret-value', path: [], isEncoded: false };
    secretValue({ ...each, path: ['template', ...each.path] }, reading, context);
  };
  walk(values, { leaf }, context.steps);
}

/** A SopsSecret holds Secrets, each value of which SOPS has encrypted. */
function sopsTemplates(root: PlacedNode, context: Context): void {
  const templates = valuesAt(root, 'spec', 'secretTemplates').flatMap((list) =>
    list.kind === 'list' ? list.items : [],
  );
  for (const key of ['data', 'stringData']) {
    const reading: Reading = {
      rule: 'kubernetes-secret-value',
      path: ['spec', 'secretTemplates', key],
      isEncoded: key === 'data',
    };
    for (const values of templates.flatMap((template) => valuesOf(template, key))) {
      secretValues(values, reading, context);
    }
  }
}
