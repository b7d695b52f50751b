import type { PlacedNode } from '../../document/placed.ts';
import type { Context } from './context.ts';
import { secretKindOf } from './names.ts';
import { isHarmless, isPlaceholder } from './placeholder.ts';
import { isPublic } from './public.ts';
import { textsAt, valuesAt, valuesOf, walk } from './tree.ts';
import type { Leaf, Visitor } from './tree.ts';

/** Is this the state of Terraform or OpenTofu? */
export function isTerraformState(root: PlacedNode): boolean {
  const isVersioned = textsAt(root, 'terraform_version').length > 0;
  return isVersioned && [...valuesOf(root, 'resources'), ...valuesOf(root, 'modules')].length > 0;
}

/** Resources that are nothing but a secret: every attribute of these names. */
const RANDOM = /^(?:random_password|random_string)$/;

/** Tells what a state marks as sensitive, and what its names say is a secret. */
export function terraformState(root: PlacedNode, context: Context): void {
  const tell = (leaf: Leaf): void => {
    const { value } = leaf.text;
    if (
      value.length < 4 ||
      isPlaceholder(value) ||
      isPublic(value) ||
      /^(?:true|false)$/.test(value)
    )
      return;
    context.report.leak('terraform-state-secret', context.ground, leaf, { secret: value });
  };
  const named = (leaf: Leaf): void => {
    const kind = secretKindOf(leaf.path.at(-1) ?? '');
    if (kind !== undefined && !isHarmless(leaf.text.value, kind)) tell(leaf);
  };
  walk(root, { leaf: named }, context.steps);
  for (const outputs of valuesOf(root, 'outputs')) {
    if (outputs.kind !== 'map') continue;
    for (const { key, value } of outputs.entries) {
      if (textsAt(value, 'sensitive').includes('true')) {
        everything(valuesOf(value, 'value'), ['outputs', key], tell, context);
      }
    }
  }
  for (const resource of itemsOf(valuesOf(root, 'resources'))) sensitive(resource, tell, context);
}

function sensitive(resource: PlacedNode, tell: (leaf: Leaf) => void, context: Context): void {
  const isRandom = textsAt(resource, 'type').some((type) => RANDOM.test(type));
  for (const instance of itemsOf(valuesOf(resource, 'instances'))) {
    const names = new Set(isRandom ? ['result'] : []);
    const leaf = ({ text, path }: Leaf): void => {
      if (path.at(-1) === 'value') names.add(text.value);
    };
    for (const list of valuesOf(instance, 'sensitive_attributes')) {
      walk(list, { leaf }, context.steps);
    }
    for (const name of names) {
      everything(valuesAt(instance, 'attributes', name), ['attributes', name], tell, context);
    }
  }
}

function everything(
  nodes: readonly PlacedNode[],
  path: readonly string[],
  tell: (leaf: Leaf) => void,
  { steps }: Context,
): void {
  const visitor: Visitor = {
    leaf: (leaf) => {
      tell({ ...leaf, path: [...path, ...leaf.path] });
    },
  };
  for (const node of nodes) walk(node, visitor, steps);
}

function itemsOf(nodes: readonly PlacedNode[]): readonly PlacedNode[] {
  return nodes.flatMap((list) => (list.kind === 'list' ? list.items : []));
}
