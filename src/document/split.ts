import { Refusal } from './refusal.ts';

/** One document's text, where it begins in the file, and whether its separator carries a comment. */
export type Chunk = Readonly<{ text: string; offset: number; commentedAt: number | undefined }>;

const SEPARATOR = /^---([^\n]*)$/gm;

/**
 * Splits a file into documents as kubectl does, before YAML is looked at: every line that begins
 * with `---` is a separator, and may carry nothing but white space or a comment.
 * At most `maxDocuments` chunks; the offset of the one too many is refused as a limit.
 */
export function splitDocuments(text: string, maxDocuments: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let commentedAt: number | undefined;
  const push = (end: number): void => {
    if (chunks.length >= maxDocuments) {
      throw new Refusal('limit', `more than ${maxDocuments} documents; split the file`, start);
    }
    const body = text.slice(start, end);
    // kubectl ends every line, the last one too; blanks at the end of a block scalar depend on it.
    const whole = body.endsWith('\n') ? body : `${body}\n`;
    chunks.push({ text: whole, offset: start, commentedAt });
  };
  for (const match of text.matchAll(SEPARATOR)) {
    const rest = (match[1] ?? '').replace(/\r$/, '');
    if (!/^(?:[ \t]+#|[ \t]*$)/.test(rest)) {
      throw new Refusal(
        'invalid',
        'text after `---`; begin the document on the next line',
        match.index,
      );
    }
    if (match.index > 0) push(match.index);
    start = match.index + match[0].length + 1;
    commentedAt = match.index > 0 && rest.includes('#') ? match.index : undefined;
  }
  if (start < text.length) push(text.length);
  return chunks;
}
