import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Holder, HolderKey, Life } from '../trust.ts';
import { isCertificateType, parseCertificate } from './certificate.ts';
import { fingerprintOf } from './key.ts';
import { parseKeyLine } from './key-line.ts';
import type { ImportedSigners } from './allowed-signers.ts';
import { WireReader } from './wire.ts';

/** Longest list read, in characters. */
const MAX_REVOKED_LENGTH = 1_048_576;

const KRL_MAGIC = 'SSHKRL\n\0';
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;
const LINE = /^(?<type>[a-z0-9@.-]+)[ \t]+(?<base64>[A-Za-z0-9+/]+={0,2})(?:[ \t].*)?$/;

/** The list gives no reason and no time, so the gravest reason holds, ever since. */
const REVOKED: Life = { revoked: { reason: 'Compromised', at: 0 } };

/** Who holds the keys that only the revocation list knows. */
const LIST_NAME = 'the revocation list';

/**
 * Marks the keys and authorities of a revocation list as revoked: public keys one a line, `SHA256:…`
 * fingerprints, `#` comments. Keys that nobody holds are added as revoked, so that a certificate for
 * one is refused too. Stops at a binary KRL and at any line it cannot read, as ssh-keygen does: half a
 * list would leave a thief's key trusted. A fingerprint that fits no listed key is a problem.
 */
export function importRevokedKeys(
  text: string,
  holders: readonly Holder[],
): Result<ImportedSigners, string> {
  if (text.startsWith(KRL_MAGIC)) {
    return stopped('the revocation list is a binary KRL; give the keys one a line instead');
  }
  if (text.length > MAX_REVOKED_LENGTH) {
    return stopped(`the revocation list has more than ${MAX_REVOKED_LENGTH} characters`);
  }
  /** By fingerprint the line of a key that could be listed, if it is one. */
  const revoked = new Map<string, string | undefined>();
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const read = readRevoked(line);
    if (!read.ok) return stopped(`line ${i + 1} of the revocation list: ${read.stop}`);
    const { fingerprint } = read.value;
    revoked.set(fingerprint, read.value.line ?? revoked.get(fingerprint));
  }
  return ok(mark(revoked, holders));
}

type Revoked = Readonly<{ fingerprint: string; line?: string }>;

function readRevoked(line: string): Result<Revoked, string> {
  if (FINGERPRINT.test(line)) return ok({ fingerprint: line });
  const { type, base64 } = LINE.exec(line)?.groups ?? {};
  const blob = Buffer.from(base64 ?? '', 'base64');
  if (base64 === undefined || blob.toString('base64') !== base64) {
    return stopped('it is no public key and no SHA256 fingerprint');
  }
  if (new WireReader(blob).text() !== type) return stopped('its key is of another kind');
  if (isCertificateType(type)) {
    const certificate = parseCertificate(blob);
    if (!certificate.ok) return stopped(certificate.stop.detail);
    const { key } = certificate.value;
    const plain = `${key.type} ${key.blob.toString('base64')}`;
    return ok({ fingerprint: key.fingerprint, line: plain });
  }
  // A key that gitward cannot use, a weak one say, never counts: its name is enough.
  const known = parseKeyLine(line).ok ? { line: `${type} ${base64}` } : {};
  return ok({ fingerprint: fingerprintOf(blob), ...known });
}

function mark(
  revoked: ReadonlyMap<string, string | undefined>,
  holders: readonly Holder[],
): ImportedSigners {
  const listed = new Set<string>();
  const plain = new Set<string>();
  const markKey = (key: HolderKey): HolderKey => {
    const { material, life } = key;
    if (material.kind !== 'ssh' && material.kind !== 'sshAuthority') return key;
    const read = parseKeyLine(material.line);
    if (!read.ok) return key;
    const { fingerprint } = read.value;
    listed.add(fingerprint);
    if (material.kind === 'ssh') plain.add(fingerprint);
    return revoked.has(fingerprint) ? { material, life: { ...life, ...REVOKED } } : key;
  };
  const marked = holders.map((holder) => ({ ...holder, keys: holder.keys.map(markKey) }));
  const added = [...revoked].flatMap(([fingerprint, line]) =>
    line === undefined || plain.has(fingerprint) ? [] : [line],
  );
  const unknown = [...revoked].filter(([name, line]) => line === undefined && !listed.has(name));
  return {
    holders: [...marked, ...holdersOf(added, holders)],
    problems: unknown.map(([name]) => `no listed key is ${name}; give the key itself to revoke it`),
  };
}

function holdersOf(lines: readonly string[], holders: readonly Holder[]): readonly Holder[] {
  const signerSet = holders[0]?.signerSet;
  if (signerSet === undefined || lines.length === 0) return [];
  const keys = lines.map((line) => ({ material: { kind: 'ssh', line } as const, life: REVOKED }));
  return [
    { ...{ class: 'person', signerSet, name: LIST_NAME, emails: [], roles: [] }, life: {}, keys },
  ];
}
