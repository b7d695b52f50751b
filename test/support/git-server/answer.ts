/** Most bytes behind one side-band byte (git's pack protocol). */
const MAX_BAND_BYTES = 65_515;

const FLUSH = Buffer.from('0000');

/** One pkt-line. */
export function packet(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** An upload-pack answer in its two parts: what stands before the pack, and the pack itself. */
export type UploadAnswer = Readonly<{ before: Buffer; pack: Buffer }>;

/** Takes git's own answer apart; progress is dropped. */
export function splitAnswer(bytes: Buffer): UploadAnswer {
  const pack: Buffer[] = [];
  let before = 0;
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = Number.parseInt(bytes.subarray(at, at + 4).toString(), 16);
    const end = at + Math.max(length, 4);
    const band = length > 4 ? bytes[at + 4] : undefined;
    if (band === 1) pack.push(bytes.subarray(at + 5, end));
    else if (band !== 2 && pack.length === 0) before = end;
    at = end;
  }
  return { before: bytes.subarray(0, before), pack: Buffer.concat(pack) };
}

/** Puts an answer together again; `tail` stands in the place of the closing flush. */
export function joinAnswer({ before, pack }: UploadAnswer, tail: Buffer = FLUSH): Buffer {
  const bands: Buffer[] = [];
  for (let at = 0; at < pack.length; at += MAX_BAND_BYTES) {
    bands.push(packet(Buffer.concat([Buffer.of(1), pack.subarray(at, at + MAX_BAND_BYTES)])));
  }
  return Buffer.concat([before, ...bands, tail]);
}

/** An error on side-band 3. */
export function errorBand(text: string): Buffer {
  return packet(Buffer.concat([Buffer.of(3), Buffer.from(text)]));
}

/** The same bytes with one of them changed. */
export function flipped(bytes: Buffer, fraction: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.min(Math.floor(copy.length * fraction), copy.length - 1);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

/** What comes before the pack when the server claims that history ends at `oid`. */
export function shallowBefore(oid: string, version: 1 | 2): Buffer {
  if (version === 1) return Buffer.concat([packet(`shallow ${oid}`), FLUSH, packet('NAK\n')]);
  const info = [packet('shallow-info\n'), packet(`shallow ${oid}`), Buffer.from('0001')];
  return Buffer.concat([...info, packet('packfile\n')]);
}
