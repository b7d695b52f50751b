import { latin1 } from './grammar.ts';
import type { ParsedCommit } from './parse.ts';

/** Header lines that name objects, and hold no words. */
const NAMES = /^(?:tree|parent) [0-9a-f]{40}$/;

/** Lines of an armor that are data. */
const DATA = /^(?:-----.*|[A-Za-z0-9+/]+={0,2}|=[A-Za-z0-9+/]{4})$/;

/**
 * What people and tools have written into a commit beside its message, as bytes: author and committer,
 * messages of the tags that it merges, headers of other tools, and remarks in the armor of its signature,
 * which nobody signed. All of it is pushed with the commit, though no log shows it.
 */
export function wordsOf({
  payload,
  message,
  signature,
}: Pick<ParsedCommit, 'payload' | 'message' | 'signature'>): Uint8Array {
  const headers = lines(payload.subarray(0, Math.max(0, payload.length - message.length)));
  const armor = lines(signature?.armor ?? new Uint8Array());
  const kept = [
    ...headers.filter((line) => !NAMES.test(line)),
    ...armor.filter((line) => !DATA.test(line)),
  ];
  return Buffer.from(kept.join('\n'), 'latin1');
}

/** One character a byte, so that nothing is lost. */
function lines(bytes: Uint8Array): readonly string[] {
  return latin1(bytes).split('\n');
}
