import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, it } from 'vitest';
import type { Edge, Node } from './ast.ts';
import { has } from './charset.ts';
import { compileRegex } from './compile.ts';
import type { CompiledRegex } from './compile.ts';
import { stepsOf } from './cost.ts';
import { hurdleOf } from './hurdle.ts';
import { linearRegex } from './linear.ts';
import { matcher } from './matcher.ts';
import { parseRegex } from './parse.ts';

const ATOMS = [
  ...['a', 'b', 'c', 'A', 'k', '_', '-', '.', '{', '}', '{2', '\\.', '\\x61', '\\x7f', '\\012'],
  ...[
    '\\d',
    '\\w',
    '\\s',
    '\\S',
    '\\W',
    '\\D',
    '[a-c]',
    '[^a]',
    '[^\\n]',
    '[\\w-]',
    '[b-]',
    '[]a]',
  ],
  ...['[^]a]', '[\\s\\S]', '[^\\x00-\\x7f]', '[[:alpha:]]', '[[:^upper:]]', '\\Qa.b\\E', '\\n'],
  ...['\\b', '\\B', '^', '$', '\\A', '\\z', '(?i)', '(?s)', '(?m)', '(?U)', '(?-i)', 'key', 'tok_'],
];
const QUANTIFIERS = [
  ...['*', '+', '?', '*?', '+?', '??', '{2}', '{0,2}', '{1,3}', '{2,}', '{0,2}?', '{1,3}?', '{0}'],
];
const BYTES = 'abcABkK_-.t 0\n\r\v\x80\xe9\xff{2'.split('');

function regexes(atoms: readonly string[]): fc.Arbitrary<string> {
  const { regex } = fc.letrec<{ regex: string }>((tie) => {
    const inner = tie('regex');
    const several = fc.array(inner, { minLength: 2, maxLength: 4 });
    return {
      regex: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(...atoms),
        fc.tuple(inner, fc.constantFrom(...QUANTIFIERS)).map(([body, count]) => body + count),
        several.map((parts) => parts.join('')),
        several.map((parts) => parts.join('|')),
        fc
          .tuple(fc.constantFrom('(', '(?:', '(?i:', '(?m-s:'), inner)
          .map(([open, body]) => `${open}${body})`),
      ),
    };
  });
  return regex;
}

const texts = fc
  .array(fc.oneof(fc.constantFrom(...BYTES), fc.constantFrom('key', 'tok_', 'KEY', 'aaa')), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''));

const manyTexts = fc.array(texts, { minLength: 3 });
/** Beyond it counting takes too long. */
const MAX_COUNTED_STEPS = 20_000;

type Found = readonly [start: number, end: number, ...groups: (string | undefined)[]];

/** RE2JS on the source as it stands: nothing of ours in between. */
function oracle(source: string): Find | undefined {
  try {
    const compiled = RE2JS.compile(source);
    return (text) => {
      const found = compiled.matcher(text);
      if (!found.find()) return undefined;
      const numbers = Array.from({ length: found.groupCount() }, (_, at) => at + 1);
      const groups = numbers.map((number) => found.group(number) ?? undefined);
      return [found.start(), found.end(), ...groups];
    };
  } catch {
    return undefined;
  }
}

type Find = (text: string) => Found | undefined;

function byV8({ js }: Pick<CompiledRegex, 'js'>): Find {
  const regex = new RegExp(js);
  return (text) => {
    const found = regex.exec(text);
    return found === null
      ? undefined
      : [found.index, found.index + found[0].length, ...found.slice(1)];
  };
}

function byLinear(source: string): Find {
  const linear = linearRegex(source);
  return (text) => {
    const found = linear.ok ? linear.value.exec(text, 0) : undefined;
    return found && [found.start, found.end, ...found.groups];
  };
}

/** A repeat of a repeat is nothing that anybody means, even where flags between them let RE2 take it. */
const isRefusedOnPurpose = (text: string): boolean => text.startsWith('a repeat of a repeat');

