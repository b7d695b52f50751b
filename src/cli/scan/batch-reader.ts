import type { GitRun } from './git-run.ts';
import { Window } from './window.ts';

/** What git answers about an object. The bytes are valid while they are handed over only. */
export type Answer =
  | Readonly<{ kind: 'object'; type: string; bytes: Buffer }>
  | Readonly<{ kind: 'missing' }>
  | Readonly<{ kind: 'tooLarge'; size: number }>;

/** Largest object that is read; what is larger is told and not scanned. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** Questions are sent in pieces of about this length. */
const PIECE_LENGTH = 16 * 1024;

/** Questions without an answer at which whoever asks waits. */
const MAX_PENDING = 8_000;

/** Longest line in front of an object. */
const MAX_HEADER_BYTES = 200;

/**
 * One `git cat-file --batch --buffer`: questions are sent ahead, answers come in their order and are
 * handed over one by one, with what was asked.
 */
export class BatchReader<T> {
  readonly #run: GitRun;
  readonly #take: (asked: T, answer: Answer) => void;
  readonly #window = new Window();
  readonly #asked: T[] = [];
  #next = 0;
  #text = '';
  #isFull = false;
  #isLast = false;
  #isBroken = false;
  #hasEnded = false;
  #whenRoomy = (): void => undefined;
  /** Of the object at hand; what is too large is passed over. */
  #header: { type: string; size: number; passOver: number } | undefined;

  constructor(run: GitRun, take: (asked: T, answer: Answer) => void) {
    this.#run = run;
    this.#take = take;
    run.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    void run.ended.then(() => {
      this.#hasEnded = true;
      this.#whenRoomy();
    });
    run.stdin.on('drain', () => {
      this.#isFull = false;
      this.#send();
    });
  }

  /** Resolves at once, or when few questions are left without an answer. */
  async room(): Promise<void> {
    while (this.#pending > MAX_PENDING && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#whenRoomy = resolve;
      });
    }
  }

  get #pending(): number {
    return this.#asked.length - this.#next;
  }

  ask(oid: string, asked: T): void {
    this.#asked.push(asked);
    this.#text += `${oid}\n`;
    if (this.#text.length >= PIECE_LENGTH) this.#send();
  }

  /** No more questions; true once all were answered well. */
  async end(): Promise<boolean> {
    this.#isLast = true;
    this.#send();
    const hasEnded = await this.#run.ended;
    return hasEnded && !this.#isBroken && this.#pending === 0;
  }

  #send(): void {
    if (this.#isFull) return;
    const text = this.#text;
    this.#text = '';
    if (text !== '') this.#isFull = !this.#run.stdin.write(text);
    if (this.#isLast) this.#run.stdin.end();
  }

  #receive(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#window.push(chunk);
    while (this.#step());
    if (this.#isBroken) this.#run.kill();
  }

  #step(): boolean {
    if (this.#header === undefined) return this.#readHeader();
    const { type, size } = this.#header;
    if (size > MAX_OBJECT_BYTES) return this.#passOver(this.#header);
    if (this.#window.length < size + 1) return false;
    this.#header = undefined;
    this.#answer({ kind: 'object', type, bytes: this.#window.bytes.subarray(0, size) });
    this.#window.drop(size + 1);
    return true;
  }

  #readHeader(): boolean {
    const { bytes } = this.#window;
    const end = bytes.indexOf(0x0a);
    if (end === -1) {
      this.#isBroken = bytes.length > MAX_HEADER_BYTES;
      return false;
    }
    const line = bytes.toString('latin1', 0, end);
    this.#window.drop(end + 1);
    const [, type, size] = /^[0-9a-f]{40} (?:missing|([a-z]{3,8}) (\d{1,15}))$/.exec(line) ?? [];
    if (type !== undefined) this.#header = { type, size: Number(size), passOver: Number(size) + 1 };
    else if (line.endsWith(' missing')) this.#answer({ kind: 'missing' });
    else this.#isBroken = true;
    return !this.#isBroken;
  }

  #passOver(header: { size: number; passOver: number }): boolean {
    const count = Math.min(header.passOver, this.#window.length);
    this.#window.drop(count);
    header.passOver -= count;
    if (header.passOver > 0) return false;
    this.#header = undefined;
    this.#answer({ kind: 'tooLarge', size: header.size });
    return true;
  }

  #answer(answer: Answer): void {
    const asked = this.#asked[this.#next];
    if (asked === undefined) {
      this.#isBroken = true;
      return;
    }
    this.#next += 1;
    if (this.#next > 1_024 && this.#next * 2 > this.#asked.length) {
      this.#asked.splice(0, this.#next);
      this.#next = 0;
    }
    this.#take(asked, answer);
    if (this.#pending === MAX_PENDING / 2) this.#whenRoomy();
  }
}
