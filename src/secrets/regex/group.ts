import { refuse } from './fault.ts';
import { take } from './reader.ts';
import type { Flags, Reader } from './reader.ts';

const FLAGS: ReadonlyMap<string, keyof Flags> = new Map([
  ['i', 'fold'],
  ['s', 'dotAll'],
  ['m', 'multiline'],
  ['U', 'ungreedy'],
] as const);

/**
 * Takes what opens a group: its number if it captures, `plain` if not, `flags` where flags are switched
 * up to the end of the group around. Flags are set in the reader; whoever closes the group resets them.
 */
export function openGroup(reader: Reader): number | 'plain' | 'flags' {
  const start = reader.at;
  const named = take(reader, /\(\?P?<(\w+)>/y);
  if (named !== undefined) {
    const name = named[1] ?? '';
    if (reader.names.has(name)) return refuse(start, 'two groups of one name', name);
    reader.names.add(name);
    return ++reader.groups;
  }
  const switched = take(reader, /\(\?([ismU]*)(?:-([ismU]+))?([:)])/y);
  if (switched !== undefined) {
    const [, on = '', off = '', end] = switched;
    reader.flags = withFlags(withFlags(reader.flags, on, true), off, false);
    return end === ')' ? 'flags' : 'plain';
  }
  if (reader.source.startsWith('(?', start))
    return refuse(start, 'a group that is not supported', reader.source.slice(start, start + 4));
  reader.at += 1;
  return ++reader.groups;
}

function withFlags(flags: Flags, letters: string, value: boolean): Flags {
  const changed = letters.split('').flatMap((letter) => {
    const name = FLAGS.get(letter);
    return name === undefined ? [] : [[name, value] as const];
  });
  return { ...flags, ...Object.fromEntries(changed) };
}
