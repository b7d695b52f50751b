import type { Instant } from '../../domain/clock.ts';
import { toTimestamp } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { isSignedBy, readScheme } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { sameBytes } from './der.ts';
import { KEY_USAGE, NAME_CONSTRAINTS } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import type { Memo } from './memo.ts';

/** When a chain must be valid: begun at the one moment, not ended at the other. */
export type Validity = Readonly<{ begun: Instant; notEnded: Instant }>;

/** Where a chain may lead: `pool` is from anybody, `anchors` are pinned. */
export type ChainRules = Readonly<{
  pool: readonly Certificate[];
  anchors: readonly Certificate[];
  /** Extended key usages, one of which every certificate that is limited must allow. */
  purposes: readonly string[];
  validity: Validity;
  /** Who signed whom, as far as it was checked before. */
  issued: Memo<boolean>;
}>;

/** Extended key usages (RFC 5280 §4.2.1.12). */
export const PURPOSE = {
  any: '2.5.29.37.0',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
} as const;

/** Most certificates of a chain, leaf and anchor included. */
export const MAX_CHAIN = 8;

/** Most different signatures of issuers checked for one leaf: hostile pools of look-alikes cost time. */
const MAX_CHECKS = 64;

/** An empty name: nothing is issued by it. */
const EMPTY_NAME = 2;

type Search = {
  readonly rules: ChainRules;
  readonly purpose: string;
  readonly fresh: boolean;
  /** How many more signatures may be checked, for all searches together. */
  readonly budget: { checks: number };
  weak: BadSignature | undefined;
  /** What kept an authority of the right name from being part of the chain. */
  why: string | undefined;
};

/**
 * Finds a chain from a leaf to a pinned authority, leaf first, and checks it as RFC 5280 §6.1 asks:
 * names, signatures, authority, path length (self-issued ones count too), key usage, purposes, dates.
 * Critical extensions that are not applied and name constraints are refused. Revocation lists are not
 * read: a SignerSet revokes.
 */
export function findChain(
  leaf: Certificate,
  rules: ChainRules,
): Result<readonly Certificate[], BadSignature> {
  const wrong = judgeLeaf(leaf);
  if (wrong !== undefined) return stopped(bad('SignerUntrusted', wrong, leaf.fingerprint));
  const budget = { checks: MAX_CHECKS };
  const now = searchAll(leaf, rules, { fresh: true, budget });
  if (now.ok) return now;
  const ever = searchAll(leaf, rules, { fresh: false, budget });
  if (!ever.ok) return ever;
  const late = ever.value.find((one) => !isFresh(one, rules.validity)) ?? leaf;
  const life = `${toTimestamp(late.notBefore)} to ${toTimestamp(late.notAfter)}`;
  const which = late === leaf ? 'its certificate' : 'an authority of its certificate';
  return stopped(bad('KeyExpired', `${which} is valid only from ${life}`, leaf.fingerprint));
}

/** Each purpose must be open from the leaf to the anchor; the first that is decides. */
function searchAll(
  leaf: Certificate,
  rules: ChainRules,
  how: Pick<Search, 'fresh' | 'budget'>,
): Result<readonly Certificate[], BadSignature> {
  let weak: BadSignature | undefined;
  let why: string | undefined;
  for (const purpose of rules.purposes) {
    const search: Search = { rules, purpose, ...how, weak: undefined, why: undefined };
    const path = allows(leaf.extensions, purpose) ? searchPath(leaf, search) : undefined;
    if (path !== undefined) return ok(path);
    weak ??= search.weak;
    why ??= search.why;
  }
  const lost = 'its certificate does not lead to a listed authority';
  const detail = why === undefined ? lost : `${lost}: ${why}`;
  return stopped(weak ?? bad('SignerUntrusted', detail, leaf.fingerprint));
}

