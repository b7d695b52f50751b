import type { Json } from '../domain/json.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { Budget } from './budget.ts';
import { convertTree } from './convert.ts';
import { readJson } from './json-text.ts';
import type { DocumentLimits } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { DocumentFault, DocumentWarning } from './refusal.ts';
import { checkCharacters, checkEncoding, decodeText, LineIndex } from './source.ts';
import { splitDocuments } from './split.ts';
import { parseTree } from './yaml.ts';

export type { DocumentFault, DocumentWarning, Place } from './refusal.ts';

/** One document: its value, its number among those that are not empty, and its first line. */
export type ParsedDocument = Readonly<{ value: Json; document: number; line: number }>;

/** All documents of a file that are not empty, in order. */
export type ParsedFile = Readonly<{
  documents: readonly ParsedDocument[];
  warnings: readonly DocumentWarning[];
}>;

/** Warnings kept of one file; more of them tell a person nothing new. */
export const MAX_WARNINGS_PER_FILE = 100;

/** How far into a file kubectl looks for the brace that makes it JSON, in its bytes. */
const JSON_SNIFF_LENGTH = 4096;

/**
 * Reads a file's bytes into the JSON values that kubectl would read from it, or says where and why
 * not; never a value that kubectl reads differently. UTF-8 only. Linear in time and memory.
 */
export function parseDocuments(
  bytes: Uint8Array,
  limits: DocumentLimits,
): Result<ParsedFile, DocumentFault> {
  const reading = new Reading(limits);
  try {
    return ok(reading.read(bytes));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return stopped(reading.fault(error));
  }
}

class Reading {
  readonly #budget: Budget;
  readonly #documents: ParsedDocument[] = [];
  readonly #warnings: DocumentWarning[] = [];
  #lines = new LineIndex('');
  /** Where the chunk at hand begins; refusals count from there. */
  #base = 0;

  constructor(limits: DocumentLimits) {
    this.#budget = new Budget(limits);
  }

  read(bytes: Uint8Array): ParsedFile {
    const { maxBytes } = this.#budget.limits;
    if (bytes.length > maxBytes) {
      throw new Refusal('limit', `more than ${maxBytes} bytes; split the file`, 0);
    }
    const text = decodeText(bytes);
    this.#lines = new LineIndex(text);
    checkEncoding(bytes, text);
    if (/^\s*\{/.test(text.slice(0, JSON_SNIFF_LENGTH))) this.#readJson(text);
    else this.#readYaml(text);
    return { documents: this.#documents, warnings: this.#warnings };
  }

  #readJson(text: string): void {
    for (const { value, offset } of readJson(text, this.#budget)) {
      this.#checkCount(offset);
      this.#add(value, offset);
    }
  }

  #readYaml(text: string): void {
    checkCharacters(text);
    const { maxAliases, maxDepth, maxDocuments } = this.#budget.limits;
    const warn = (what: string, offset: number): void => this.#warn(what, offset);
    for (const chunk of splitDocuments(text, maxDocuments)) {
      this.#base = 0;
      if (chunk.commentedAt !== undefined) {
        warn(
          'kubectl 1.20 drops what follows a commented `---`; write the comment below it',
          chunk.commentedAt,
        );
      }
      this.#base = chunk.offset;
      const maxNodes = this.#budget.nodesLeft();
      const tree = parseTree(chunk.text, { maxDepth, maxNodes, maxAliases });
      const value = tree === undefined ? null : convertTree(tree, chunk.text, this.#budget, warn);
      if (value !== null) this.#add(value, tree?.range[0] ?? 0);
    }
  }

  #checkCount(offset: number): void {
    const { maxDocuments } = this.#budget.limits;
    if (this.#documents.length < maxDocuments) return;
    throw new Refusal('limit', `more than ${maxDocuments} documents; split the file`, offset);
  }

  #add(value: Json, offset: number): void {
    const { line } = this.#lines.locate(this.#base + offset);
    this.#documents.push({ value, document: this.#documents.length + 1, line });
  }

  #warn(text: string, offset: number): void {
    if (this.#warnings.length < MAX_WARNINGS_PER_FILE) {
      this.#warnings.push({ ...this.#place(offset), text });
    }
  }

  #place(offset: number): Omit<DocumentWarning, 'text'> {
    const { line, column } = this.#lines.locate(this.#base + offset);
    return { document: this.#documents.length + 1, line, column };
  }

  /** A refusal as a value, with its place. */
  fault(refusal: Refusal): DocumentFault {
    return { kind: refusal.kind, ...this.#place(refusal.offset), text: refusal.message };
  }
}
