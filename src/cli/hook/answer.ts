import { printable } from '../../domain/stop.ts';
import { EXIT } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { hasLeaks, isRefused, refusal } from './message.ts';
import type { Objections, Stopped } from './message.ts';

/** Refuses because nothing could be judged: a door that cannot see lets nobody through. */
export function refuse(terminal: Terminal, why: string): ExitCode {
  terminal.err(`gitward: refused: ${printable(why)}\n`);
  return EXIT.undecided;
}

/** Tells what speaks against it, and lets it through where nothing does. */
export function answer(what: Stopped, objections: Objections, terminal: Terminal): ExitCode {
  for (const warning of objections.leaks.warnings) terminal.err(`gitward: ${printable(warning)}\n`);
  const refused = isRefused(objections);
  if (refused || hasLeaks(objections.leaks)) terminal.err(refusal(what, objections));
  return refused ? EXIT.findings : EXIT.clean;
}
