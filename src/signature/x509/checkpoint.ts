import type { Instant } from '../../domain/clock.ts';
import { isLogged } from './trusted-root.ts';
import type { Log } from './trusted-root.ts';

/** What a log says its tree is. */
export type TreeHead = Readonly<{ size: bigint; root: Uint8Array }>;

const MAX_CHECKPOINT_BYTES = 8_192;
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/;
const SIZE = /^(?:0|[1-9]\d{0,18})$/;
const HINT_OCTETS = 4;

/**
 * Reads a checkpoint that this log signed (a C2SP signed note): origin, size and root first. Nothing
 * when no signature in it is the log's.
 */
export function readCheckpoint(
  envelope: Uint8Array,
  log: Readonly<{ id: string; logs: readonly Log[]; when: Instant }>,
): TreeHead | undefined {
  if (envelope.length > MAX_CHECKPOINT_BYTES) return undefined;
  const bytes = Buffer.from(envelope);
  const text = bytes.toString('utf8');
  const gap = text.lastIndexOf('\n\n');
  if (gap === -1 || !bytes.equals(Buffer.from(text))) return undefined;
  const body = text.slice(0, gap + 1);
  const [origin = '', size = '', root = ''] = body.split('\n');
  const hash = Buffer.from(root, 'base64');
  if (!SIZE.test(size) || hash.toString('base64') !== root) return undefined;
  const data = Buffer.from(body);
  const signed = text
    .slice(gap + 2)
    .split('\n')
    .some((line) => {
      const signature = signatureIn(line, origin, log.id);
      return (
        signature !== undefined && isLogged(log.logs, log.id, { when: log.when, data, signature })
      );
    });
  return signed ? { size: BigInt(size), root: hash } : undefined;
}

/** The signature of a line by the log of this id, under the name it has in the origin. */
function signatureIn(line: string, origin: string, id: string): Uint8Array | undefined {
  const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const hint = Buffer.from(id, 'base64').subarray(0, HINT_OCTETS);
  // Rekor names itself, then its tree: `rekor.example.com - 1`.
  const named = origin === name || origin.startsWith(`${name} - `);
  const whole = bytes.toString('base64') === base64 && bytes.subarray(0, HINT_OCTETS).equals(hint);
  return named && whole ? bytes.subarray(HINT_OCTETS) : undefined;
}
