import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** The fields of one message by number, in order: numbers and byte strings, the only two kinds read here. */
export type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

const VARINT = 0n;
const BYTES = 2n;

const MAX_FIELDS = 256;
const MAX_VARINT_OCTETS = 10;

/** Splits one protobuf message; every byte must belong to a field. */
export function readFields(bytes: Uint8Array): Result<Fields, string> {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let count = 0;
  for (let at = 0; at < bytes.length; count += 1) {
    const key = readVarint(bytes, at);
    const first = key === undefined ? undefined : readVarint(bytes, key.end);
    if (key === undefined || first === undefined || count >= MAX_FIELDS) return CUT_OFF;
    const [number, kind] = [Number(key.value >> 3n), key.value & 7n];
    let value: bigint | Uint8Array = first.value;
    at = first.end;
    if (kind === BYTES) {
      const end = at + Number(first.value);
      if (end > bytes.length) return CUT_OFF;
      value = bytes.subarray(at, end);
      at = end;
    } else if (kind !== VARINT) return CUT_OFF;
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return ok(fields);
}

/** A number that must be there at most once; absent it is 0, as protobuf has it. */
export function numberAt(fields: Fields, number: number): bigint | undefined {
  const [value = 0n, ...more] = fields.get(number) ?? [];
  return typeof value === 'bigint' && more.length === 0 ? value : undefined;
}

/** Bytes that must be there at most once; absent they are empty. */
export function bytesAt(fields: Fields, number: number): Uint8Array | undefined {
  const [value = new Uint8Array(), ...more] = fields.get(number) ?? [];
  return typeof value !== 'bigint' && more.length === 0 ? value : undefined;
}

/** A message within, that must be there at most once; absent it is empty. */
export function messageAt(fields: Fields, number: number): Fields | undefined {
  const bytes = bytesAt(fields, number);
  const read = bytes === undefined ? undefined : readFields(bytes);
  return read?.ok ? read.value : undefined;
}

const CUT_OFF = stopped('its log entry is cut off or has fields of unknown kinds');

function readVarint(
  bytes: Uint8Array,
  at: number,
): Readonly<{ value: bigint; end: number }> | undefined {
  let value = 0n;
  for (let octets = 0; octets < MAX_VARINT_OCTETS; octets += 1) {
    const octet = bytes[at + octets];
    if (octet === undefined) return undefined;
    value |= BigInt(octet & 0x7f) << BigInt(7 * octets);
    if (octet < 0x80) return { value, end: at + octets + 1 };
  }
  return undefined;
}
