import { AHEAD_BYTES, BACK_BYTES } from './budget.ts';

/** A chunk of an input, and the text around it that matches may reach into. */
export class View {
  readonly bytes: Uint8Array;
  /** The chunk. */
  readonly from: number;
  readonly to: number;
  /** The text. */
  readonly base: number;
  readonly end: number;
  #text?: string;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.base = Math.max(0, from - BACK_BYTES);
    this.end = Math.min(bytes.length, to + AHEAD_BYTES);
  }

  /** One character a byte; made when it is first asked for. */
  get text(): string {
    return (this.#text ??= latin1(this.bytes, this.base, this.end));
  }

  /** From one offset in the input to another, as far as the text goes. */
  slice(from: number, to: number): string {
    return this.text.slice(Math.max(0, from - this.base), Math.max(0, to - this.base));
  }
}

/** The bytes, one character each. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  const { buffer, byteOffset } = bytes;
  return Buffer.from(buffer, byteOffset + from, to - from).toString('latin1');
}
