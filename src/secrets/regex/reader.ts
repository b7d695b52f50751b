import { refuse } from './fault.ts';

/** What `(?ismU)` switch. */
export type Flags = Readonly<{
  fold: boolean;
  dotAll: boolean;
  multiline: boolean;
  ungreedy: boolean;
}>;

/** A place in the source, and what was counted on the way. */
export type Reader = {
  readonly source: string;
  at: number;
  flags: Flags;
  depth: number;
  groups: number;
  readonly names: Set<string>;
};

/** The code point here, which is taken; refuses the end and halves of surrogate pairs. */
export function takePoint(reader: Reader): number {
  const point = reader.source.codePointAt(reader.at);
  if (point === undefined) return refuse(reader.at, 'the regex ends too early');
  if (point >= 0xd800 && point <= 0xdfff) return refuse(reader.at, 'not a character');
  reader.at += point > 0xffff ? 2 : 1;
  return point;
}

/** What a sticky pattern finds here, which is taken. */
export function take(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.source) ?? undefined;
  if (found !== undefined) reader.at += found[0].length;
  return found;
}
