import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StopReason } from '../../api/reasons.ts';
import { GitError } from './failure.ts';
import { DELIMITER, FLUSH, PacketReader, packet } from './pkt-line.ts';
import { receivePack } from './receive.ts';

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function reasonFor(work: Promise<unknown>): Promise<StopReason | 'ok'> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof GitError) return error.stop.reason;
    throw error;
  }
}

const band = (number: number, bytes: Uint8Array): Buffer => {
  const length = (bytes.length + 5).toString(16).padStart(4, '0');
  return Buffer.concat([Buffer.from(length), Buffer.of(number), bytes]);
};

describe('pkt-lines', () => {
  it('any message in any chunks, read back', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.oneof(fc.string({ maxLength: 300 }), fc.constantFrom(null, undefined))),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      async (parts, sizes) => {
        const message = parts.map((part) => {
          if (part === null) return FLUSH;
          return part === undefined ? DELIMITER : packet(`x${part}`);
        });
        const reader = new PacketReader(chunked(Buffer.concat(message), sizes));
        const read: unknown[] = [];
        for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
          if (next.kind === 'data') read.push(next.bytes.toString().slice(1));
          else read.push(next.kind === 'flush' ? null : undefined);
        }
        expect(read).toEqual(parts.map((part) => part && Buffer.from(part).toString()));
      },
    );
    await fc.assert(property);
  });

  it('random bytes, a typed stop or a message', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const reason = await reasonFor(readMessage(bytes));
      expect(['ok', 'GitTruncated', 'GitProtocolError']).toContain(reason);
    });
    await fc.assert(property, { numRuns: 2_000 });
  });

  it.each([
    ['a whole message', '0006a\n0000', 'ok'],
    ['no flush at the end', '0006a\n', 'GitTruncated'],
    ['nothing', '', 'GitTruncated'],
    ['cut in the length', '000', 'GitTruncated'],
    ['cut in the content', '0009ab', 'GitTruncated'],
    ['more after the flush', '0006a\n00000006b\n', 'GitProtocolError'],
    ['length 3', '0003', 'GitProtocolError'],
    ['a length of more than git sends', 'fff1', 'GitProtocolError'],
    ['no hexadecimal digits', '+00a', 'GitProtocolError'],
    ['an error line', '000dERR no way', 'GitProtocolError'],
    ['a web page', '<!DOCTYPE html>', 'GitProtocolError'],
  ] as const)('%s, %#', async (_name, text, reason) => {
    expect(await reasonFor(readMessage(Buffer.from(text)))).toBe(reason);
  });
});

describe('upload-pack answer', () => {
  const oid = 'a'.repeat(40);
  const pack = band(1, Buffer.from('PACK'));

  it.each([
    ['v2: a pack', 2, [packet('packfile\n'), pack, FLUSH], 'ok'],
    ['v1: NAK and a pack', 1, [packet('NAK\n'), pack, FLUSH], 'ok'],
    ['v1: ACK and a pack', 1, [packet(`ACK ${oid}\n`), pack, FLUSH], 'ok'],
    [
      'progress between',
      2,
      [packet('packfile\n'), band(2, Buffer.from('50%\u001b[31m')), pack, FLUSH],
      'ok',
    ],
    [
      'v2: a shallow boundary',
      2,
      [packet('shallow-info\n'), packet(`shallow ${oid}`), DELIMITER],
      'HistoryIncomplete',
    ],
    [
      'v1: a shallow boundary',
      1,
      [packet(`shallow ${oid}`), FLUSH, packet('NAK\n'), pack, FLUSH],
      'HistoryIncomplete',
    ],
    [
      'v1: an unshallow lie',
      1,
      [packet(`unshallow ${oid}`), FLUSH, packet('NAK\n'), pack, FLUSH],
      'HistoryIncomplete',
    ],
    ['v2: an unknown section', 2, [packet('packfile-uris\n'), DELIMITER], 'GitProtocolError'],
    ['v2: the pack without its section', 2, [pack, FLUSH], 'GitProtocolError'],
    ['v1: the pack without ACK or NAK', 1, [pack, FLUSH], 'GitProtocolError'],
    ['side-band 3', 2, [packet('packfile\n'), band(3, Buffer.from('dead'))], 'GitProtocolError'],
    [
      'side-band 4',
      2,
      [packet('packfile\n'), band(4, Buffer.from('x')), FLUSH],
      'GitProtocolError',
    ],
    ['an empty packet', 2, [packet('packfile\n'), packet(''), FLUSH], 'GitProtocolError'],
    [
      'a delimiter in the pack',
      2,
      [packet('packfile\n'), pack, DELIMITER, FLUSH],
      'GitProtocolError',
    ],
    ['no closing flush', 2, [packet('packfile\n'), pack], 'GitTruncated'],
    ['nothing', 2, [], 'GitTruncated'],
    [
      'more after the flush',
      2,
      [packet('packfile\n'), pack, FLUSH, packet('more')],
      'GitProtocolError',
    ],
  ] as const)('%s, %#', async (_name, version, parts, reason) => {
    const reader = new PacketReader(chunked(Buffer.concat(parts), [7]));
    const received: Uint8Array[] = [];
    const receiving = receivePack(reader, version, (bytes) => void received.push(bytes));
    expect(await reasonFor(receiving)).toBe(reason);
    expect('PACK').toContain(Buffer.concat(received).toString());
    expect(received.length > 0 || reason !== 'ok').toBe(true);
  });
});

/** Reads one message that must be whole and alone. */
async function readMessage(bytes: Uint8Array): Promise<void> {
  const reader = new PacketReader(chunked(Buffer.from(bytes), [7]));
  while ((await reader.mustNext()).kind !== 'flush');
  await reader.mustEnd();
}
