import type { ParsedCommit, PersonStamp } from '../../commit/parse.ts';
import type { SignatureEvidence } from '../../signature/index.ts';

const NO_BYTES = new Uint8Array(0);

/** Most different values held of one kind; a history that has more shares no more of them. */
const MAX_HELD = 50_000;

/**
 * Makes what is kept of a hundred thousand commits small: bytes that were judged go, and equal text and
 * equal signers are held once.
 */
export class Interning {
  readonly #texts = new Map<string, string>();
  readonly #people = new Map<string, SignatureEvidence>();

  /**
   * The commit without payload and signature block; that it is signed, and how, stays. Its message stays
   * where it is wanted, in bytes of its own.
   */
  commit(commit: ParsedCommit, isMessageKept = false): ParsedCommit {
    const { signature } = commit;
    return {
      ...commit,
      author: this.#person(commit.author),
      committer: this.#person(commit.committer),
      payload: NO_BYTES,
      message: isMessageKept ? Uint8Array.from(commit.message) : NO_BYTES,
      ...(signature === undefined ? {} : { signature: { ...signature, armor: NO_BYTES } }),
    };
  }

  /** The evidence with shared parts. */
  evidence(found: SignatureEvidence): SignatureEvidence {
    if (found.kind === 'bad') return { ...found, detail: this.#text(found.detail) };
    const { signer, format, keyId } = found;
    const id = [signer.class, signer.signerSet, signer.name, signer.fingerprint, format, keyId];
    const known = hold(this.#people, JSON.stringify(id), found);
    return known.kind === 'good'
      ? { ...found, signer: known.signer, emails: known.emails, roles: known.roles }
      : found;
  }

  #person({ name, email, when }: PersonStamp): PersonStamp {
    return { name: this.#text(name), email: this.#text(email), when };
  }

  #text(text: string): string {
    return hold(this.#texts, text, text);
  }
}

function hold<T>(held: Map<string, T>, key: string, value: T): T {
  const known = held.get(key);
  if (known !== undefined) return known;
  if (held.size < MAX_HELD) held.set(key, value);
  return value;
}