/** Breadth first, each certificate once: the shortest path is the one path lengths allow most. */
function searchPath(leaf: Certificate, search: Search): readonly Certificate[] | undefined {
  const { anchors, pool, validity } = search.rules;
  if (search.fresh && !isFresh(leaf, validity)) return undefined;
  const seen = new Set([leaf.fingerprint]);
  let front: readonly (readonly Certificate[])[] = [[leaf]];
  const extend = (path: readonly Certificate[]): readonly (readonly Certificate[])[] => {
    const found = pool.filter(
      (one) => !seen.has(one.fingerprint) && extendsPath(one, path, search),
    );
    for (const { fingerprint } of found) seen.add(fingerprint);
    return found.map((one) => [...path, one]);
  };
  for (let length = 1; length < MAX_CHAIN && front.length > 0; length += 1) {
    for (const path of front) {
      const anchor = anchors.find((one) => extendsPath(one, path, search));
      if (anchor !== undefined) return [...path, anchor];
    }
    front = front.flatMap(extend);
  }
  return undefined;
}

/** Whether this authority issued the last certificate of the path, and may have. */
function extendsPath(issuer: Certificate, path: readonly Certificate[], search: Search): boolean {
  const child = path.at(-1);
  if (child === undefined || !sameBytes(issuer.subject, child.issuer)) return false;
  if (issuer.subject.length <= EMPTY_NAME) return false;
  if (search.fresh && !isFresh(issuer, search.rules.validity)) return false;
  const wrong = judgeIssuer(issuer, path.length - 1, search.purpose);
  if (wrong !== undefined) {
    search.why ??= `of the authority ${issuer.fingerprint.slice(0, 16)}…, ${wrong}`;
    return false;
  }
  return isIssuedBy(child, issuer, search);
}

function isIssuedBy(child: Certificate, issuer: Certificate, search: Search): boolean {
  const scheme = readScheme(child.algorithm);
  if (!scheme.ok || !issuer.key.ok) {
    search.weak ??= weaknessOf(scheme) ?? weaknessOf(issuer.key);
    return false;
  }
  const edge = `${issuer.fingerprint} ${child.fingerprint}`;
  const { rules, budget } = search;
  const known = rules.issued.get(edge);
  if (known !== undefined || budget.checks <= 0) return known === true;
  budget.checks -= 1;
  const fits = isSignedBy(issuer.key.value, scheme.value, child.tbs.raw, child.signature);
  return rules.issued.keep(edge, fits);
}

/** Why an authority may not stand there, with so many authorities below, if so. */
function judgeIssuer(issuer: Certificate, below: number, purpose: string): string | undefined {
  const { extensions } = issuer;
  if ((extensions.pathLength ?? MAX_CHAIN) < below) return 'it has too many authorities below';
  if (!allows(extensions, purpose)) return 'it does not issue for this purpose';
  return judgeAuthority(issuer);
}

/** Why a certificate cannot issue others, if so. */
export function judgeAuthority({ extensions }: Certificate): string | undefined {
  if (!extensions.authority) return 'it is not a certificate authority';
  if (((extensions.keyUsage ?? KEY_USAGE.keyCertSign) & KEY_USAGE.keyCertSign) === 0) {
    return 'its key may not sign certificates';
  }
  if (extensions.values.has(NAME_CONSTRAINTS)) return 'it has name constraints';
  const [unknown] = extensions.unknownCritical;
  return unknown === undefined ? undefined : `it has the critical extension ${unknown}`;
}

function judgeLeaf({ extensions }: Certificate): string | undefined {
  if (extensions.authority) return 'its certificate is that of an authority, not of a signer';
  const usage = extensions.keyUsage ?? KEY_USAGE.digitalSignature;
  if ((usage & KEY_USAGE.digitalSignature) === 0) {
    return 'the key of its certificate may not sign';
  }
  const [unknown] = extensions.unknownCritical;
  return unknown === undefined
    ? undefined
    : `its certificate has the critical extension ${unknown}, which gitward does not know`;
}

function isFresh({ notBefore, notAfter }: Certificate, { begun, notEnded }: Validity): boolean {
  return notBefore <= begun && notEnded <= notAfter;
}

function allows({ purposes }: Extensions, purpose: string): boolean {
  return purposes === undefined || purposes.includes(purpose) || purposes.includes(PURPOSE.any);
}

function weaknessOf(read: Result<unknown, BadSignature>): BadSignature | undefined {
  return !read.ok && read.stop.reason === 'SignatureWeak' ? read.stop : undefined;
}
