import type { PlacedNode } from '../../document/placed.ts';
import type { Hit, Scanned, TextScanner, Where } from '../hit.ts';
import { blocksIn } from './ciphertext.ts';
import type { Context } from './context.ts';
import { scanDocument } from './documents.ts';
import { isConcerned, isGrave, isInteresting, MAX_STRUCTURE_BYTES } from './gate.ts';
import { groundFrom, groundIn, groundOf } from './ground.ts';
import type { Ground } from './ground.ts';
import { readDocuments, READ_LIMITS } from './reading.ts';
import type { ReadDocument } from './reading.ts';
import { Report } from './report.ts';
import { cipherLeaves, plainLeaves, sopsBlockOf } from './sops.ts';
import type { SopsConfig } from './sops-config.ts';
import { demandsOn } from './sops-demand.ts';
import type { SopsDemand } from './sops-demand.ts';
import { plainLines, sopsLines } from './sops-lines.ts';
import { isUnmet, isUnmetByLines } from './sops-unmet.ts';
import { Steps, WalkLimit } from './tree.ts';
import type { Leaf } from './tree.ts';

/** Bytes that are ciphertext by their form: generic rules say nothing there, specific ones still do. */
export type QuietRange = Readonly<{ start: number; end: number }>;

/** What the structure of a file tells: hits of the rules in `STRUCTURE_RULES` and decoded ones. */
export type StructureScan = Scanned & Readonly<{ quiet: readonly QuietRange[] }>;

/** What the structural detector stands on. */
export type StructureGround = Readonly<{
  text: TextScanner;
  sops: readonly SopsConfig[];
  /** Whether `gitleaks:allow` on a line silences what is told of it. */
  inlineAllow?: boolean;
}>;

/** Steps of all walks over one file: these, and one for every few bytes; walks of real files take half. */
const FREE_STEPS = 200_000;
const BYTES_PER_STEP = 4;
/** Texts inside texts: values in an Application in a ConfigMap. */
const MAX_NESTING = 3;

/**
 * Reads files of Kubernetes and GitOps by their structure: what is a secret by its place, whatever it
 * looks like. Bounded like the text scanner; what it cannot read is a gap only where it must be read.
 */
export function scanStructure(
  bytes: Uint8Array,
  where: Where,
  { text, sops, inlineAllow = false }: StructureGround,
): StructureScan {
  const demands = sops.length === 0 ? [] : demandsOn(where.path, sops);
  const isRead = demands.length > 0 || isConcerned(bytes, where.path);
  if (!isRead && !holdsCiphertext(bytes)) return { hits: [], gaps: [], quiet: [] };
  const ground = groundOf(bytes);
  const told = new FileReading(ground, where, text).scan(isRead, demands);
  return inlineAllow ? { ...told, hits: withoutMarked(told.hits, ground) } : told;
}

const ALLOW_MARK = 'gitleaks:allow';

/** Hits on no marked line. What is told of a file as a whole is on none. */
function withoutMarked(hits: readonly Hit[], { text, spot }: Ground): readonly Hit[] {
  const marked = new Set<number>();
  for (let at = text.indexOf(ALLOW_MARK); at >= 0; at = text.indexOf(ALLOW_MARK, at + 1)) {
    marked.add(spot(at, at, at).line);
  }
  if (marked.size === 0) return hits;
  const sorted = [...marked];
  const isMarked = ({ line, endLine, start, end }: Hit): boolean =>
    end > start && (marked.has(line) || (endLine > line && anyWithin(sorted, line, endLine)));
  return hits.filter((hit) => !isMarked(hit));
}

/** Is one of these ascending numbers in the range, both ends included? */
function anyWithin(sorted: readonly number[], from: number, to: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return (sorted[low] ?? Infinity) <= to;
}

/** Files of `KEY=value` lines, which SOPS reads by their names. */
const LINES = /\.(?:env|ini)$/;

const MARKS = ['-----BEGIN AGE ENCRYPTED', '-----BEGIN PGP MESSAGE', '$ANSIBLE_VAULT;'];

function holdsCiphertext(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return MARKS.some((mark) => buffer.includes(mark));
}

class FileReading {
  readonly #ground: Ground;
  readonly #path: string;
  readonly #report: Report;
  readonly #steps: Steps;
  readonly #quiet: QuietRange[] = [];
  /** Something in the file is whole SOPS. */
  #isSops = false;
  /** A leaf that a demand selects is plain. */
  readonly #selected = new Set<SopsDemand>();

  constructor(ground: Ground, where: Where, text: TextScanner) {
    this.#ground = ground;
    this.#path = where.path;
    this.#report = new Report(text, where);
    const steps = FREE_STEPS + Math.ceil(ground.text.length / BYTES_PER_STEP);
    this.#steps = new Steps(steps, READ_LIMITS.maxDepth);
  }

