import type { PlacedNode, PlacedText } from '../../../document/placed.ts';
import { FlowReader, quotedKeyColon } from './flow.ts';
import { Frames } from './frames.ts';
import { nothing } from './nodes.ts';
import type { Ledger } from './nodes.ts';
import * as scalar from './scalar.ts';

/** Longest action of a template over several lines; a search to the end for each would be quadratic. */
const MAX_ACTION_LENGTH = 4_096;

/** What no plain scalar begins with. */
const STRANGE = /^[%@`,\]}|>&*!:?]/;

/** Reads the lines of one document by their indentation, whatever stands in them. */
export class BlockReader {
  readonly #text: string;
  readonly #ledger: Ledger;
  readonly #frames: Frames;
  #lineStart = 0;

  constructor(text: string, at: number, ledger: Ledger) {
    this.#text = text;
    this.#ledger = ledger;
    this.#frames = new Frames(at, ledger);
  }

  /** What was read so far. */
  get roots(): readonly PlacedNode[] {
    return this.#frames.roots;
  }

  /** Reads the line that begins at `at`; answers where the next one begins. */
  line(at: number): number {
    const text = this.#text;
    const lineEnd = scalar.lineEndAt(text, at);
    this.#lineStart = at;
    const start = scalar.indentAt(text, at, lineEnd);
    const first = scalar.skipBlanks(text, start);
    if (scalar.isOver(text, first, lineEnd)) return lineEnd + 1;
    if (first > start) this.#ledger.isSure = false; // A tab as indentation.
    const control = this.#control(first, lineEnd);
    return control ?? this.content(first, lineEnd);
  }

  /** A line of a template that is no value: `{{- if … }}`, also over several lines. */
  #control(at: number, lineEnd: number): number | undefined {
    if (!this.#text.startsWith('{{', at)) return undefined;
    this.#ledger.isSure = false;
    this.#ledger.isTemplate = true;
    const line = this.#text.slice(at, lineEnd);
    const close = line.lastIndexOf('}}');
    if (close === -1) {
      const far = this.#text.slice(at, at + MAX_ACTION_LENGTH).indexOf('}}');
      return far === -1 ? lineEnd + 1 : scalar.lineEndAt(this.#text, at + far) + 1;
    }
    const rest = scalar.skipBlanks(line, close + 2);
    return scalar.isOver(line, rest, line.length) ? lineEnd + 1 : undefined;
  }

  /** Reads from `at`, which is no blank: items, then a key, or a value. */
  content(at: number, lineEnd: number): number {
    const text = this.#text;
    let first = at;
    while (text[first] === '-' && isGap(text, first + 1, lineEnd)) {
      this.#openItem(first - this.#lineStart, first);
      first = scalar.skipBlanks(text, first + 1);
      if (scalar.isOver(text, first, lineEnd)) return lineEnd + 1;
    }
    if (text[first] === '?' && isGap(text, first + 1, lineEnd)) {
      this.#ledger.isSure = false;
      first = scalar.skipBlanks(text, first + 1);
    }
    const colon = this.#colon(first, lineEnd);
    if (colon !== -1) return this.#entry(first, colon, lineEnd);
    const column = first - this.#lineStart;
    this.#frames.closeTo(column, () => false);
    return this.#value(first, lineEnd);
  }

  #colon(at: number, lineEnd: number): number {
    const mark = this.#text[at];
    if (mark === '"' || mark === "'") return quotedKeyColon(this.#text, at, lineEnd);
    const isTemplate = this.#text.startsWith('{{', at);
    if (mark === '[' || (mark === '{' && !isTemplate)) return -1;
    if ((mark === '&' || mark === '!') && !isTemplate) {
      const colon = scalar.colonAt(this.#text, at, lineEnd);
      if (colon !== -1) this.#ledger.isSure = false;
      return colon;
    }
    return scalar.colonAt(this.#text, at, lineEnd);
  }

  #entry(at: number, colon: number, lineEnd: number): number {
    const text = this.#text;
    const written = text.slice(at, colon).trimEnd();
    const isQuoted = written.startsWith('"') || written.startsWith("'");
    const key = isQuoted ? scalar.unquote(written) : written.replace(/^[&!][^\s]*\s+/, '');
    if (/^[^A-Za-z0-9_.$/<~-]/.test(written) && !isQuoted) this.#ledger.isSure = false;
    if (key.includes('{{')) {
      this.#ledger.isSure = false;
      this.#ledger.isTemplate = true;
    }
    const column = at - this.#lineStart;
    this.#frames.closeTo(column, ({ indent, node }) => indent === column && node.kind === 'list');
    const frame = this.#frames.open('map', column, at);
    this.#ledger.count(this.#frames.depth);
    const value = scalar.skipBlanks(text, colon + 1);
    const isAlias = text[value] === '*';
    if (frame.node.kind === 'map') {
      frame.node.entries.push({ key, start: at, value: nothing(colon + 1), isAlias });
    }
    frame.isWaiting = true;
    return this.#value(value, lineEnd);
  }

  #openItem(column: number, at: number): void {
    this.#frames.closeTo(column, () => false);
    const frame = this.#frames.open('list', column, at);
    this.#ledger.count(this.#frames.depth);
    if (frame.node.kind === 'list') frame.node.items.push(nothing(at));
    frame.isWaiting = true;
  }

  /** Reads the value at `at` into the container on top; what is not there yet is waited for. */
  #value(at: number, lineEnd: number): number {
    const text = this.#text;
    const first = this.#properties(at, lineEnd);
    if (scalar.isOver(text, first, lineEnd)) return lineEnd + 1;
    const top = this.#frames.top;
    const mark = text[first] ?? '';
    if (scalar.isBlockHeader(text, first, lineEnd)) {
      const block = scalar.readBlock(text, first, top.indent);
      this.#frames.fill(top, block.node);
      return block.next;
    }
    const isTemplate = text.startsWith('{{', first);
    if (mark === '[' || (mark === '{' && !isTemplate)) {
      const flow = new FlowReader(text, first, this.#ledger);
      this.#frames.fill(top, flow.read(this.#frames.depth));
      return this.#rest(flow.at);
    }
    if (mark === '"' || mark === "'") return this.#quoted(first);
    if (mark === '*') {
      const name = text.slice(first + 1, scalar.plainEnd(text, first, lineEnd));
      this.#frames.fill(top, this.#ledger.alias(name, first));
      return lineEnd + 1;
    }
    return this.#plain(first, lineEnd);
  }

  #properties(at: number, lineEnd: number): number {
    let first = at;
    for (let mark = this.#text[first]; first < lineEnd && (mark === '&' || mark === '!');) {
      const end = /[ \t\r\n]|$/g;
      end.lastIndex = first;
      const next = Math.min(end.exec(this.#text)?.index ?? lineEnd, lineEnd);
      if (mark === '&') this.#frames.top.anchor = this.#text.slice(first + 1, next);
      else this.#ledger.isSure = false;
      first = scalar.skipBlanks(this.#text, next);
      mark = this.#text[first];
    }
    return first;
  }

  #quoted(at: number): number {
    const text = this.#text;
    const node = scalar.readQuoted(text, at, this.#ledger);
    const lineEnd = scalar.lineEndAt(text, node.end);
    const rest = scalar.skipBlanks(text, node.end);
    if (scalar.isOver(text, rest, lineEnd)) {
      this.#frames.fill(this.#frames.top, node);
      return lineEnd + 1;
    }
    // Quotes inside the braces of a template, or no YAML at all: the line is the value.
    this.#ledger.isSure = false;
    const firstEnd = scalar.lineEndAt(text, at);
    const end = scalar.plainEnd(text, at, firstEnd);
    this.#ledger.isTemplate ||= text.slice(at, end).includes('{{');
    const value = text.slice(at + 1, end).replace(/["']$/, '');
    this.#frames.fill(this.#frames.top, { kind: 'text', value, style: 'quoted', start: at, end });
    return firstEnd + 1;
  }

  #plain(at: number, lineEnd: number): number {
    const text = this.#text;
    const outer = this.#frames.top.indent;
    let end = scalar.plainEnd(text, at, lineEnd);
    let last = lineEnd;
    let isOpen = end === lineEnd || scalar.skipBlanks(text, end) >= lineEnd;
    while (isOpen && last < text.length) {
      const next = this.#continued(last + 1, outer);
      if (next === undefined) break;
      const begin = text.lastIndexOf('\n', next - 1) + 1;
      last = next;
      end = scalar.plainEnd(text, scalar.skipBlanks(text, begin), last);
      isOpen = scalar.skipBlanks(text, end) >= last;
    }
    const raw = text.slice(at, end);
    if (STRANGE.test(raw)) this.#ledger.isSure = false;
    if (raw.includes('{{')) {
      this.#ledger.isSure = false;
      this.#ledger.isTemplate = true;
    }
    const value = scalar.fold(raw);
    const node: PlacedText = { kind: 'text', value, style: 'plain', start: at, end };
    this.#frames.fill(this.#frames.top, node);
    return last + 1;
  }

  /** Where a line that goes on a plain scalar ends; `undefined` where it is none. */
  #continued(from: number, outer: number): number | undefined {
    const text = this.#text;
    let start = from;
    let lineEnd = scalar.lineEndAt(text, start);
    let at = scalar.skipBlanks(text, start);
    while (at >= lineEnd && lineEnd < text.length) {
      start = lineEnd + 1;
      lineEnd = scalar.lineEndAt(text, start);
      at = scalar.skipBlanks(text, start);
    }
    if (at >= lineEnd || at - start <= outer || scalar.isSeparator(text, start)) return undefined;
    if (text[at] === '#' || text.startsWith('{{', at)) return undefined;
    if (this.#colon(at, lineEnd) === -1) return lineEnd;
    this.#ledger.isSure = false;
    return undefined;
  }

  /** After brackets nothing but a comment may stand in the line. */
  #rest(at: number): number {
    const lineEnd = scalar.lineEndAt(this.#text, at);
    const rest = scalar.skipBlanks(this.#text, at);
    if (!scalar.isOver(this.#text, rest, lineEnd)) {
      this.#ledger.isSure = false;
      if (this.#frames.top.indent === -1 && '{['.includes(this.#text[rest] ?? ' ')) return rest;
    }
    return lineEnd + 1;
  }
}

function isGap(text: string, at: number, lineEnd: number): boolean {
  return at >= lineEnd || text[at] === ' ' || text[at] === '\t' || text[at] === '\r';
}
