import type { Terminal } from './terminal.ts';

/** Length at which pieces are handed on: fewer calls of the system for a long report. */
const PIECE_LENGTH = 65_536;

/** Writes a report piece by piece, as fast as it is read. */
export async function writePieces(pieces: Iterable<string>, { out }: Terminal): Promise<void> {
  let held = '';
  for (const piece of pieces) {
    held += piece;
    if (held.length < PIECE_LENGTH) continue;
    await out(held);
    held = '';
  }
  await out(held);
}

/** May a table have colours? Not where nobody sees them, or NO_COLOR (https://no-color.org) is set. */
export function isColoured(wanted: boolean, { isOutTty, env }: Terminal): boolean {
  return wanted && isOutTty && (env['NO_COLOR'] ?? '') === '';
}
