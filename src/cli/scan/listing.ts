import { Cutter } from './window.ts';

/** A path that a commit adds, changes or deletes against its parents. */
export type Change = Readonly<{
  /** What is there now; all zeros where it is gone. */
  oid: string;
  /** What the first parent has there; all zeros where it has nothing. */
  before: string;
  /** Whether it is a file or link, whose content is a blob. */
  isBlob: boolean;
  status: string;
  path: string;
}>;

/** A commit as listed, with its message where messages were asked for. */
export type ListedCommit = Readonly<{
  oid: string;
  message: Buffer | undefined;
  changes: readonly Change[];
}>;

/** `%H` and a NUL, or a message and a NUL behind it. */
export const LIST_FORMAT = '--format=%H';
export const LIST_FORMAT_WITH_MESSAGE = '--format=%H%x00%B%n%an <%ae>%n%cn <%ce>';

const OID_LENGTH = 40;
const MODE_LENGTH = 6;
const NUL = 0;
const LINE_FEED = 0x0a;
const COLON = 0x3a;

type Half = { oid: string; before: string; isBlob: boolean; status: string };

/**
 * Reads `git log --raw -z --no-abbrev --no-renames` in one of the formats above, `-c` or not. Everything
 * is told apart by its place: a message may look like anything.
 */
export class ListingReader {
  readonly #cutter = new Cutter(NUL, (piece) => this.#take(piece));
  readonly #withMessage: boolean;
  readonly #tell: (commit: ListedCommit) => void;
  #commit: { oid: string; message: Buffer | undefined; changes: Change[] } | undefined;
  #change: Half | undefined;
  #awaitsMessage = false;

  constructor(withMessage: boolean, tell: (commit: ListedCommit) => void) {
    this.#withMessage = withMessage;
    this.#tell = tell;
  }

  push(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
  }

  /** Tells the last commit. False when the listing breaks off inside of one. */
  end(): boolean {
    if (this.#commit !== undefined) this.#tell(this.#commit);
    this.#commit = undefined;
    return this.#change === undefined && !this.#awaitsMessage;
  }

  #take(piece: Buffer): void {
    if (this.#awaitsMessage) {
      this.#awaitsMessage = false;
      if (this.#commit !== undefined) this.#commit.message = Buffer.from(piece);
    } else if (this.#change !== undefined) {
      this.#commit?.changes.push({ ...this.#change, path: piece.toString('utf8') });
      this.#change = undefined;
    } else {
      const start = piece[0] === LINE_FEED ? 1 : 0;
      if (piece[start] === COLON) this.#change = halfOf(piece, start);
      // In front of what a merge changes git writes a NUL where others have a line end.
      else if (piece.length > 0) this.#begin(piece, start);
    }
  }

  #begin(piece: Buffer, start: number): void {
    if (this.#commit !== undefined) this.#tell(this.#commit);
    const oid = piece.toString('latin1', start, piece.length);
    this.#commit = { oid, message: undefined, changes: [] };
    this.#awaitsMessage = this.#withMessage;
  }
}

/** `:modes oids status`, with one colon, one more mode and one more oid for each parent. */
function halfOf(piece: Buffer, start: number): Half {
  let parents = 0;
  while (piece[start + parents] === COLON) parents++;
  const modes = start + parents;
  const oids = modes + (parents + 1) * (MODE_LENGTH + 1);
  const oidAt = oids + parents * (OID_LENGTH + 1);
  const modeAt = modes + parents * (MODE_LENGTH + 1);
  const mode = piece.toString('latin1', modeAt, modeAt + MODE_LENGTH);
  return {
    oid: piece.toString('latin1', oidAt, oidAt + OID_LENGTH),
    before: piece.toString('latin1', oids, oids + OID_LENGTH),
    isBlob: mode.startsWith('100') || mode === '120000',
    status: piece.toString('latin1', oidAt + OID_LENGTH + 1, piece.length),
  };
}
