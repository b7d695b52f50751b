import type { Readable } from 'node:stream';

/** Reads a stream to its end; `undefined` as soon as it is longer than `maxBytes`. */
export async function readInput(stream: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  // A byte stream without encoding yields buffers alone.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
