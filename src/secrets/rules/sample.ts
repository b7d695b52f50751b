import { maxLength, minLength } from '../regex/lengths.ts';
import { parseRegex } from '../regex/parse.ts';
import type { Node } from '../regex/ast.ts';
import type { LeakRule } from '../rule.ts';
import { draw, pick, randomOf, textOf } from './draw.ts';
import type { Drawn, Random } from './draw.ts';
import { namedFrames, TOKEN_FRAMES } from './sample-text.ts';
import type { Frame } from './sample-text.ts';

/** A text to scan. `secret` is what a finding in it must hold; none in a near miss. */
export type Sample = Readonly<{ kind: string; text: string; secret: string }>;

/** What a rule must find, and what looks like it and is none. */
export type Samples = Readonly<{ positives: readonly Sample[]; negatives: readonly Sample[] }>;

/** A regex taken apart: what tells the value by its name, if it does, and the value. */
type Shape = Readonly<{ name?: Node; value: Node; isBound: boolean }>;

/** A value that is none any more, and why. */
type Miss = Readonly<{ kind: string; value: string }>;

const WORD = /^["'A-Za-z0-9_.-]+/;

/**
 * Samples of a rule from its own regex, the same for the same seed: at least `count` positives, each in
 * another kind of file, and near misses. Undefined for a rule without a regex.
 */
export function samplesOf(rule: LeakRule, seed: number, count: number): Samples | undefined {
  const shape = rule.regex === undefined ? undefined : shapeOf(rule.regex);
  if (shape === undefined) return undefined;
  const random = randomOf(seed ^ hashOf(rule.id));
  const frames = (): readonly Frame[] =>
    shape.name === undefined ? TOKEN_FRAMES : namedFrames(nameOf(shape.name, random));
  const start = Math.floor(random() * 64);
  const positives = Array.from({ length: count }, (_, index) => {
    const all = frames();
    const frame = all[(start + index) % all.length];
    const secret = textOf(draw(shape.value, random, 'any'));
    return { kind: frame?.kind ?? '', text: frame?.around(secret) ?? '', secret };
  });
  const negatives = missesOf(shape, random).map(({ kind, value }) => {
    const frame = pick(frames(), random);
    return { kind: `${kind}, ${frame.kind}`, text: frame.around(value), secret: '' };
  });
  return { positives, negatives: [...negatives, ...unnamed(shape, random)] };
}

/** The value is group 1; without one it is the whole. */
function shapeOf(regex: string): Shape | undefined {
  const parsed = parseRegex(regex);
  if (!parsed.ok) return undefined;
  const { root } = parsed.value;
  const parts = root.kind === 'cat' ? root.parts : [root];
  const at = parts.findIndex((part) => part.kind === 'group' && part.number === 1);
  const value = parts[at] ?? root;
  const isBound = startsAtWord(value);
  if (at <= 0) return { value, isBound };
  return { name: { kind: 'cat', parts: parts.slice(0, at) }, value, isBound };
}

function startsAtWord(node: Node): boolean {
  const [first] = node.kind === 'cat' ? node.parts : [node];
  if (first?.kind === 'group') return startsAtWord(first.body);
  return first?.kind === 'edge' && first.edge === 'word';
}

/** An identifier that the regex takes: what it begins with, operator left out, in one case. */
function nameOf(node: Node, random: Random): string {
  const drawn = textOf(draw(node, random, 'least')).toLowerCase();
  return (WORD.exec(drawn)?.[0] ?? drawn).replaceAll(/["']/g, '').replace(/[.-]+$/, '');
}

function missesOf(shape: Shape, random: Random): readonly Miss[] {
  const least = draw(shape.value, random, 'least');
  const any = draw(shape.value, random, 'any');
  const isFixed = minLength(shape.value) === maxLength(shape.value);
  const isShortest = least.length === minLength(shape.value);
  return [
    ...(isShortest ? [{ kind: 'one short', value: textOf(least.slice(0, -1)) }] : []),
    ...(isFixed ? [{ kind: 'within a longer word', value: `${textOf(any)}5c0Ffe` }] : []),
    ...(shape.isBound ? [{ kind: 'behind a longer word', value: `zz${textOf(any)}` }] : []),
    ...foreign(least),
    ...otherCase(any),
    ...placeholders(any),
  ];
}

/** A character that may not stand there, in the middle of what may vary. */
function foreign(drawn: readonly Drawn[]): readonly Miss[] {
  const free = drawn.flatMap(({ others }, index) => (others.length > 4 ? [index] : []));
  const at = free[Math.floor(free.length / 2)];
  if (at === undefined) return [];
  const wrong = ['!', '~', ' '].find((char) => !drawn[at]?.others.includes(char.charCodeAt(0)));
  if (wrong === undefined) return [];
  const text = textOf(drawn);
  return [{ kind: 'wrong alphabet', value: text.slice(0, at) + wrong + text.slice(at + 1) }];
}

/** The fixed letters in front, in the case that does not count. */
function otherCase(drawn: readonly Drawn[]): readonly Miss[] {
  const isFree = drawn.findIndex(({ others }) => others.length > 1);
  const prefix = textOf(drawn.slice(0, isFree < 0 ? drawn.length : isFree));
  const flipped = prefix === prefix.toLowerCase() ? prefix.toUpperCase() : prefix.toLowerCase();
  if (flipped === prefix) return [];
  return [{ kind: 'wrong case', value: flipped + textOf(drawn.slice(prefix.length)) }];
}

/** What stands in documentation instead. */
function placeholders(drawn: readonly Drawn[]): readonly Miss[] {
  const filled = (text: string): string =>
    String.fromCharCode(
      ...drawn.map(({ byte, others }, index) => {
        const wanted = text.charCodeAt(index % text.length);
        const upper = String.fromCharCode(wanted).toUpperCase().charCodeAt(0);
        if (others.length <= 4) return byte;
        return [wanted, upper, 48].find((one) => others.includes(one)) ?? byte;
      }),
    );
  const free = drawn.findIndex(({ others }) => others.length > 4);
  const prefix = textOf(drawn.slice(0, Math.max(0, free)));
  return [
    { kind: 'all x', value: filled('x') },
    { kind: 'reference', value: `${prefix}\${TOKEN}` },
    { kind: 'template', value: `${prefix}{{ .Values.token }}` },
    { kind: 'angle brackets', value: `${prefix}<your-token>` },
    { kind: 'dots', value: `${prefix}...` },
  ];
}

/** A value without its name, and one whose name says that it is a digest. */
function unnamed({ name, value }: Shape, random: Random): readonly Sample[] {
  if (name === undefined) return [];
  const text = textOf(draw(value, random, 'any'));
  const digest = `${nameOf(name, random)}_sha256`;
  return [
    { kind: 'another name', text: `subject: ${text}\n`, secret: '' },
    { kind: 'digest', text: `${digest}: "${text}"\n`, secret: '' },
  ];
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  }
  return hash >>> 0;
}