  scan(isRead: boolean, demands: readonly SopsDemand[]): StructureScan {
    const { text } = this.#ground;
    for (const { start, end } of blocksIn(text)) this.#hush(start, end);
    if (isRead && (demands.length > 0 || isInteresting(text))) this.#read(demands);
    const { hits, gaps } = this.#report;
    return { hits, gaps, quiet: this.#quiet };
  }

  #read(demands: readonly SopsDemand[]): void {
    const { text } = this.#ground;
    if (text.length > MAX_STRUCTURE_BYTES) {
      if (isGrave(text)) this.#report.gap('tooLarge', 1);
      return;
    }
    const lines = sopsLines(text);
    if (lines !== undefined) this.#lines(lines);
    else for (const document of readDocuments(text)) this.#document(document, demands);
    if (lines !== undefined || LINES.test(this.#path)) this.#demandOnLines(demands);
    this.#demand(demands);
  }

  #demandOnLines(demands: readonly SopsDemand[]): void {
    if (demands.length === 0) return;
    const held = { plain: plainLines(this.#ground.text), isSops: this.#isSops };
    for (const demand of demands) if (isUnmetByLines(demand, held)) this.#selected.add(demand);
  }

  #lines({ isWhole, plain, cipher }: NonNullable<ReturnType<typeof sopsLines>>): void {
    this.#isSops = isWhole;
    if (!isWhole) return;
    for (const leaf of plain) this.#plain(this.#ground, leaf);
    for (const { text } of cipher) this.#hush(text.start, text.end);
  }

  #document(document: ReadDocument, demands: readonly SopsDemand[]): void {
    const { base, start, end, fault } = document;
    const outer = this.#ground;
    const chunk = outer.text.slice(start, end);
    const ground = groundFrom(outer, base);
    const line = outer.spot(start, start, start).line;
    if (fault !== undefined && isGrave(chunk)) this.#report.gap(fault, line);
    try {
      for (const root of document.roots) this.#root(root, ground, demands);
    } catch (error) {
      if (!(error instanceof WalkLimit)) throw error;
      // Aliases alone lead here: what stands behind them may be in no other text.
      this.#report.gap(error.why, line);
    }
  }

  #root(root: PlacedNode, ground: Ground, demands: readonly SopsDemand[]): void {
    const block = sopsBlockOf(root);
    const isSealed = block?.isWhole ?? false;
    if (block !== undefined && isSealed) {
      this.#isSops = true;
      for (const leaf of plainLeaves(root, block, this.#steps)) this.#plain(ground, leaf);
      for (const leaf of cipherLeaves(root, this.#steps)) this.#hushLeaf(ground, leaf);
    }
    for (const demand of demands) {
      if (isUnmet(demand, { root, block }, this.#steps)) this.#selected.add(demand);
    }
    const context: Context = {
      path: this.#path,
      ground,
      report: this.#report,
      steps: this.#steps,
      isSealed,
      isOfSecret: false,
      nesting: MAX_NESTING,
      open,
      hush: (leaf) => {
        this.#hushLeaf(ground, leaf);
      },
    };
    for (const leaf of scanDocument(root, context)) this.#hushLeaf(ground, leaf);
  }

  #plain(ground: Ground, leaf: Leaf): void {
    this.#report.leak('sops-unencrypted-leaf', ground, leaf, { secret: leaf.text.value.trim() });
  }

  /** A file that must be encrypted and is not; told once. */
  #demand(demands: readonly SopsDemand[]): void {
    const { hits } = this.#report;
    const hasSecret = !this.#isSops && hits.some(({ rule }) => rule === 'kubernetes-secret-value');
    const isMissed = demands.some((demand) =>
      demand.isBroad ? hasSecret : this.#selected.has(demand),
    );
    if (isMissed) this.#report.file('sops-file-not-encrypted', 1);
  }

  #hushLeaf(ground: Ground, { text, at }: Leaf): void {
    const { start, end } = ground.spot(text.start, text.end, at);
    this.#quiet.push({ start, end });
  }

  #hush(start: number, end: number): void {
    this.#hushLeaf(this.#ground, {
      text: { kind: 'text', value: '', style: 'plain', start, end },
      at: start,
      path: [],
    });
  }
}

/** Reads the text of a value as a file of its own. Ciphertext in it stays loud. */
function open(leaf: Leaf, context: Context): void {
  const how = leaf.path.slice(-2).join('.');
  const inner = groundIn(context.ground, leaf.text, leaf.at, printable(how));
  for (const { roots, base } of readDocuments(inner.text)) {
    const ground = groundFrom(inner, base);
    for (const root of roots) {
      const isSealed = sopsBlockOf(root)?.isWhole ?? false;
      scanDocument(root, { ...context, ground, isSealed, hush: () => undefined });
    }
  }
}

function printable(how: string): string {
  return how.length > 64 ? '…' : how.replaceAll(/[^A-Za-z0-9_./-]/g, '?');
}