describe('any regex', () => {
  it('same matches and groups as RE2 has, in both engines', () => {
    const property = fc.property(regexes(ATOMS), manyTexts, (source, all) => {
      const find = oracle(source);
      const compiled = compileRegex(source);
      if (!compiled.ok) return find === undefined || isRefusedOnPurpose(compiled.stop.text);
      const [native, linear, asks] = [byV8(compiled.value), byLinear(source), matcher(source)];
      return all.every((text) => {
        const wanted = find?.(text);
        const isNative = compiled.value.engine === 'native';
        return (
          isDeepStrictEqual(linear(text), wanted) &&
          (!isNative || isDeepStrictEqual(native(text), wanted)) &&
          (asks.ok && asks.value.test(text)) === (wanted !== undefined)
        );
      });
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('lengths and anchor, true of every match', () => {
    const wordy = ['key', 'tok_', 'sec', '[st]ec', '(?i)', 'a', '\\w', '[0-9]', '\\b', '.', 'ab'];
    const property = fc.property(regexes(wordy), manyTexts, (source, all) => {
      const compiled = compileRegex(source);
      if (!compiled.ok) return true;
      const { minLength, maxLength, body } = compiled.value;
      const [whole, inner] = [byLinear(source), byV8({ js: body })];
      return all.every((text) => {
        const length = lengthOf(whole(text));
        const isBounded = length === undefined || (length >= minLength && length <= maxLength);
        return isBounded && isAnchored(compiled.value, inner(text), text);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('the hurdle, open wherever a match begins', () => {
    const rows = fc.array(regexes(ATOMS), { minLength: 1, maxLength: 3 });
    const property = fc.property(rows, manyTexts, (row, all) => {
      const source = row.join('(?:[^k]|k[^e])*');
      const parsed = parseRegex(source);
      const linear = linearRegex(source);
      if (!parsed.ok || !linear.ok) return true;
      const hurdle = hurdleOf(parsed.value.root);
      return all.every((text) => {
        const found = linear.value.exec(text, 0);
        return found === undefined || hurdle(text, found.start);
      });
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('the body and a walk to the left, the leftmost match of the whole', () => {
    const leads = fc.constantFrom('[\\w.-]{0,3}?', '\\w??', '(?:[ac]{0,2}?)', '[ab]??[ab]{0,2}?');
    const bodies = regexes(['key', 'tok_', 'a', 'b', '\\b', '[a-c]', '\\W']);
    const property = fc.property(leads, bodies, manyTexts, (front, behind, all) => {
      const source = `${front}(?:${behind})`;
      const compiled = compileRegex(source);
      if (!compiled.ok || compiled.value.engine !== 'native') return true;
      const [walk, linear] = [walked(compiled.value), byLinear(source)];
      return all.every((text) => isDeepStrictEqual(walk(text), linear(text)));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('the bound of steps, never exceeded by a backtracking matcher', () => {
    const short = [
      'a',
      'b',
      '[ab]',
      '[ac]',
      '[^a]',
      'ab',
      'aba',
      '\\b',
      '.',
      'b*',
      '(?:ab?)*',
      '$',
      '(?:b|)',
    ];
    const runs = fc.stringMatching(/^[abc]{0,4}a{0,8}b{0,8}c?$/);
    const property = fc.property(regexes(short), fc.array(runs), (source, all) => {
      const parsed = parseRegex(source);
      if (!parsed.ok) return true;
      const { root } = parsed.value;
      return all.every((text) => {
        const bound = stepsOf(root, text.length);
        return bound > MAX_COUNTED_STEPS || stepsTaken(root, text) <= bound;
      });
    });
    fc.assert(property, { numRuns: 1500 });
  });
});

function lengthOf(found: Found | undefined): number | undefined {
  return found && found[1] - found[0];
}

/** Does the match of the body hold a literal where the anchor says? */
function isAnchored({ anchor }: CompiledRegex, found: Found | undefined, text: string): boolean {
  if (found === undefined || anchor === undefined) return true;
  const folded = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const [first, last] = [found[0] + anchor.lo, found[0] + anchor.hi];
  const offsets = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return offsets.some((at) => anchor.literals.some((literal) => folded.startsWith(literal, at)));
}

/** What the engine does with a lead: the first hit of the body, and from there to the left. */
function walked({ body, lead }: CompiledRegex): Find {
  const find = byV8({ js: body });
  return (text) => {
    const found = find(text);
    if (found === undefined || lead === undefined) return found;
    const [start, ...rest] = found;
    let at = start;
    while (at > 0 && start - at < lead.max && lead.set[text.charCodeAt(at - 1)] === 1) at -= 1;
    return [at, ...rest];
  };
}

function stands(edge: Edge, text: string, at: number): boolean {
  const isWord = (index: number): boolean => /\w/.test(text.charAt(index));
  switch (edge) {
    case 'textStart':
      return at === 0;
    case 'textEnd':
      return at === text.length;
    case 'lineStart':
      return at === 0 || text[at - 1] === '\n';
    case 'lineEnd':
      return at === text.length || text[at] === '\n';
    case 'word':
      return isWord(at - 1) !== isWord(at);
    case 'notWord':
      return isWord(at - 1) === isWord(at);
  }
}

/** Bytes that a plain backtracking matcher looks at from the start of a text. */
function stepsTaken(root: Node, text: string): number {
  let steps = 0;
  type Go = (at: number) => boolean;
  const turn = (
    node: Extract<Node, { kind: 'repeat' }>,
    turns: number,
    at: number,
    go: Go,
  ): boolean => {
    const more = (): boolean =>
      turns < node.max &&
      match(
        node.body,
        at,
        (next) => (next > at || turns < node.min) && turn(node, turns + 1, next, go),
      );
    const enough = (): boolean => turns >= node.min && go(at);
    return node.greedy ? more() || enough() : enough() || more();
  };
  const row = (parts: readonly Node[], at: number, go: Go): boolean => {
    const [first, ...others] = parts;
    return first === undefined ? go(at) : match(first, at, (next) => row(others, next, go));
  };
  const match = (node: Node, at: number, go: Go): boolean => {
    switch (node.kind) {
      case 'set':
        steps += 1;
        return at < text.length && has(node.set, text.charCodeAt(at)) && go(at + 1);
      case 'edge':
        steps += 1;
        return stands(node.edge, text, at) && go(at);
      case 'cat':
        return row(node.parts, at, go);
      case 'alt':
        return node.branches.some((branch) => match(branch, at, go));
      case 'group':
        return match(node.body, at, go);
      case 'repeat':
        return turn(node, 0, at, go);
    }
  };
  match(root, 0, () => true);
  return steps;
}
