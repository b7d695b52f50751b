import type { Node } from '../regex/ast.ts';
import { bytesOf } from '../regex/charset.ts';

/** Numbers from 0 up to, not including, 1; the same for the same seed. */
export type Random = () => number;

/** One character of a drawn text: the byte, and which others could stand there. */
export type Drawn = Readonly<{ byte: number; others: readonly number[] }>;

/** How often a repetition is taken. */
export type Repeats = 'least' | 'any';

/** Beyond the least number; longer samples show nothing new. */
const MOST_EXTRA = 24;

/** Of a set of more bytes only letters and digits are taken. */
const WIDE = 90;

/** A small generator (mulberry32); for samples, not for secrets. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of them; the list is not empty. */
export function pick<T>(from: readonly T[], random: Random): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

/** A text that the regex matches, edges aside. Of a wide set, letters and digits only. */
export function draw(node: Node, random: Random, repeats: Repeats): readonly Drawn[] {
  switch (node.kind) {
    case 'edge':
      return [];
    case 'set': {
      const all = bytesOf(node.set, 256) ?? [];
      const plain = all.length > WIDE ? all.filter(isPlain) : [];
      return [{ byte: pick(plain.length > 0 ? plain : all, random), others: all }];
    }
    case 'cat':
      return node.parts.flatMap((part) => draw(part, random, repeats));
    case 'alt':
      return draw(pick(node.branches, random), random, repeats);
    case 'group':
      return draw(node.body, random, repeats);
    case 'repeat': {
      const most = Math.min(node.max, node.min + MOST_EXTRA);
      const extra = repeats === 'least' ? 0 : Math.floor(random() * (most - node.min + 1));
      return Array.from({ length: node.min + extra }, () =>
        draw(node.body, random, repeats),
      ).flat();
    }
  }
}

/** As text, one character a byte. */
export function textOf(drawn: readonly Drawn[]): string {
  return String.fromCharCode(...drawn.map(({ byte }) => byte));
}

function isPlain(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}
