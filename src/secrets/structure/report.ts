import type { PlacedText } from '../../document/placed.ts';
import type { Gap, Hit, TextScanner, Where } from '../hit.ts';
import { bytesOf, fromBase64, isReadable, latin1 } from './base64.ts';
import type { Ground } from './ground.ts';
import type { StructureRuleId } from './rules.ts';
import type { Leaf } from './tree.ts';

/** Most hits of one file; settling and telling them has a cap of its own. */
const MAX_STRUCTURE_HITS = 2_000;
/** Bytes of decoded values of one file that are scanned again. */
const MAX_RESCANNED_BYTES = 8 * 1024 * 1024;
/** Longest path of keys that is told. */
const MAX_WITHIN_LENGTH = 160;
const MAX_KEY_LENGTH = 48;
/** Base64 inside base64 that is followed. */
const MAX_WRAPS = 2;

/** A value out of its wrappings, and what these were, from the outside to the inside. */
export type Unwrapped = Readonly<{ secret: string; how?: readonly string[] }>;

/** Gathers what one file holds. */
export class Report {
  readonly hits: Hit[] = [];
  readonly gaps: Gap[] = [];
  readonly #text: TextScanner;
  readonly #where: Where;
  readonly #told = new Set<string>();
  readonly #leaves = new Map<PlacedText, Set<string>>();
  #rescanned = 0;
  #isCut = false;

  constructor(text: TextScanner, where: Where) {
    this.#text = text;
    this.#where = where;
  }

  /** Tells a value that is a secret by its place; what it holds inside is the caller's to look into. */
  leak(rule: StructureRuleId, ground: Ground, leaf: Leaf, { secret, how = [] }: Unwrapped): void {
    // Before its place is worked out: aliases may lead here a million times.
    if (this.#isFull(ground, leaf) || this.#isTold(rule, leaf, secret)) return;
    const spot = ground.spot(leaf.text.start, leaf.text.end, leaf.at);
    const within = this.#within(ground, leaf, how);
    this.#add({ ...spot, rule, secret, match: secret, ...(within === '' ? {} : { within }) });
  }

  /** Tells something about the file as a whole, at a line. */
  file(rule: StructureRuleId, line: number): void {
    const secret = Buffer.from(this.#where.path, 'utf8').toString('latin1');
    this.#add({ rule, start: 0, end: 0, secret, match: '', line, endLine: line });
  }

  /** Looks for known secrets in the text of a value, and in base64 inside it. */
  rescan(ground: Ground, leaf: Leaf, { secret: text, how = [] }: Unwrapped): void {
    if (this.#isFull(ground, leaf) || this.#isTold(`in ${how.join(' ')}`, leaf, text)) return;
    this.#rescanned += text.length;
    const spot = ground.spot(leaf.text.start, leaf.text.end, leaf.at);
    if (this.#rescanned > MAX_RESCANNED_BYTES) {
      this.gap('tooLarge', spot.line);
      return;
    }
    const { hits, gaps } = this.#text.scan(bytesOf(text), this.#where);
    for (const { why, rule } of gaps) this.gap(why, spot.line, rule);
    const within = this.#within(ground, leaf, how);
    for (const { rule, secret, match, start, end } of hits) {
      // A rule about the path has spoken for the file.
      if (end > start) this.#add({ ...spot, rule, secret, match, within });
    }
    const inner = how.length < MAX_WRAPS ? fromBase64(text.trim()) : undefined;
    if (inner !== undefined && isReadable(inner)) {
      this.rescan(ground, leaf, { secret: latin1(inner), how: [...how, 'base64'] });
    }
  }

  /** Notes what was not looked at, once for each reason and line. */
  gap(why: Gap['why'], line: number, rule?: string): void {
    const isThere = this.gaps.some((gap) => gap.why === why && gap.rule === rule);
    if (!isThere) this.gaps.push({ why, line, ...(rule === undefined ? {} : { rule }) });
  }

  /** What comes after the last hit that is kept is not looked at, and said so. */
  #isFull(ground: Ground, { text, at }: Leaf): boolean {
    if (this.hits.length < MAX_STRUCTURE_HITS) return false;
    if (!this.#isCut) this.gap('tooMany', ground.spot(text.start, text.end, at).line);
    this.#isCut = true;
    return true;
  }

  #isTold(rule: string, { text }: Leaf, secret: string): boolean {
    const told = this.#leaves.get(text);
    const key = `${rule} ${secret}`;
    if (told?.has(key) === true) return true;
    this.#leaves.set(text, (told ?? new Set()).add(key));
    return false;
  }

  #add(hit: Hit): void {
    const key = `${hit.rule} ${hit.line} ${hit.start} ${hit.secret}`;
    if (this.#told.has(key)) return;
    if (this.hits.length >= MAX_STRUCTURE_HITS) {
      this.gap('tooMany', hit.line);
      return;
    }
    this.#told.add(key);
    this.hits.push(hit);
  }

  #within({ within }: Ground, { path }: Leaf, how: readonly string[]): string {
    const keys = path.slice(-8).map(printableKey).join('.');
    const told = [...within, keys, ...how].filter((part) => part !== '').join(', ');
    if (told.length > MAX_WITHIN_LENGTH) return 'a deep value';
    // A hostile file may have a secret for a key.
    const { hits } = this.#text.scan(bytesOf(told), this.#where);
    return hits.some(({ start, end }) => end > start) ? 'a value' : told;
  }
}

/** A key as it may be told; what is long or strange is not. */
function printableKey(key: string): string {
  const name = key.length > MAX_KEY_LENGTH ? '…' : key.replaceAll(/[^A-Za-z0-9_./-]/g, '?');
  return name.includes('.') ? `[${name}]` : name;
}
