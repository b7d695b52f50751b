import type { PlacedMap, PlacedNode } from '../../document/placed.ts';
import { isCipherBlock, isSopsValue, isWrappedKey } from './ciphertext.ts';
import { goRegex } from './go-regex.ts';
import { selectionFrom } from './sops-config.ts';
import type { SopsRule } from './sops-config.ts';
import { textsAt, valuesOf, walk } from './tree.ts';
import type { Leaf, Steps } from './tree.ts';

/** Which leaves are encrypted; what an entry of `.sops.yaml` and a file's own block have in common. */
export type Selection = Omit<SopsRule, 'pathRegex'>;

/** The `sops` block of one document. */
export type SopsBlock = Readonly<{
  node: PlacedMap;
  /** It has a sealed `mac` and somebody who can decrypt. */
  isWhole: boolean;
  selection: Selection;
}>;

const RECIPIENTS = ['age', 'pgp', 'kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms'];

/** The block of a document, at its top where SOPS writes it; one that stands elsewhere is none. */
export function sopsBlockOf(root: PlacedNode): SopsBlock | undefined {
  for (const node of valuesOf(root, 'sops')) {
    if (node.kind !== 'map') continue;
    const isTouched = textsAt(node, 'mac').length + textsAt(node, 'lastmodified').length > 0;
    if (isTouched || hasRecipient(node)) {
      return { node, isWhole: isComplete(node), selection: selectionIn(node) };
    }
  }
  return undefined;
}

function isComplete(node: PlacedMap): boolean {
  return textsAt(node, 'mac').some(isSopsMac) && hasRecipient(node);
}

/** Blanks after the commas are no reason to call a file plain: whoever decrypts without it still can. */
function isSopsMac(mac: string): boolean {
  return isSopsValue(mac.replaceAll(/,[ \n]{1,8}/g, ','));
}

function hasRecipient(node: PlacedMap): boolean {
  const groups = valuesOf(node, 'key_groups').flatMap((list) =>
    list.kind === 'list' ? list.items : [],
  );
  return [node, ...groups].some((group) =>
    RECIPIENTS.some((name) =>
      valuesOf(group, name).some((list) => list.kind === 'list' && list.items.some(hasKey)),
    ),
  );
}

/** The data key, wrapped for one recipient. */
function hasKey(recipient: PlacedNode): boolean {
  return textsAt(recipient, 'enc').some((enc) => isCipherBlock(enc) || isWrappedKey(enc));
}

function selectionIn(node: PlacedMap): Selection {
  return selectionFrom((key) => textsAt(node, key).find((text) => text !== '' && text !== 'null'));
}

/** Does it name leaves, rather than take all of them? */
export function isChoosy(selection: Selection): boolean {
  return Object.keys(selection).some((key) => key !== 'pathRegex');
}

/** What SOPS leaves plain where nothing else is said. */
const DEFAULT_UNENCRYPTED_SUFFIX = '_unencrypted';

/** Tells for a path of keys whether SOPS encrypts what is there, as SOPS decides it. */
export function selector(selection: Selection): (path: readonly string[]) => boolean {
  const { encryptedSuffix, unencryptedSuffix } = selection;
  const encrypted = matcherOf(selection.encryptedRegex);
  const unencrypted = matcherOf(selection.unencryptedRegex);
  const plainSuffix = isChoosy(selection) ? unencryptedSuffix : DEFAULT_UNENCRYPTED_SUFFIX;
  // Comments are not read: which leaf they are for is left to the other rules.
  const isByComment =
    selection.encryptedCommentRegex !== undefined ||
    selection.unencryptedCommentRegex !== undefined;
  return (path) => {
    if (isByComment) return false;
    const keys = path.filter((key) => !/^\d+$/.test(key));
    let isEncrypted = true;
    if (plainSuffix !== undefined) isEncrypted = !keys.some((key) => key.endsWith(plainSuffix));
    if (encryptedSuffix !== undefined) {
      isEncrypted = keys.some((key) => key.endsWith(encryptedSuffix));
    }
    if (unencrypted !== undefined && keys.some(unencrypted)) isEncrypted = false;
    return encrypted === undefined ? isEncrypted : keys.some(encrypted);
  };
}

function matcherOf(source: string | undefined): ((text: string) => boolean) | undefined {
  // What cannot be read as a regex selects everything: nothing stays plain by a mistake.
  return source === undefined ? undefined : (goRegex(source) ?? (() => true));
}

/**
 * The leaves below a document's root that should be ciphertext by a selection, and are not. Where the
 * document has no whole block nothing in it is.
 */
export function plainLeaves(
  root: PlacedNode,
  { selection, isWhole }: Pick<SopsBlock, 'selection' | 'isWhole'>,
  steps: Steps,
): readonly Leaf[] {
  const isSelected = selector(selection);
  const plain: Leaf[] = [];
  const leaf = (each: Leaf): void => {
    const { text, path } = each;
    // SOPS leaves what is empty or null as it is.
    const isNothing =
      text.value === '' || (text.style === 'plain' && /^(?:~|null)$/.test(text.value));
    if (isNothing || (isWhole && isSopsValue(text.value)) || !isSelected(path)) return;
    plain.push(each);
  };
  const map = (_map: PlacedMap, path: readonly string[]): boolean =>
    !(path.length === 1 && path[0] === 'sops');
  walk(root, { map, leaf }, steps);
  return plain;
}

/** The values of a document, and of its block, that are ciphertext by their shape. */
export function cipherLeaves(root: PlacedNode, steps: Steps): readonly Leaf[] {
  const found: Leaf[] = [];
  const leaf = (each: Leaf): void => {
    const { value } = each.text;
    const isOfBlock = each.path[0] === 'sops' && each.path.at(-1) === 'enc';
    const isCipher =
      isSopsValue(value) || (isOfBlock && (isCipherBlock(value) || isWrappedKey(value)));
    if (isCipher || isRecipient(each)) found.push(each);
  };
  walk(root, { leaf }, steps);
  return found;
}

/** Public names of who can decrypt; generic rules take them for keys. */
function isRecipient({ path, text: { value } }: Leaf): boolean {
  if (path[0] !== 'sops') return false;
  switch (path.at(-1)) {
    case 'recipient':
      return /^age1[02-9ac-hj-np-z]{58}$/.test(value) || value.startsWith('ssh-');
    case 'fp':
      return /^[0-9A-Fa-f]{16,64}$/.test(value);
    default:
      return false;
  }
}
