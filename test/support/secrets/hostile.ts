import { childrenOf } from '../../../src/secrets/regex/ast.ts';
import type { Node } from '../../../src/secrets/regex/ast.ts';
import { bytesOf } from '../../../src/secrets/regex/charset.ts';
import { parseRegex } from '../../../src/secrets/regex/parse.ts';
import type { LeakRule } from '../../../src/secrets/rule.ts';

function treeOf(source: string): Node {
  const parsed = parseRegex(source);
  if (!parsed.ok) throw new Error(parsed.stop.text);
  return parsed.value.root;
}

/** A text that the tree matches, with every repeat at its least or near its most. */
function sampleOf(node: Node, most: number): string {
  switch (node.kind) {
    case 'set':
      return String.fromCharCode(bytesOf(node.set, 256)?.at(-1) ?? 0);
    case 'edge':
      return '';
    case 'alt': {
      const samples = node.branches.map((branch) => sampleOf(branch, most));
      return samples.reduce((best, sample) => (sample.length > best.length ? sample : best), '');
    }
    case 'cat':
    case 'group':
      return childrenOf(node).map((child) => sampleOf(child, most)).join(''); // prettier-ignore
    case 'repeat':
      return sampleOf(node.body, most).repeat(Math.max(node.min, Math.min(node.max, most)));
  }
}

/** One byte of each set that the tree repeats. */
function runnersOf(node: Node): readonly string[] {
  const below = childrenOf(node).flatMap(runnersOf);
  const isRun = node.kind === 'repeat' && node.body.kind === 'set' && node.max > 10;
  return isRun ? [...below, sampleOf(node.body, 1)] : below;
}

/** Texts of about `size` bytes that make the most of a rule: matches that break off, begin again, or never end. */
export function hostileTexts({ regex = '', keywords }: LeakRule, size: number): readonly string[] {
  const root = treeOf(regex);
  const [short, long] = [sampleOf(root, 0), sampleOf(root, 60)];
  const seeds = [long.slice(0, -1), `${short.slice(0, -1)}\n`, ...keywords.slice(0, 1)];
  const floods = seeds.filter((seed) => seed !== '').map((seed) => seed.repeat(size / seed.length));
  const runs = runnersOf(root).slice(0, 1);
  return [...floods, ...runs.map((byte) => long.slice(0, -1) + byte.repeat(size))];
}
