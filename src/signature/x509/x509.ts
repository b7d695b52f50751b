import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad, signerOf } from '../evidence.ts';
import type { SignatureEvidence } from '../evidence.ts';
import type {
  FormatKeys,
  KeyOwner,
  LoadedFormat,
  Moment,
  OwnedKey,
  SignedBytes,
} from '../format.ts';
import { judgeLife } from '../life.ts';
import type { SigstoreRoot } from '../trust.ts';
import type { Candidate } from './candidate.ts';
import type { Certificate } from './certificate.ts';
import { loadIdentity } from './fulcio.ts';
import { Memo } from './memo.ts';
import { loadPinned } from './pinned.ts';
import { nameOf, openSignature } from './signed.ts';
import type { VerifiedSignature } from './signed.ts';
import { readTrustedRoot } from './trusted-root.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** What this loader takes: a person known by certificates. */
export type Certified = OwnedKey<'x509'> | OwnedKey<'sigstore'>;

/** A Sigstore root belongs to its SignerSet: no other set can lend a name to another root. */
type Roots = ReadonlyMap<string, Result<TrustedRoot, string>>;

/**
 * Loads people known by certificates: below pinned authorities, or from Fulcio under a Sigstore root of
 * their own SignerSet. What cannot be used is a problem for people and its signatures are not trusted.
 * Never throws.
 */
export function loadX509(
  owned: readonly Certified[],
  roots: readonly SigstoreRoot[],
): LoadedFormat {
  const byName: Roots = new Map(roots.map((root) => [keyOf(root), readTrustedRoot(root)]));
  const issued = new Memo<boolean>();
  const candidates: Candidate[] = [];
  const problems: string[] = [];
  for (const { signerSet, name } of roots) {
    const read = byName.get(keyOf({ signerSet, name }));
    const whose = `Sigstore root ${name} in SignerSet ${signerSet}`;
    if (read?.ok === false) problems.push(`${whose} is not used: ${read.stop}`);
    else if (read !== undefined && read.value.skipped > 0) {
      problems.push(`${whose} has ${read.value.skipped} entries that gitward cannot read`);
    }
  }
  for (const one of owned) {
    const read = loadOne(one, byName, issued);
    const { name, signerSet } = one.owner;
    if (read.ok) candidates.push(read.value);
    else {
      problems.push(`certificates of ${name} in SignerSet ${signerSet} are not used: ${read.stop}`);
    }
  }
  const usable = new Set(candidates.map(({ id }) => id)).size;
  return { keys: new CertificateKeys(candidates), usable, problems };
}

function loadOne(one: Certified, roots: Roots, issued: Memo<boolean>): Result<Candidate, string> {
  const { material, owner } = one;
  switch (material.kind) {
    case 'x509':
      return loadPinned({ material, owner }, issued);
    case 'sigstore': {
      const found = roots.get(keyOf({ signerSet: owner.signerSet, name: material.root }));
      const missing = { ok: false, stop: `it has no Sigstore root ${material.root}` } as const;
      const root = found ?? missing;
      return root.ok ? ok(loadIdentity({ material, owner }, root.value, issued)) : root;
    }
  }
}

function keyOf({ signerSet, name }: Pick<SigstoreRoot, 'signerSet' | 'name'>): string {
  return JSON.stringify([signerSet, name]);
}

class CertificateKeys implements FormatKeys {
  readonly #candidates: readonly Candidate[];
  readonly #certificates = new Memo<Certificate>();

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
  }

  verify(signed: SignedBytes, when: Moment): Promise<SignatureEvidence> {
    const opened = openSignature(signed, this.#certificates);
    return Promise.resolve(opened.ok ? this.#judge(opened.value, when) : opened.stop);
  }

  #judge(signed: VerifiedSignature, when: Moment): SignatureEvidence {
    const { leaf, cms } = signed;
    const key = nameOf(leaf);
    const named = this.#candidates.filter((one) => one.names(leaf.extensions.names));
    const judged = named.map((one) => ({ one, wrong: one.judge(signed, when) }));
    const trusted = judged.filter(({ wrong }) => wrong === undefined);
    // Revocation wins over everything, the end of a certificate too.
    const late = judged.filter(({ wrong }) => wrong?.reason === 'KeyExpired');
    const theirs = (trusted.length > 0 ? trusted : late).map(({ one }) => one);
    const owner = ownerOf(theirs, named);
    const ended = owner === undefined ? undefined : judgeLife(owner, leaf.fingerprint, when);
    if (ended?.reason === 'KeyRevoked') return { ...ended, key };
    if (owner === undefined || trusted.length === 0) {
      const first = late[0] ?? judged[0];
      return first?.wrong === undefined
        ? bad('SignerUntrusted', `no SignerSet lists ${key}`, key)
        : { ...first.wrong, key };
    }
    if (ended !== undefined) return { ...ended, key };
    // Only now: what strangers send must not fill the memory.
    for (const one of [leaf, ...signed.pool]) this.#certificates.keep(one.fingerprint, one);
    const { emails, roles } = owner;
    const good = {
      kind: 'good',
      format: 'x509',
      signer: signerOf(owner, leaf.fingerprint),
    } as const;
    const claim = cms.claimedAt === undefined ? {} : { createdAt: cms.claimedAt };
    return { ...good, emails, roles, keyId: theirs[0]?.identity ?? key, ...claim };
  }
}

/** Who is listed twice counts for the first owner, with what all say of the same credentials. */
function ownerOf(theirs: readonly Candidate[], named: readonly Candidate[]): KeyOwner | undefined {
  const ids = new Set(theirs.map(({ id }) => id));
  const lives = named.filter(({ id }) => ids.has(id)).flatMap((one) => one.owner.lives);
  const [first] = theirs;
  return first === undefined ? undefined : { ...first.owner, lives };
}
