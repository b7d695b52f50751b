import type { PlacedNode } from '../../document/placed.ts';
import { isSopsValue } from './ciphertext.ts';
import { secretKindOf } from './names.ts';
import { isHarmless } from './placeholder.ts';
import { isChoosy, plainLeaves, selector } from './sops.ts';
import type { SopsBlock } from './sops.ts';
import type { SopsDemand } from './sops-demand.ts';
import { textsAt, walk } from './tree.ts';
import type { Leaf, Steps } from './tree.ts';

/** A document that a demand is about, and the whole block in it if it has one. */
export type Demanded = Readonly<{ root: PlacedNode; block: SopsBlock | undefined }>;

/** Fields of a manifest that stay plain, or nothing could read what it is. */
const OPEN_FIELDS = /^(?:apiVersion|kind|metadata|type|immutable)$/;

/**
 * Is a leaf plain that a demand wants encrypted? A whole block does not settle it: which leaves are
 * encrypted is written in the block too, by whoever committed it. What its own selection finds plain is
 * told by itself and is not asked again.
 */
export function isUnmet({ rule }: SopsDemand, { root, block }: Demanded, steps: Steps): boolean {
  const isWhole = block?.isWhole === true;
  const leaves = plainLeaves(root, { selection: rule, isWhole }, steps);
  if (block === undefined || !isWhole) return leaves.length > 0;
  const told = new Set(plainLeaves(root, block, steps).map(({ text }) => text));
  const rest = leaves.filter(({ text }) => !told.has(text));
  const isManifest = textsAt(root, 'kind').length > 0 && textsAt(root, 'apiVersion').length > 0;
  const meant = isManifest ? rest.filter(({ path: [top = ''] }) => !OPEN_FIELDS.test(top)) : rest;
  return meant.length > 0 && (!hasCipher(root, steps) || meant.some(isMeantBy(rule)));
}

/** The same of a dotenv or ini file, by the values in it that are no ciphertext. */
export function isUnmetByLines(
  { rule }: SopsDemand,
  { plain, isSops }: Readonly<{ plain: readonly Leaf[]; isSops: boolean }>,
): boolean {
  const isSelected = selector(rule);
  const selected = plain.filter(({ path }) => isSelected(path));
  return isSops ? selected.some(isMeantBy(rule)) : selected.length > 0;
}

/**
 * Where a demand selects by name, what it selects is meant. Where it is for all leaves, a team may have
 * chosen fewer with the options of `sops`: then it is what a name says is a secret.
 */
function isMeantBy(rule: SopsDemand['rule']): (leaf: Leaf) => boolean {
  if (isChoosy(rule)) return () => true;
  return ({ path, text }) => {
    const kind = secretKindOf(path.at(-1) ?? '');
    return kind !== undefined && !isHarmless(text.value, kind);
  };
}

function hasCipher(root: PlacedNode, steps: Steps): boolean {
  let isAny = false;
  const leaf = ({ path, text }: Leaf): void => {
    isAny ||= path[0] !== 'sops' && isSopsValue(text.value);
  };
  walk(root, { leaf }, steps);
  return isAny;
}
