import { isIgnored } from '../../secrets/gitleaks/ignores.ts';
import type { Finding, Gap, Ignores } from '../../secrets/index.ts';

/** A finding and the commit that brings it. */
export type Leak = Readonly<{
  finding: Finding;
  /** The first one that is seen; a tag where it stands in a tag's message. */
  commit: string;
  /** Whether it is still there in what was scanned last; unknown of messages and names. */
  isInTip?: boolean;
}>;

/** What could not be scanned, and where. */
export type LeakGap = Readonly<{ gap: Gap; path: string; commit?: string }>;

/** What was looked at, for people. */
export type Counts = { commits: number; blobs: number; allowed: number; bytes: number };

/** Most gaps kept; that there are more is kept as one. */
const MAX_GAPS = 1_000;

/** Most findings kept: a history that holds more was never scanned by anybody. */
const MAX_LEAKS = 1_000_000;

/**
 * Collects what a scan finds, each leak once: by its place and commit, or by its fingerprint alone,
 * then of the first commit that brings it.
 */
export class Findings {
  readonly counts: Counts = { commits: 0, blobs: 0, allowed: 0, bytes: 0 };
  /** Told after each file. */
  onCount: (counts: Counts) => void = () => undefined;
  readonly #leaks = new Map<string, Leak>();
  readonly #gaps: LeakGap[] = [];
  readonly #ignores: Ignores;
  readonly #isByPlace: boolean;
  readonly #hidden = new Set<string>();
  #ignored = 0;

  constructor(ignores: Ignores, isByPlace: boolean) {
    this.#ignores = ignores;
    this.#isByPlace = isByPlace;
  }

  /** How many there are. */
  get size(): number {
    return this.#leaks.size;
  }

  get leaks(): readonly Leak[] {
    return [...this.#leaks.values()].map((leak) => {
      const { finding } = leak;
      return { ...leak, finding: { ...finding, path: this.#told(finding.path) } };
    });
  }

  get gaps(): readonly LeakGap[] {
    return this.#gaps.map((gap) => ({ ...gap, path: this.#told(gap.path) }));
  }

  /** Findings that were known already. */
  get ignored(): number {
    return this.#ignored;
  }

  /** One more file was scanned. */
  scanned(bytes: number): void {
    this.counts.blobs += 1;
    this.counts.bytes += bytes;
    this.onCount(this.counts);
  }

  add(leak: Leak): void {
    const { finding, commit, isInTip } = leak;
    if (isIgnored(finding, commit, this.#ignores)) {
      this.#ignored += 1;
      return;
    }
    const { fingerprint, line } = finding;
    const name = this.#isByPlace ? `${commit} ${line} ${fingerprint}` : fingerprint;
    const known = this.#leaks.get(name);
    if (known === undefined) {
      if (this.#leaks.size >= MAX_LEAKS)
        this.gap({ gap: { why: 'tooMany', line }, path: finding.path });
      else this.#leaks.set(name, leak);
    } else if (isInTip === true && known.isInTip !== true) {
      this.#leaks.set(name, { ...known, isInTip });
    }
  }

  /** The name of this file is a secret itself: it is never told. */
  hide(path: string): void {
    this.#hidden.add(path);
  }

  #told(path: string): string {
    return this.#hidden.has(path) ? '(a file whose name is a secret)' : path;
  }

  gap(gap: LeakGap): void {
    if (this.#gaps.length < MAX_GAPS) this.#gaps.push(gap);
    else if (this.#gaps.length === MAX_GAPS) {
      this.#gaps.push({ gap: { why: 'tooMany', line: 0 }, path: '' });
    }
  }
}
