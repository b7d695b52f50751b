import type { CommitSignature } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { SignatureEvidence } from './evidence.ts';

/** The trusted keys of one signature format. Adding a format is adding one of these. */
export interface FormatKeys {
  /** Judges one detached signature over `payload` as of `at`; expected failures are evidence. */
  verify(armor: Uint8Array, payload: Uint8Array, at: Instant): Promise<SignatureEvidence>;
}

/** The trusted keys by format; what is missing is not verified, so never good. */
export type Keyring = Readonly<Partial<Record<CommitSignature['format'], FormatKeys>>>;
