import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

/** Lines of a file where a tool found something, first and last. */
export type Span = Readonly<{ first: number; last: number }>;

/** What a tool found: by path below the folder it scanned. */
export type Found = ReadonlyMap<string, readonly Span[]>;

/** Right ones, wrong ones and missed ones; `beyond` is what nobody labelled. */
export type Score = Readonly<{ right: number; wrong: number; missed: number; beyond: number }>;

/** Of what it told, how much is right. */
export function precisionOf({ right, wrong }: Score): number {
  return right + wrong === 0 ? 1 : right / (right + wrong);
}

/** Of what there is, how much it told. */
export function recallOf({ right, missed }: Score): number {
  return right + missed === 0 ? 0 : right / (right + missed);
}

/** The harmonic mean of both. */
export function f1Of(score: Score): number {
  const [precision, recall] = [precisionOf(score), recallOf(score)];
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Every file below a folder, by path with `/`; links are not followed. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').includes('.git'))
    .toSorted();
}

/** Is a file to be judged, and how: it lies below `valid` (leaks) or `invalid` (none). */
export function labelOf(path: string): 'valid' | 'invalid' | undefined {
  const [, label] = /(?:^|\/)(invalid|valid)\//.exec(path) ?? [];
  return label === 'invalid' || label === 'valid' ? label : undefined;
}

/** A file of `valid` is right with one finding or more; one of `invalid` is wrong with any. */
export function scoreFiles(folder: string, found: Found): Score {
  let [right, wrong, missed] = [0, 0, 0];
  for (const path of filesBelow(folder)) {
    const label = labelOf(path);
    const isFound = (found.get(path) ?? []).length > 0;
    if (label === 'valid' && isFound) right += 1;
    if (label === 'valid' && !isFound) missed += 1;
    if (label === 'invalid' && isFound) wrong += 1;
  }
  return { right, wrong, missed, beyond: 0 };
}

/** A labelled range of lines of CredData. */
type Label = Readonly<{ path: string; first: number; last: number; isLeak: boolean }>;

/**
 * Scores lines against CredData's `meta/<repository>.csv`. A labelled leak is right when a finding touches
 * its lines; a finding is wrong when it touches lines labelled harmless and no leak.
 */
export function scoreLines(meta: string, folder: string, found: Found): Score {
  const total = { right: 0, wrong: 0, missed: 0, beyond: 0 };
  for (const repository of readdirSync(folder)) {
    const labels = labelsOf(join(meta, `${repository}.csv`), join(folder, repository));
    for (const path of new Set(labels.map((label) => label.path))) {
      const here = labels.filter((label) => label.path === path);
      const score = scoreFile(here, found.get(`${repository}/${path}`) ?? []);
      for (const name of ['right', 'wrong', 'missed', 'beyond'] as const)
        total[name] += score[name];
    }
  }
  return total;
}

function scoreFile(labels: readonly Label[], spans: readonly Span[]): Score {
  const leaks = labels.filter(({ isLeak }) => isLeak);
  const right = leaks.filter((leak) => spans.some((span) => touches(span, leak))).length;
  const rest = distinct(spans).filter((span) => !leaks.some((leak) => touches(span, leak)));
  const wrong = rest.filter((span) => labels.some((label) => touches(span, label))).length;
  return { right, wrong, missed: leaks.length - right, beyond: rest.length - wrong };
}

/** The labels of the files that are there; a file is named by the first 8 digits of its path's SHA-256. */
function labelsOf(csv: string, folder: string): readonly Label[] {
  const paths = new Map(filesBelow(folder).map((path) => [fileIdOf(path), path]));
  const [head = '', ...rows] = readFileSync(csv, 'utf8').trim().split('\n');
  const names = head.trim().split(',');
  const seen = new Map<string, Label>();
  for (const row of rows) {
    const cells = row.split(',');
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    const path = paths.get(cell('FileID'));
    if (path === undefined) continue;
    const [first, last] = [Number(cell('LineStart')), Number(cell('LineEnd'))];
    const isLeak = cell('GroundTruth') === 'T';
    // Several credentials on the same lines are told as one.
    seen.set(`${path}:${first}:${last}:${isLeak}`, { path, first, last, isLeak });
  }
  return [...seen.values()];
}

/** Files may lie under their own paths, or under CredData's: then the name is the id. */
function fileIdOf(path: string): string {
  const [, id] = /^([0-9a-f]{8})(?:\.\w+)?$/.exec(basename(path)) ?? [];
  return id ?? createHash('sha256').update(path).digest('hex').slice(0, 8);
}

function touches(span: Span, label: Label): boolean {
  return span.first <= label.last && label.first <= span.last;
}

/** Each first line once: several rules on one line are one report to read. */
function distinct(spans: readonly Span[]): readonly Span[] {
  const byLine = new Map<number, Span>();
  for (const span of spans) {
    const known = byLine.get(span.first);
    if (known === undefined || known.last < span.last) byLine.set(span.first, span);
  }
  return [...byLine.values()];
}
