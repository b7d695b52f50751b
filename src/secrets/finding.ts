import { createHmac } from 'node:crypto';
import type { Hit } from './hit.ts';
import type { LeakRule, Severity } from './rule.ts';

/** A leak as it may be told to anybody: where it is, and nothing of what it is. */
export type Finding = Readonly<{
  rule: string;
  severity: Severity;
  path: string;
  /** From 1. 0 where the path or a message is at fault, not a line of a file. */
  line: number;
  endLine: number;
  /** How it was wrapped: `data.token, base64`. */
  within?: string;
  /** 32 hex digits; the same for the same secret at the same path under the same salt. */
  fingerprint: string;
  /** `40 characters`: enough to find it, useless to guess it. */
  hint: string;
}>;

/** 128 bits: short enough to be the name of a rule that an approval names. */
const FINGERPRINT_DIGITS = 32;

/**
 * Names a leak so that rebases and squashes keep the name: HMAC-SHA256 (cut to 128 bits) over rule, secret and path.
 * The salt is known to whoever can clone, and to nobody who sees only status or alerts: these cannot
 * try out weak secrets.
 */
export function fingerprintOf(
  hit: Pick<Hit, 'rule' | 'secret'>,
  path: string,
  salt: string,
): string {
  const hmac = createHmac('sha256', Buffer.from(salt, 'utf8'));
  const secret = Buffer.from(hit.secret, 'latin1');
  for (const bytes of [Buffer.from(hit.rule, 'utf8'), secret, Buffer.from(path, 'utf8')]) {
    // Each with its length in front, so that no two triples give the same bytes.
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest('hex').slice(0, FINGERPRINT_DIGITS);
}

/** What may be told of a hit. */
export function findingOf(
  hit: Hit,
  rule: Pick<LeakRule, 'severity'>,
  { path, salt }: Readonly<{ path: string; salt: string }>,
): Finding {
  return {
    rule: hit.rule,
    severity: rule.severity,
    path,
    line: hit.line,
    endLine: hit.endLine,
    ...(hit.within === undefined ? {} : { within: hit.within }),
    fingerprint: fingerprintOf(hit, path, salt),
    hint: hintOf(hit.secret),
  };
}

function hintOf(secret: string): string {
  return secret.length === 1 ? '1 character' : `${secret.length} characters`;
}
