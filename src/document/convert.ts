import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Pair, ParsedNode, Scalar as ScalarNode, YAMLMap, YAMLSeq } from 'yaml';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { Anchors } from './anchors.ts';
import type { Budget } from './budget.ts';
import { ambiguity, checkDialect } from './dialect.ts';
import { keyText } from './key.ts';
import { Members } from './members.ts';
import { Refusal } from './refusal.ts';
import { resolveScalar } from './scalar.ts';
import type { Scalar } from './scalar.ts';
import { isPlainCollectionTag, resolveTagged } from './tag.ts';

/** Receives a warning and the offset of its node. */
export type Warn = (text: string, offset: number) => void;

/** A value and the number of maps and lists inside one another in it. */
type Read = Readonly<{ value: Json; height: number; isMap: boolean }>;

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

/**
 * Turns one document's tree into JSON with kubectl's rules for scalars, keys, merges and aliases.
 * An alias shares the value of its anchor, and counts in full against every limit.
 */
export function convertTree(root: ParsedNode, text: string, budget: Budget, warn: Warn): Json {
  const { value } = new Conversion(text, budget, warn).read(root, 0, root.range[0]);
  if (typeof value === 'object') return value;
  throw new Refusal(
    'invalid',
    'text instead of a map or a list; is a colon missing?',
    root.range[0],
  );
}

class Conversion {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #warn: Warn;
  readonly #anchors: Anchors;

  constructor(text: string, budget: Budget, warn: Warn) {
    this.#text = text;
    this.#budget = budget;
    this.#warn = warn;
    this.#anchors = new Anchors(budget);
  }

  /** Reads a node that stands inside `depth` maps and lists; `near` places a value that is missing. */
  read(node: ParsedNode | null, depth: number, near: number): Read {
    if (node === null) {
      this.#budget.spend({ nodes: 1, textLength: 0 }, near);
      return { value: null, height: 0, isMap: false };
    }
    if (isAlias(node)) return this.#anchors.use(node.source, depth, node.range[0]);
    const close =
      node.anchor === undefined ? undefined : this.#anchors.open(node.anchor, node.range[0]);
    const read = isScalar(node) ? this.#readScalar(node) : this.#readCollection(node, depth + 1);
    close?.(read.value, read.isMap, read.height);
    return read;
  }

  #readScalar(node: ScalarNode.Parsed): Read {
    const scalar = this.#resolve(node);
    return { value: toJson(scalar, node.range[0]), height: 0, isMap: false };
  }

  #resolve(node: ScalarNode.Parsed): Scalar {
    const offset = node.range[0];
    const text = node.source;
    this.#budget.spend({ nodes: 1, textLength: text.length }, offset);
    if (/\p{Surrogate}/u.test(text)) {
      throw new Refusal('invalid', 'half a surrogate pair, which is no character', offset);
    }
    checkDialect(this.#text, node);
    if (node.tag !== undefined) return this.#resolveTag(text, node.tag, offset);
    if (node.type !== 'PLAIN') return { kind: 'string', value: text };
    const scalar = resolveScalar(text);
    const warning = ambiguity(text, scalar);
    if (warning !== undefined) this.#warn(warning, offset);
    return scalar;
  }

  #resolveTag(text: string, tag: string, offset: number): Scalar {
    const scalar = resolveTagged(text, tag);
    if (scalar !== undefined) return scalar;
    throw new Refusal(
      'invalid',
      'a tag that is not standard or does not fit its value; remove it',
      offset,
    );
  }

  #readCollection(node: YAMLMap.Parsed | YAMLSeq.Parsed, depth: number): Read {
    const offset = node.range[0];
    this.#budget.checkDepth(depth, offset);
    this.#budget.spend({ nodes: 1, textLength: 0 }, offset);
    if (!isPlainCollectionTag(node.tag, isMap(node))) {
      throw new Refusal('invalid', 'a tag on a map or list; remove it', offset);
    }
    return isMap(node) ? this.#readMap(node, depth) : this.#readList(node, depth);
  }

  #readList(node: YAMLSeq.Parsed, depth: number): Read {
    const value: Json[] = [];
    let height = 0;
    for (const item of node.items) {
      if (!isNode(item)) throw new Refusal('invalid', 'a key in a list', node.range[0]);
      const read = this.read(item, depth, node.range[0]);
      value.push(read.value);
      height = Math.max(height, read.height);
    }
    return { value, height: height + 1, isMap: false };
  }

  #readMap(node: YAMLMap.Parsed, depth: number): Read {
    const members = new Members();
    let height = 0;
    for (const pair of node.items) {
      const near = pair.key.range[0];
      const merge = isMergeKey(pair.key);
      const key = merge ? '<<' : this.#readKey(pair.key);
      members.claim(key, merge, near);
      const read = merge
        ? this.#readMerge(pair, members, depth)
        : this.read(pair.value, depth, near);
      if (!merge) members.set(key, read.value);
      height = Math.max(height, read.height);
    }
    return { value: members.object, height: height + 1, isMap: true };
  }

  #readKey(node: ParsedNode): string {
    const offset = node.range[0];
    if (!isScalar(node)) throw new Refusal('invalid', 'a key that is no plain text', offset);
    const scalar = this.#resolve(node);
    const key = keyText(scalar);
    if (key === undefined) throw new Refusal('invalid', 'a key that is null or no number', offset);
    if (node.anchor !== undefined)
      this.#anchors.open(node.anchor, offset)(toJson(scalar, offset), false, 0);
    return key;
  }

  /** As go-yaml v2 merges: in the order of the text, a list of maps from its end to its beginning. */
  #readMerge(pair: ParsedPair, members: Members, depth: number): Read {
    const offset = pair.key.range[0];
    const node = pair.value;
    const listed = node !== null && !isAlias(node) && isSeq(node) ? node.items : [node];
    // What is merged stands as deep as the map that it is merged into.
    const reads = listed.map((item) => this.read(isNode(item) ? item : null, depth - 1, offset));
    let height = 0;
    for (const read of reads.toReversed()) {
      if (!read.isMap || !isJsonObject(read.value)) {
        throw new Refusal('invalid', '`<<` takes a map or a list of maps', offset);
      }
      this.#merge(read.value, members, offset);
      height = Math.max(height, read.height - 1);
    }
    return { value: null, height, isMap: false };
  }

  #merge(source: JsonObject, members: Members, offset: number): void {
    if (!members.merge(source)) return;
    const advice = 'move `<<` to the top of the map';
    this.#warn(`kubectl lets this merge win over a key above it, others do not; ${advice}`, offset);
  }
}

function isNode(item: ParsedNode | ParsedPair | null): item is ParsedNode {
  return item !== null && !('key' in item);
}

/** Only an unquoted, untagged `<<` merges. */
function isMergeKey(node: ParsedNode): boolean {
  return isScalar(node) && node.type === 'PLAIN' && node.source === '<<' && node.tag === undefined;
}

function toJson(scalar: Scalar, offset: number): Json {
  switch (scalar.kind) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return scalar.value;
    case 'int':
    case 'float':
      return scalar.value + 0; // -0 is 0 in what kubectl sends.
    case 'unusable':
      throw new Refusal('invalid', `${scalar.why}; put it in quotes if text is meant`, offset);
  }
}
