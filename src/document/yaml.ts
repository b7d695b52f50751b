import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document, ParsedNode } from 'yaml';
import { LexemeWatch } from './lexemes.ts';
import type { LexemeLimits } from './lexemes.ts';
import { Refusal } from './refusal.ts';

/** What is left of the file's bounds for one document. */
export type TreeLimits = LexemeLimits & Readonly<{ maxDepth: number }>;

/**
 * Reads one document into `yaml`'s tree, with every scalar still a string; `undefined` when empty.
 * Offsets in refusals and nodes count from the start of `text`. Depth and tokens are bounded before
 * the tree is built, and the first error ends the reading: building errors costs more than parsing.
 */
export function parseTree(text: string, limits: TreeLimits): ParsedNode | undefined {
  const composer = new Composer({
    schema: 'failsafe',
    merge: false,
    strict: true,
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
  });
  // The composer has no option to stop at the first error; were this member gone, errors would
  // still be found below, only later.
  Reflect.set(composer, 'onError', firstRefusal());
  const documents: Document.Parsed[] = [];
  for (const token of readTokens(text, limits)) {
    checkToken(token);
    for (const document of composer.next(token)) addOnly(documents, document);
  }
  for (const document of composer.end()) addOnly(documents, document);
  return documents[0]?.contents ?? undefined;
}

function* readTokens(text: string, limits: TreeLimits): Generator<CST.Token, void> {
  const parser = new Parser();
  const watch = new LexemeWatch(limits);
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    watch.take(lexeme, parser.stack.at(-1)?.type === 'flow-collection', offset);
    yield* parser.next(lexeme);
    // One entry is the document and one the scalar at hand; the rest are open maps and lists.
    if (parser.stack.length > limits.maxDepth + 2) {
      throw new Refusal('limit', `nested deeper than ${limits.maxDepth}; flatten it`, offset);
    }
    offset = parser.offset;
  }
  yield* parser.end();
}

function checkToken(token: CST.Token): void {
  if (token.type === 'directive') {
    throw new Refusal('invalid', 'a YAML directive, which kubectl does not read', token.offset);
  }
  if (token.type === 'error') throw new Refusal('invalid', 'not YAML at this place', token.offset);
}

function addOnly(documents: Document.Parsed[], document: Document.Parsed): void {
  const fault = document.errors[0];
  if (fault !== undefined) refuse(fault.pos, fault.code);
  if (documents.length > 0) {
    const advice = 'put `---` between documents';
    throw new Refusal(
      'invalid',
      `text after the end of the document; ${advice}`,
      document.range[0],
    );
  }
  documents.push(document);
}

/** The composer turns what is thrown inside a collection into errors of its own: the first one counts. */
function firstRefusal(): typeof refuse {
  let first: unknown;
  return (...fault) => {
    if (first !== undefined) throw first;
    try {
      refuse(...fault);
    } catch (refusal) {
      first = refusal;
      throw refusal;
    }
  };
}

type ErrorSource = number | readonly number[] | Readonly<{ offset: number }>;

/** The library's messages quote the text, so only its code is shown. */
function refuse(source: ErrorSource, code: string, _message?: string, warning?: boolean): void {
  // Unknown tags are judged with the node, where the tag is known in full.
  if (warning === true && code === 'TAG_RESOLVE_FAILED') return;
  const offset =
    typeof source === 'number' ? source : 'offset' in source ? source.offset : source[0];
  const what =
    FAULTS[code] ?? `not YAML at this place (${code.toLowerCase().replaceAll('_', ' ')})`;
  throw new Refusal('invalid', what, offset ?? 0);
}

const FAULTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab as indentation; use spaces',
  BAD_INDENT: 'the indentation fits no line above',
  MULTILINE_IMPLICIT_KEY: 'a key over several lines; is a quote or a colon missing?',
  MISSING_CHAR: 'a character is missing here (quote, bracket, comma or colon)',
  BLOCK_AS_IMPLICIT_KEY: 'a map inside a line; is a line break or a quote missing?',
  BAD_DQ_ESCAPE: 'an escape that double quotes do not know; write the backslash twice',
  UNEXPECTED_TOKEN: 'text that does not belong here; is a quote missing?',
  TAG_RESOLVE_FAILED: 'a tag that does not fit its value',
};
