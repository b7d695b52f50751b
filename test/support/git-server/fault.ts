/** What goes wrong, and from which request on it is seen. It stays until `setFault(undefined)`. */
export type GitFault =
  /** A plain HTTP answer instead of Git: 401, 403, 404, 500, … */
  | Readonly<{ kind: 'status'; status: number; on?: Phase; headers?: Record<string, string> }>
  | Readonly<{ kind: 'redirect'; location: string; status?: 301 | 302 | 307 | 308; on?: Phase }>
  /** 200 with a web page, as captive portals and sign-in pages answer. */
  | Readonly<{ kind: 'html'; on?: Phase }>
  /** Right status and content type, but these bytes. */
  | Readonly<{ kind: 'bytes'; bytes: Uint8Array; on?: Phase }>
  /** Accepts the request and never answers. */
  | Readonly<{ kind: 'silent'; on?: Phase }>
  /** Sends the headers and then nothing more. */
  | Readonly<{ kind: 'hang'; on?: Phase }>
  /** Sends the first byte of the body, then one more every `everyMs`. */
  | Readonly<{ kind: 'slow'; everyMs: number; on?: Phase }>
  /** Breaks the connection after this part of the body. */
  | Readonly<{ kind: 'reset'; fraction: number; on?: Phase }>
  /** Ends the pack after this part of it, in an answer that is well formed otherwise. */
  | Readonly<{ kind: 'truncate'; fraction: number }>
  /** Changes one byte of the pack. */
  | Readonly<{ kind: 'flip'; fraction: number }>
  /** Sends this pack instead of the right one. */
  | Readonly<{ kind: 'pack'; pack: Uint8Array }>
  /** Says that the tip has no parents to send, and sends only the tip's own objects. */
  | Readonly<{ kind: 'shallow' }>
  /** Names the branch, and then does not know its commit. */
  | Readonly<{ kind: 'vanish' }>
  /** Gives up with an error on side-band 3 in the middle of the pack. */
  | Readonly<{ kind: 'sideband'; text: string }>;

/** `refs`: from the first request on; `list`: from the second, which lists refs; `pack`: only where the pack is asked for. */
export type Phase = 'refs' | 'list' | 'pack';

const ORDER: readonly Phase[] = ['refs', 'list', 'pack'];

/** Is the fault seen by a request of this phase? */
export function strikes(fault: GitFault | undefined, phase: Phase): fault is GitFault {
  if (fault === undefined) return false;
  const from = 'on' in fault ? (fault.on ?? 'refs') : PACK_ONLY.has(fault.kind) ? 'pack' : 'refs';
  return ORDER.indexOf(phase) >= ORDER.indexOf(from);
}

const PACK_ONLY: ReadonlySet<GitFault['kind']> = new Set([
  'truncate',
  'flip',
  'pack',
  'shallow',
  'vanish',
  'sideband',
]);
