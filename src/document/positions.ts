import type { CST, Document, ParsedNode, Scalar } from 'yaml';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { withoutLineEnds } from './placed.ts';
import type { PlacedEntry, PlacedLimits, PlacedNode, PlacedText } from './placed.ts';
import { yamlLibrary } from './yaml-library.ts';

/** Why a document has no tree. */
export type PositionFault = 'invalid' | 'limit';

/** Lexical tokens allowed for each node of the limit, as for manifests. */
const TOKENS_PER_NODE = 5;

/** Ends the reading; never seen outside. */
class Fault extends Error {
  readonly fault: PositionFault;

  constructor(fault: PositionFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Reads one YAML document into values with their offsets, whether or not kubectl would take it: keys
 * twice, tags, directives and `?` are read. The first error of syntax ends the reading.
 */
export function parsePositions(
  text: string,
  limits: PlacedLimits,
): Result<readonly PlacedNode[], PositionFault> {
  try {
    const placing = new Placing(limits);
    const roots = documentsOf(text, limits).flatMap(({ contents }) =>
      contents === null ? [] : [placing.place(contents, 0)],
    );
    return ok(roots);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return stopped(error.fault);
  }
}

function documentsOf(text: string, limits: PlacedLimits): Document.Parsed[] {
  const { Composer } = yamlLibrary();
  const composer = new Composer({
    schema: 'failsafe',
    merge: false,
    strict: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  // Building the library's errors costs more than parsing, so the first one ends it.
  Reflect.set(composer, 'onError', (...[, , , warning]: readonly unknown[]) => {
    if (warning !== true) throw new Fault('invalid');
  });
  const documents: Document.Parsed[] = [];
  for (const token of tokensOf(text, limits)) {
    if (token.type === 'error') throw new Fault('invalid');
    documents.push(...composer.next(token));
  }
  documents.push(...composer.end());
  if (documents.some(({ errors }) => errors.length > 0)) throw new Fault('invalid');
  return documents;
}

function* tokensOf(text: string, limits: PlacedLimits): Generator<CST.Token, void> {
  const { Lexer, Parser } = yamlLibrary();
  const parser = new Parser();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > limits.maxNodes * TOKENS_PER_NODE) throw new Fault('limit');
    yield* parser.next(lexeme);
    if (parser.stack.length > limits.maxDepth + 2) throw new Fault('limit');
  }
  yield* parser.end();
}

class Placing {
  readonly #yaml = yamlLibrary();
  readonly #limits: PlacedLimits;
  readonly #anchors = new Map<string, PlacedNode>();
  #nodes = 0;

  constructor(limits: PlacedLimits) {
    this.#limits = limits;
  }

  place(node: ParsedNode, depth: number): PlacedNode {
    this.#nodes += 1;
    if (depth > this.#limits.maxDepth || this.#nodes > this.#limits.maxNodes) {
      throw new Fault('limit');
    }
    if (this.#yaml.isAlias(node)) return this.#anchors.get(node.source) ?? nothing(node.range[0]);
    const placed = this.#placeOwn(node, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, placed);
    return placed;
  }

  #placeOwn(node: ParsedNode, depth: number): PlacedNode {
    const start = node.range[0];
    if (this.#yaml.isScalar(node)) return textOf(node);
    if (this.#yaml.isSeq(node)) {
      const items = node.items.flatMap((item): PlacedNode[] => {
        if (item === null) return [nothing(start)];
        // With `merge: false` and a plain schema no pair stands in a list.
        return 'key' in item ? [] : [this.place(item, depth + 1)];
      });
      return { kind: 'list', items, start };
    }
    if (!this.#yaml.isMap(node)) return nothing(start);
    const entries = node.items.map(({ key, value }): PlacedEntry => {
      const at = key.range[0];
      // Before its value: a key with an anchor may be used in it.
      const name = this.place(key, depth + 1);
      return {
        key: name.kind === 'text' ? name.value : '',
        start: at,
        value: value === null ? nothing(at) : this.place(value, depth + 1),
        isAlias: this.#yaml.isAlias(value),
      };
    });
    return { kind: 'map', entries, start };
  }
}

function nothing(at: number): PlacedText {
  return { kind: 'text', value: '', style: 'plain', start: at, end: at };
}

const STYLES: Readonly<Record<string, PlacedText['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'quoted',
  QUOTE_DOUBLE: 'quoted',
};

function textOf(node: Scalar.Parsed): PlacedText {
  const isBinary = node.tag === 'tag:yaml.org,2002:binary';
  const value = isBinary ? Buffer.from(node.source, 'base64').toString('latin1') : node.source;
  const style = STYLES[node.type ?? ''] ?? 'block';
  return {
    kind: 'text',
    value: style === 'block' ? withoutLineEnds(value) : value,
    style,
    start: node.range[0],
    end: node.range[1],
  };
}
