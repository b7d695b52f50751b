import type { ParsedCommit, PersonStamp } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { matchesPrincipal } from '../signature/index.ts';
import type { GoodSignature, SignatureEvidence } from '../signature/index.ts';
import { approversUnder } from './approvers.ts';
import type { Approvers } from './approvers.ts';
import type { Evidence } from './evidence.ts';
import type { Adjudicator, Judgement, VerifyRules } from './judgement.ts';

/** The rule name under which a commit that a forge signed is reviewed. */
export const REVIEW_RULE = 'review';

/** The commits whose signature is required, oldest first: by the mode, and the one that seals history. */
export function mustBeSigned(evidence: Evidence, judgement: Judgement): readonly ParsedCommit[] {
  const required = byMode(evidence, judgement.verify);
  const { footing } = judgement;
  const seal = footing.kind === 'startAt' ? footing.seal : undefined;
  const sealing = evidence.history.commits.find(({ oid }) => oid === seal);
  return sealing === undefined || required.includes(sealing) ? required : [sealing, ...required];
}

function byMode(
  { history }: Evidence,
  { signatures }: Pick<VerifyRules, 'signatures'>,
): readonly ParsedCommit[] {
  switch (signatures) {
    case 'EveryCommit':
      return history.commits.toReversed();
    case 'Head':
    case 'TagAndHead':
      return history.commits.slice(0, 1);
    case 'Tag':
    case 'None':
      return [];
  }
}

/** Every required commit signature is good. */
export const signed: Adjudicator = (evidence, judgement) =>
  mustBeSigned(evidence, judgement).flatMap((commit) => {
    const found = evidence.signatures.get(commit.oid);
    if (found?.kind === 'good') return [];
    const who = nameOf(commit);
    return found === undefined
      ? [stop('SignatureInvalid', `${who} was not checked`, { oid: commit.oid })]
      : [stop(found.reason, `${who}: ${found.detail}`, { oid: commit.oid })];
  });

/** The tag is signed by a person, where tags must be. */
export const tagSigned: Adjudicator = ({ tag, history }, { verify }) => {
  if (verify.signatures !== 'Tag' && verify.signatures !== 'TagAndHead') return [];
  const at = { oid: history.tip };
  if (tag === undefined) {
    return [stop('SignatureMissing', 'the source is no tag, but verify.signatures wants one', at)];
  }
  const { signature, name } = tag;
  if (signature.kind === 'bad') {
    return [stop(signature.reason, `tag ${name}: ${signature.detail}`, at)];
  }
  if (signature.signer.class === 'person') return [];
  const message = `tag ${name} is signed by ${signature.signer.name}, a forge and no person; sign it yourself`;
  return [stop('SignerUntrusted', message, at)];
};

/** A key belongs to the committer (and author) a commit names, and to the tagger of a tag, not only to somebody. */
export const bound: Adjudicator = (evidence, judgement) => {
  const { bindIdentity, signatures } = judgement.verify;
  if (bindIdentity === 'None') return [];
  const { tag, history } = evidence;
  const tags = signatures === 'Tag' || signatures === 'TagAndHead' ? tag : undefined;
  const named: readonly Bound[] = [
    ...(tags?.tagger === undefined
      ? []
      : [
          {
            ...{ what: `tag ${tags.name}`, oid: history.tip, signature: tags.signature },
            stamps: [['tagger', tags.tagger] as const],
          },
        ]),
    ...mustBeSigned(evidence, judgement).map((commit) => {
      const author =
        bindIdentity === 'CommitterAndAuthor' ? [['author', commit.author] as const] : [];
      return {
        ...{ what: nameOf(commit), oid: commit.oid },
        signature: evidence.signatures.get(commit.oid),
        stamps: [['committer', commit.committer] as const, ...author],
      };
    }),
  ];
  // An address can hold a secret like any other word of a commit: then it is not told.
  const hushed = new Set(evidence.leaks?.hushed ?? []);
  return named.flatMap((one) => unbound(one, hushed.has(one.oid)));
};

/** Something signed, and the people it names who must be its signer. */
type Bound = Readonly<{
  what: string;
  oid: Oid;
  signature: SignatureEvidence | undefined;
  stamps: readonly (readonly [role: string, stamp: PersonStamp])[];
}>;

function unbound({ what, oid, signature, stamps }: Bound, isHushed: boolean): readonly Stop[] {
  if (signature?.kind !== 'good' || signature.signer.class !== 'person') return [];
  const { emails, signer } = signature;
  const wrong = stamps.find(([, { email }]) => !isOneOf(emails, email));
  if (wrong === undefined) return [];
  const [role, { email: claimed }] = wrong;
  const email = isHushed ? '(hidden: it may hold a secret)' : claimed;
  const why =
    emails.length === 0
      ? `SignerSet ${signer.signerSet} lists no e-mail for ${signer.name}; add it, or set verify.bindIdentity to None`
      : `its ${role} ${email} is none of the addresses of ${signer.name}, whose key signed it`;
  return [stop('SignerMismatch', `${what}: ${why}`, { oid })];
}

/** Addresses are compared without regard to case: people and forges spell them both ways. */
function isOneOf(emails: readonly string[], email: string): boolean {
  return matchesPrincipal(
    emails.map((one) => one.toLowerCase()),
    email.toLowerCase(),
  );
}

/** What a forge signed in somebody's name counts only where allowed, and then only reviewed by a person. */
export const reviewed: Adjudicator = (evidence, judgement) => {
  const reviewers = approversUnder({ name: REVIEW_RULE, roles: [] }, { evidence, judgement });
  return mustBeSigned(evidence, judgement).flatMap((commit) => {
    const found = evidence.signatures.get(commit.oid);
    if (found?.kind !== 'good' || found.signer.class !== 'forge') return [];
    return forgeProblem(commit, found, { forge: judgement.verify.forge, reviewers });
  });
};

function forgeProblem(
  commit: ParsedCommit,
  { signer }: GoodSignature,
  { forge, reviewers }: Readonly<{ forge: VerifyRules['forge']; reviewers: Approvers }>,
): readonly Stop[] {
  const by = `${nameOf(commit)} is signed by the forge ${signer.name}, which proves no person`;
  const at = { oid: commit.oid };
  if (forge === 'Deny') {
    const message = `${by}; merge a signed branch with git merge --ff-only instead of the button`;
    return [stop('SignerUntrusted', message, at)];
  }
  if (reviewers(commit.oid).size > 0) return [];
  const message = `${by}; a listed person must approve it: gitward approve ${shortOid(commit.oid)}`;
  return [stop('ReviewMissing', message, at)];
}

function nameOf({ oid, subject }: ParsedCommit): string {
  return `commit ${shortOid(oid)} (${subject})`;
}
