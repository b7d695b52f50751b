import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { fingerprintOf } from '../finding.ts';
import { NO_IGNORES, placeOf } from './ignores.ts';
import type { Ignores } from './ignores.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** Most findings read; what is beyond them is not ignored, and said so. */
const MAX_ENTRIES = 100_000;

/** As `gitleaks --redact` writes it: all of it gone, or a beginning and dots. */
const REDACTED = /^REDACTED$|\.\.\.$/;

const FINGERPRINT = /^[0-9a-f]{32}$/;

/**
 * Reads a report of gitleaks (or of `gitward scan --report gitleaks`) as the findings that people know
 * of. A secret that stands in it becomes a fingerprint under this salt and is let go; one that was
 * redacted is known by rule, path, commit and line. What cannot be read ignores nothing and is told.
 */
export function parseBaseline(bytes: Uint8Array, salt: string): Ignores {
  if (bytes.length > MAX_BYTES) return unread(`has more than ${MAX_BYTES} bytes`);
  const entries = readEntries(bytes);
  if (entries === undefined) return unread('is no JSON list of findings');
  const [fingerprints, places] = [new Set<string>(), new Set<string>()];
  let odd = 0;
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    const name = isJsonObject(entry) ? nameOf(entry, salt) : undefined;
    if (name === undefined) odd += 1;
    else if (name.kind === 'fingerprint') fingerprints.add(name.text);
    else places.add(name.text);
  }
  const beyond = Math.max(0, entries.length - MAX_ENTRIES);
  const warnings = [
    ...(odd === 0 ? [] : [`${odd} findings of the baseline cannot be read and ignore nothing`]),
    ...(beyond === 0
      ? []
      : [`the baseline has more than ${MAX_ENTRIES} findings; the other ${beyond} ignore nothing`]),
  ];
  return { fingerprints, places, warnings };
}

function unread(why: string): Ignores {
  return { ...NO_IGNORES, warnings: [`the baseline ${why}; nothing of it is ignored`] };
}

function readEntries(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder('utf-8').decode(bytes));
    return Array.isArray(read) ? read : undefined;
  } catch (error) {
    // The parser quotes the text in its message, and the text holds secrets.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

type Name = Readonly<{ kind: 'fingerprint' | 'place'; text: string }>;

function nameOf(entry: JsonObject, salt: string): Name | undefined {
  const own = textOf(entry, 'GitwardFingerprint');
  if (FINGERPRINT.test(own)) return { kind: 'fingerprint', text: own };
  const [rule, path] = [textOf(entry, 'RuleID'), textOf(entry, 'File').replaceAll('\\', '/')];
  if (rule === '' || path === '') return undefined;
  const secret = textOf(entry, 'Secret');
  // Bytes that are no UTF-8 have gone from the report.
  if (secret !== '' && !REDACTED.test(secret) && !secret.includes('\ufffd')) {
    const hit = { rule, secret: Buffer.from(secret, 'utf8').toString('latin1') };
    return { kind: 'fingerprint', text: fingerprintOf(hit, path, salt) };
  }
  const line = entry['StartLine'];
  if (typeof line !== 'number' || !Number.isSafeInteger(line) || line < 0) return undefined;
  const commit = textOf(entry, 'Commit').toLowerCase();
  const place = placeOf(path, rule, line);
  return { kind: 'place', text: commit === '' ? place : `${commit}:${place}` };
}

function textOf(entry: JsonObject, key: string): string {
  const value = Object.hasOwn(entry, key) ? entry[key] : undefined;
  return typeof value === 'string' ? value : '';
}
