import { isUtf8 } from 'node:buffer';
import type * as Toml from 'smol-toml';
import type { Json, JsonObject } from '../domain/json.ts';
import { loadLibrary } from '../domain/library.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { decodeText } from './source.ts';

/** Bounds on one TOML file. */
export type TomlLimits = Readonly<{
  /** Bytes of the file as stored. */
  maxBytes: number;
  /** Tables and lists inside one another, dotted keys counted. */
  maxDepth: number;
  /** Tables, lists, keys and values. */
  maxNodes: number;
}>;

/** Why a TOML file cannot be read, and where; from 1, or 0 where it is the file as a whole. */
export type TomlFault = Readonly<{ line: number; column: number; text: string }>;

/** Longest complaint of the parser that is passed on; it holds none of the file's text. */
const MAX_COMPLAINT_LENGTH = 200;

let loaded: typeof Toml | undefined;

/** Loaded when a file is read: most repositories have none. */
function toml(): typeof Toml {
  // What the package exports.
  return (loaded ??= loadLibrary('smol-toml') as typeof Toml);
}

/**
 * Reads a TOML file into plain JSON, or says where and why not. Dates become the text of RFC 3339;
 * `inf`, `nan`, integers beyond 2^53 and keys that mean something to JavaScript (`__proto__`,
 * `constructor`) are refused. Objects have no prototype. UTF-8 only; bounded in time and memory.
 */
export function parseToml(bytes: Uint8Array, limits: TomlLimits): Result<JsonObject, TomlFault> {
  const { maxBytes, maxDepth, maxNodes } = limits;
  if (bytes.length > maxBytes) return refused(`more than ${maxBytes} bytes; split the file`);
  if (!isUtf8(bytes)) return refused('the file is not UTF-8; save it as UTF-8');
  try {
    const table = toml().parse(decodeText(bytes), { maxDepth, unsafeKeyBehaviour: 'throw' });
    return ok(new Conversion(maxDepth, maxNodes).object(table, 1));
  } catch (error) {
    if (error instanceof TooMuch) return refused(error.message);
    if (error instanceof toml().TomlError) return stopped(faultOf(error));
    // Whatever else a parser throws on hostile text is no reason to end the process.
    if (error instanceof Error) return refused('the file cannot be read as TOML');
    throw error;
  }
}

function refused(text: string): Result<never, TomlFault> {
  return stopped({ line: 0, column: 0, text });
}

/** Below the first line of its message the parser quotes the file. */
function faultOf({ message, line, column }: Toml.TomlError): TomlFault {
  const [first = ''] = message.split('\n');
  const text = first.replace(/^Invalid TOML document: /, '').slice(0, MAX_COMPLAINT_LENGTH);
  return { line, column, text };
}

class TooMuch extends Error {}

/** Turns what the parser yields into JSON, counting as it goes. */
class Conversion {
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  #nodes = 0;

  constructor(maxDepth: number, maxNodes: number) {
    this.#maxDepth = maxDepth;
    this.#maxNodes = maxNodes;
  }

  object(table: object, depth: number): JsonObject {
    this.#enter(depth);
    const result: Record<string, Json> = Object.create(null);
    for (const [key, value] of Object.entries(table)) {
      this.#spend(1);
      result[key] = this.#value(value, depth + 1);
    }
    return result;
  }

  #value(value: unknown, depth: number): Json {
    this.#spend(1);
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw new TooMuch('inf and nan are not numbers here');
        return value;
      case 'object':
        if (value instanceof toml().TomlDate) return value.toISOString();
        if (Array.isArray(value)) return this.#list(value, depth);
        if (value !== null) return this.object(value, depth);
        break;
      default:
    }
    throw new TooMuch('the file holds a value of an unknown kind');
  }

  #list(values: readonly unknown[], depth: number): readonly Json[] {
    this.#enter(depth);
    return values.map((value) => this.#value(value, depth + 1));
  }

  #enter(depth: number): void {
    if (depth > this.#maxDepth) {
      throw new TooMuch(`nested deeper than ${this.#maxDepth}; flatten it`);
    }
  }

  #spend(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#maxNodes) {
      throw new TooMuch(`more than ${this.#maxNodes} keys and values; split the file`);
    }
  }
}
