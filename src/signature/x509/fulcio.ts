import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import type { Moment, OwnedKey } from '../format.ts';
import type { Candidate } from './candidate.ts';
import type { Certificate } from './certificate.ts';
import { findChain, PURPOSE } from './chain.ts';
import type { Validity } from './chain.ts';
import { parseDer, TAG } from './der.ts';
import type { Memo } from './memo.ts';
import { verifyLogged } from './rekor.ts';
import { judgeTimestamps } from './sct.ts';
import type { VerifiedSignature } from './signed.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** Fulcio's extensions for the OIDC issuer: the newer one is a DER UTF8String, the older one bare text. */
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const ISSUER_LEGACY = '1.3.6.1.4.1.57264.1.1';

/** An identity with a scheme is a URI; both kinds are compared exactly. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Somebody whose certificates come from Fulcio: the identity in the certificate and who vouched for it. */
export function loadIdentity(
  { material, owner }: OwnedKey<'sigstore'>,
  root: TrustedRoot,
  issued: Memo<boolean>,
): Candidate {
  const { identity, issuer } = material;
  return {
    owner,
    id: JSON.stringify([identity, issuer]),
    identity,
    names: ({ emails, uris }) => (SCHEME.test(identity) ? uris : emails).includes(identity),
    judge: (signed, when) => judgeFulcio(signed, { issuer, root, when, issued }),
  };
}

type Asked = Readonly<{
  issuer: string;
  root: TrustedRoot;
  when: Moment;
  issued: Memo<boolean>;
}>;

function judgeFulcio(signed: VerifiedSignature, asked: Asked): BadSignature | undefined {
  const { leaf } = signed;
  const { issuer, root, when } = asked;
  const named = issuerOf(leaf);
  if (named !== issuer) {
    return untrusted(`its certificate is vouched for by ${named ?? 'nobody'}, not by ${issuer}`);
  }
  if (leaf.extensions.purposes?.includes(PURPOSE.codeSigning) !== true) {
    return untrusted('its certificate is not for signing code');
  }
  const logged = verifyLogged(signed, root.tlogs);
  if (!logged.ok) return untrusted(logged.stop);
  if (logged.value === undefined && root.transparency === 'Required') {
    return untrusted('it carries no transparency log entry; sign with rekorMode offline');
  }
  // Only the log's own signed time proves more than that gitward sees the commit now.
  const validity: Validity =
    logged.value === undefined
      ? { begun: when.at, notEnded: when.firstSeen }
      : { begun: logged.value, notEnded: logged.value };
  const authority = findAuthority(signed, asked, validity);
  if (!authority.ok) return authority.stop;
  const wrong = judgeTimestamps(leaf, authority.value, root.ctlogs);
  return wrong === undefined ? undefined : untrusted(wrong);
}

/** The certificate that issued the leaf, below an authority that the root trusts for that time. */
function findAuthority(
  { leaf, pool }: VerifiedSignature,
  { root: { authorities }, issued }: Asked,
  validity: Validity,
): Result<Certificate, BadSignature> {
  let refused = untrusted('its certificate does not lead to an authority of the Sigstore root');
  for (const authority of authorities) {
    const chain = findChain(leaf, {
      ...{ pool: [...authority.pool, ...pool], anchors: [authority.anchor] },
      ...{ purposes: [PURPOSE.codeSigning], validity, issued },
    });
    const [, issuer] = chain.ok ? chain.value : [];
    if (issuer !== undefined) {
      const { start, end } = authority.validFor;
      if (start <= validity.begun && validity.notEnded <= end) return ok(issuer);
      refused = untrusted('the Sigstore root does not trust its authority for that time');
    } else if (!chain.ok && chain.stop.reason !== 'SignerUntrusted') refused = chain.stop;
  }
  return stopped(refused);
}

/** The OIDC issuer a certificate names; nothing where there is none, or two that differ. */
function issuerOf({ extensions: { values } }: Certificate): string | undefined {
  const [wrapped, legacy] = [values.get(ISSUER), values.get(ISSUER_LEGACY)];
  const old = legacy === undefined ? undefined : Buffer.from(legacy).toString('utf8');
  if (wrapped === undefined) return old;
  const parsed = parseDer(wrapped);
  if (!parsed.ok || parsed.value.tag !== TAG.utf8String) return undefined;
  const text = Buffer.from(parsed.value.body).toString('utf8');
  return old === undefined || old === text ? text : undefined;
}

function untrusted(detail: string): BadSignature {
  return bad('SignerUntrusted', detail);
}
