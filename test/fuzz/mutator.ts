import type { Pick } from '../support/picker.ts';

/** Largest input made. */
export const MAX_INPUT_BYTES = 65_536;

type Edit = (bytes: Buffer, pick: Pick, words: readonly string[]) => Buffer;

const ODD = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x2d, 0x30, 0x3d, 0x7f, 0x80, 0xc2, 0xff] as const;

const NUMBERS = [
  '0',
  '-1',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '1e999',
  '0000',
  'ffff',
];

const splice = (bytes: Buffer, at: number, count: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + count)]);

const EDITS: readonly Edit[] = [
  (bytes, pick) => {
    const at = pick(bytes.length);
    return splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << pick(8))));
  },
  (bytes, pick) => splice(bytes, pick(bytes.length), 1, Buffer.of(pick(256))),
  (bytes, pick) =>
    splice(bytes, pick(bytes.length), pick(2), Buffer.of(ODD[pick(ODD.length)] ?? 0)),
  (bytes, pick) => splice(bytes, pick(bytes.length), 1 + pick(8), Buffer.of()),
  (bytes, pick) => splice(bytes, pick(bytes.length), pick(bytes.length), Buffer.of()),
  (bytes, pick) => bytes.subarray(0, pick(bytes.length)),
  (bytes, pick) => {
    const from = pick(bytes.length);
    const slice = bytes.subarray(from, from + 1 + pick(64));
    return splice(bytes, pick(bytes.length), 0, slice);
  },
  (bytes, pick) => {
    const slice = bytes.subarray(pick(bytes.length), pick(bytes.length));
    const many = Array.from({ length: 1 + pick(40) }, () => slice);
    return splice(bytes, pick(bytes.length), 0, Buffer.concat(many));
  },
  (bytes, pick, words) =>
    splice(
      bytes,
      pick(bytes.length),
      pick(3),
      Buffer.from(words[pick(words.length)] ?? '', 'latin1'),
    ),
  (bytes, pick, words) => {
    const word = (words[pick(words.length)] ?? '').repeat(1 + pick(200));
    return splice(bytes, pick(bytes.length), 0, Buffer.from(word, 'latin1'));
  },
  (bytes, pick) =>
    splice(bytes, pick(bytes.length), pick(6), Buffer.from(NUMBERS[pick(NUMBERS.length)] ?? '')),
  (bytes, pick) => {
    const wide = Buffer.alloc(4);
    wide.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff, bytes.length][pick(5)] ?? 0);
    return splice(bytes, pick(bytes.length), 4, wide);
  },
  (bytes, pick) => {
    const lines = bytes.toString('latin1').split('\n');
    const [moved = ''] = lines.splice(pick(lines.length), 1);
    lines.splice(pick(lines.length + 1), 0, moved);
    return Buffer.from(lines.join('\n'), 'latin1');
  },
];

/** One of the inputs, disturbed one to six times; at times joined with another, at times left alone. */
export function mutateInput(
  seeds: readonly Uint8Array[],
  words: readonly string[],
  pick: Pick,
): Uint8Array {
  const some = (): Buffer => Buffer.from(seeds[pick(seeds.length)] ?? Buffer.of());
  let bytes = some();
  if (pick(8) === 0) {
    const other = some();
    bytes = Buffer.concat([
      bytes.subarray(0, pick(bytes.length + 1)),
      other.subarray(pick(other.length + 1)),
    ]);
  }
  for (let times = pick(7); times > 0; times -= 1) {
    bytes =
      EDITS[pick(EDITS.length)]?.(bytes.length === 0 ? Buffer.of(0) : bytes, pick, words) ?? bytes;
  }
  return bytes.subarray(0, MAX_INPUT_BYTES);
}
