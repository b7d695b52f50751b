import type { PlacedNode } from '../../../document/placed.ts';
import { nothing } from './nodes.ts';
import type { Ledger, OpenList, OpenMap } from './nodes.ts';
import { lineEndAt, quoteEnd, readQuoted, skipBlanks } from './scalar.ts';

const PLAIN = /[^,[\]{}:#\r\n]+/y;
const NAME = /[^\s,[\]{}]*/y;

/** Reads what stands in brackets, JSON too, over as many lines as it takes. */
export class FlowReader {
  readonly #text: string;
  readonly #ledger: Ledger;
  #at: number;

  constructor(text: string, at: number, ledger: Ledger) {
    this.#text = text;
    this.#at = at;
    this.#ledger = ledger;
  }

  /** Offset behind what was read. */
  get at(): number {
    return this.#at;
  }

  /** The value at hand, inside `depth` maps and lists. */
  read(depth: number): PlacedNode {
    this.#ledger.count(depth);
    this.#skip();
    const anchor = this.#properties();
    const node = this.#value(depth);
    this.#ledger.anchor(anchor, node);
    return node;
  }

  #value(depth: number): PlacedNode {
    const start = this.#at;
    switch (this.#text[start]) {
      case '{':
        return this.#template() ?? this.#map(depth + 1);
      case '[':
        return this.#list(depth + 1);
      case '"':
      case "'": {
        const node = readQuoted(this.#text, start, this.#ledger);
        this.#at = node.end;
        return node;
      }
      case '*':
        return this.#ledger.alias(this.#name(), start);
      default:
        return this.#plain();
    }
  }

  #map(depth: number): PlacedNode {
    const map: OpenMap = { kind: 'map', entries: [], start: this.#at };
    this.#at += 1;
    while (this.#isOpen('}')) {
      const start = this.#at;
      const key = this.read(depth);
      const isValued = this.#colon();
      const isAlias = isValued && this.#peek() === '*';
      const value = isValued ? this.read(depth) : nothing(this.#at);
      map.entries.push({ key: key.kind === 'text' ? key.value : '', start, value, isAlias });
      this.#advance(start);
    }
    return map;
  }

  #list(depth: number): PlacedNode {
    const list: OpenList = { kind: 'list', items: [], start: this.#at };
    this.#at += 1;
    while (this.#isOpen(']')) {
      const start = this.#at;
      const item = this.read(depth);
      if (this.#colon()) {
        const key = item.kind === 'text' ? item.value : '';
        const isAlias = this.#peek() === '*';
        const entries = [{ key, start, value: this.read(depth), isAlias }];
        list.items.push({ kind: 'map', entries, start });
      } else list.items.push(item);
      this.#advance(start);
    }
    return list;
  }

  /** Skips to the next member; takes the closing bracket. */
  #isOpen(end: string): boolean {
    this.#skip();
    while (this.#text[this.#at] === ',') {
      this.#at += 1;
      this.#skip();
    }
    const next = this.#text[this.#at];
    if (next === end) {
      this.#at += 1;
      return false;
    }
    if (next !== undefined) return true;
    this.#ledger.isSure = false;
    return false;
  }

  /** Never stands still: a bracket that fits nothing is passed over. */
  #advance(start: number): void {
    if (this.#at > start) return;
    this.#ledger.isSure = false;
    this.#at += 1;
  }

  #colon(): boolean {
    this.#skip();
    if (this.#text[this.#at] !== ':') return false;
    this.#at += 1;
    return true;
  }

  #peek(): string | undefined {
    this.#skip();
    return this.#text[this.#at];
  }

  #plain(): PlacedNode {
    const text = this.#text;
    const start = this.#at;
    let end = start;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      this.#at += PLAIN.exec(text)?.[0].length ?? 0;
      end = this.#at;
      if (!isPartOfPlain(text, end, start)) break;
      this.#at += 1;
    }
    // A plain scalar over several lines in brackets is rare: the library reads it.
    if (text[end] === '\n' || text[end] === '\r') {
      this.#skip();
      if (end > start && !/[,\]}]/.test(text[this.#at] ?? ',')) this.#ledger.isSure = false;
    }
    const value = text.slice(start, end).trimEnd();
    return { kind: 'text', value, style: 'plain', start, end: start + value.length };
  }

  /** `{{ … }}` in a line is one scalar. */
  #template(): PlacedNode | undefined {
    const start = this.#at;
    if (this.#text[start + 1] !== '{') return undefined;
    const line = this.#text.slice(start, lineEndAt(this.#text, start));
    const close = line.indexOf('}}');
    if (close === -1) return undefined;
    this.#ledger.isSure = false;
    this.#ledger.isTemplate = true;
    this.#at = start + close + 2;
    const value = line.slice(0, close + 2);
    return { kind: 'text', value, style: 'plain', start, end: this.#at };
  }

  #properties(): string | undefined {
    let anchor: string | undefined;
    for (let mark = this.#text[this.#at]; mark === '&' || mark === '!';) {
      const name = this.#name();
      if (mark === '&') anchor = name;
      else this.#ledger.isSure = false;
      this.#skip();
      mark = this.#text[this.#at];
    }
    return anchor;
  }

  #name(): string {
    NAME.lastIndex = this.#at + 1;
    const name = NAME.exec(this.#text)?.[0] ?? '';
    this.#at += 1 + name.length;
    return name;
  }

  /** Skips blanks, line ends and comments. */
  #skip(): void {
    for (;;) {
      this.#at = skipBlanks(this.#text, this.#at);
      const next = this.#text[this.#at];
      if (next === '\n') this.#at += 1;
      else if (next === '#') this.#at = lineEndAt(this.#text, this.#at);
      else return;
    }
  }
}

/** A colon with no blank after it, a hash with none before it. */
function isPartOfPlain(text: string, at: number, start: number): boolean {
  const mark = text[at];
  if (mark === ':') return !/[\s,[\]{}]/.test(text[at + 1] ?? ' ');
  return mark === '#' && at > start && !/\s/.test(text[at - 1] ?? ' ');
}

/** Is this a quoted key: a quote that closes on its line with a colon behind it? Offset of the colon, or -1. */
export function quotedKeyColon(text: string, at: number, lineEnd: number): number {
  const closed = quoteEnd(text.slice(at, lineEnd), 0);
  if (closed === -1) return -1;
  const colon = skipBlanks(text, at + closed);
  return text[colon] === ':' && colon < lineEnd ? colon : -1;
}
