import { encodeDer } from '../../../src/signature/x509/der.ts';

/** Writes DER for tests: what the strict reader must understand, or must refuse. */
export const seq = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
export const bits = (...parts: readonly Uint8Array[]): Buffer => der(0x03, Buffer.of(0), ...parts);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const nil = Buffer.of(0x05, 0x00);
export const yes = Buffer.of(0x01, 0x01, 0xff);

/** One element with any identifier octet. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.from(encodeDer(tag, ...parts));
}

/** A small number. */
export function int(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, ...[first * 40 + second, ...rest].map(base128));
}

/** A UTCTime. */
export function time(at: Date): Buffer {
  const text = at.toISOString().replace(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

/** A PEM block. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The armor that git stores for gpgsm and gitsign. */
export const armor = (bytes: Uint8Array): Buffer => Buffer.from(pem('SIGNED MESSAGE', bytes));

function base128(value: number): Buffer {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(128 + (rest % 128));
  }
  return Buffer.from(digits);
}
