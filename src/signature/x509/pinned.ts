import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { BadSignature } from '../evidence.ts';
import type { Moment, OwnedKey } from '../format.ts';
import type { Candidate } from './candidate.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { findChain, judgeAuthority, PURPOSE } from './chain.ts';
import type { AlternativeNames } from './extensions.ts';
import type { Memo } from './memo.ts';
import { decodeCertificates } from './pem.ts';
import type { VerifiedSignature } from './signed.ts';

/** Longest PEM text, in characters, and most certificates of one. */
const MAX_PEM_LENGTH = 1_048_576;
const MAX_AUTHORITIES = 64;

const PURPOSES = [PURPOSE.emailProtection, PURPOSE.codeSigning] as const;

/** A name with a scheme is a URI, any other a mail address. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Reads the authorities of one person, or says why none can be used: every one must be able to issue. */
export function loadPinned(
  { material: { authorities, san }, owner }: OwnedKey<'x509'>,
  issued: Memo<boolean>,
): Result<Candidate, string> {
  if (authorities.length > MAX_PEM_LENGTH) return stopped(`it is longer than ${MAX_PEM_LENGTH}`);
  const wanted = san.trim();
  if (wanted === '') return stopped('it names nobody');
  const blocks = decodeCertificates(authorities);
  if (!blocks.ok) return blocks;
  if (blocks.value.length === 0 || blocks.value.length > MAX_AUTHORITIES) {
    return stopped(`it has no certificate, or more than ${MAX_AUTHORITIES}`);
  }
  const anchors: Certificate[] = [];
  for (const block of blocks.value) {
    const certificate = parseCertificate(block);
    if (!certificate.ok) return certificate;
    const { fingerprint, key } = certificate.value;
    const wrong = judgeAuthority(certificate.value) ?? (key.ok ? undefined : key.stop.detail);
    if (wrong !== undefined) return stopped(`of certificate ${fingerprint.slice(0, 16)}: ${wrong}`);
    anchors.push(certificate.value);
  }
  const id = `${wanted} ${anchors.map(({ fingerprint }) => fingerprint).join()}`;
  const judge = judgeBy(anchors, issued);
  return ok({ owner, id, identity: wanted, names: (names) => isNamed(names, wanted), judge });
}

function judgeBy(anchors: readonly Certificate[], issued: Memo<boolean>): Candidate['judge'] {
  return ({ leaf, pool }: VerifiedSignature, when: Moment): BadSignature | undefined => {
    const validity = { begun: when.at, notEnded: when.firstSeen };
    const chain = findChain(leaf, { pool, anchors, purposes: PURPOSES, validity, issued });
    return chain.ok ? undefined : chain.stop;
  };
}

/** Whether a name is among them: the domain of a mail address in any case, all else exactly (RFC 5280 §7.5). */
export function isNamed({ emails, uris }: AlternativeNames, wanted: string): boolean {
  if (SCHEME.test(wanted)) return uris.includes(wanted);
  const mail = foldDomain(wanted);
  return mail !== undefined && emails.some((one) => foldDomain(one) === mail);
}

function foldDomain(mail: string): string | undefined {
  const parts = mail.split('@');
  const [local = '', domain = ''] = parts;
  return parts.length === 2 && local !== '' && domain !== ''
    ? `${local}@${domain.toLowerCase()}`
    : undefined;
}
