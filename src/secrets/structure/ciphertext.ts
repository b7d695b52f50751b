import { fromBase64, holdsReadable, isReadable, latin1 } from './base64.ts';

/** Sizes of what SOPS writes beside each value. */
const SOPS_IV_BYTES = 32;
const SOPS_TAG_BYTES = 16;

const SOPS_VALUE =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/]*={0,2}),iv:([A-Za-z0-9+/]{43}=),tag:([A-Za-z0-9+/]{22}==),type:(?:str|int|float|bytes|bool|comment|time)\]$/;

/**
 * Tells a value that SOPS encrypted, by its whole shape: an `ENC[` around plain text, or around the
 * base64 of plain text, is none. Whether it can be decrypted nobody knows without the key.
 */
export function isSopsValue(text: string): boolean {
  const [, data, iv, tag] = SOPS_VALUE.exec(text) ?? [];
  if (data === undefined || iv === undefined || tag === undefined) return false;
  const parts = [iv, tag].map((part) => fromBase64(part) ?? new Uint8Array());
  const [ivBytes = new Uint8Array(), tagBytes = new Uint8Array()] = parts;
  if (ivBytes.length !== SOPS_IV_BYTES || tagBytes.length !== SOPS_TAG_BYTES) return false;
  if (isReadable(ivBytes) || isReadable(tagBytes)) return false;
  if (data === '') return true;
  const bytes = fromBase64(data);
  return bytes !== undefined && !isReadable(bytes) && !holdsReadable(bytes);
}

/** Lengths of the RSA part with keys of 1,024 to 8,192 bits. */
const RSA_BYTES = new Set([128, 256, 384, 512, 768, 1024]);

/** Least bytes behind the length that are ciphertext and no short text somebody put there. */
const MIN_SEALED_BYTES = 24;
/** AES-GCM adds a tag of so many. */
const GCM_TAG_BYTES = 16;
const LEFT_OUT = /(?:\.{3,}|\u00e2\u0080\u00a6)$/;

/**
 * Tells a value that `kubeseal` encrypted: two bytes of length, that much RSA, the rest AES-GCM. One
 * whose tail is left out as dots (as in documentation) is ciphertext too; readable text in it is none.
 */
export function isSealedValue(text: string): boolean {
  // In documentation the tail is left out as dots.
  const bytes = fromBase64(text.replace(LEFT_OUT, ''));
  if (bytes === undefined || bytes.length < 2 + MIN_SEALED_BYTES) return false;
  const length = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const isCut = bytes.length < 2 + length + GCM_TAG_BYTES;
  if (isCut && !LEFT_OUT.test(text)) return false;
  return RSA_BYTES.has(length) && !holdsReadable(bytes);
}

const AGE_LINE = /^[A-Za-z0-9+/]{1,64}={0,2}$/;
const PGP_LINE =
  /^(?:[A-Za-z0-9+/]{1,76}={0,2}|=[A-Za-z0-9+/]{4}|(?:Version|Comment|Hash|Charset): .{0,80})?$/;
const VAULT_LINE = /^[0-9a-f]{2,80}$/;

/** Ciphertext over several lines: how it begins, what its lines are, how it ends. */
const BLOCKS = [
  {
    begin: '-----BEGIN AGE ENCRYPTED FILE-----',
    end: '-----END AGE ENCRYPTED FILE-----',
    line: AGE_LINE,
  },
  { begin: '-----BEGIN PGP MESSAGE-----', end: '-----END PGP MESSAGE-----', line: PGP_LINE },
  { begin: '$ANSIBLE_VAULT;', end: '', line: VAULT_LINE },
] as const;

/** Most blocks of one file that are looked at. */
const MAX_BLOCKS = 10_000;

/** The ranges of age files, PGP messages and Ansible vaults in a text, only where every line fits. */
export function blocksIn(text: string): readonly Readonly<{ start: number; end: number }>[] {
  return BLOCKS.flatMap((block) => {
    const found: { start: number; end: number }[] = [];
    let at = text.indexOf(block.begin);
    while (at !== -1 && found.length < MAX_BLOCKS) {
      const end = blockEnd(text, at, block);
      if (end !== undefined) found.push({ start: at, end });
      at = text.indexOf(block.begin, end ?? at + block.begin.length);
    }
    return found;
  });
}

function blockEnd(text: string, at: number, block: (typeof BLOCKS)[number]): number | undefined {
  let from = lineEnd(text, at) + 1;
  while (from < text.length) {
    const to = lineEnd(text, from);
    const line = text.slice(from, to).trim();
    if (block.end !== '' && line === block.end) return to;
    if (!block.line.test(line)) return block.end === '' && from > at + 64 ? from - 1 : undefined;
    from = to + 1;
  }
  return block.end === '' ? text.length : undefined;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** The text of a whole block of ciphertext, such as the `enc` of a recipient. */
export function isCipherBlock(text: string): boolean {
  const body = text.trim();
  return blocksIn(body).some(({ start, end }) => start === 0 && end >= body.length);
}

/** Base64 of bytes that nobody can read, such as a data key that a KMS wrapped. */
export function isWrappedKey(text: string): boolean {
  const bytes = fromBase64(text) ?? fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
  if (bytes === undefined) return /^vault:v\d+:[A-Za-z0-9+/=]{40,}$/.test(text);
  return bytes.length >= 32 && !holdsReadable(bytes) && latin1(bytes) !== '';
}
