import { describe, expect, it } from 'vitest';
import {
  ANCHOR,
  ONE,
  TWO,
  approvalBy,
  commitOf,
  goodBy,
  goodByForge,
  oid,
  reasonsOf,
  verdictOn,
} from '../../test/support/verdict.ts';
import type { Oid } from '../domain/oid.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import type { Evidence, TagEvidence } from './evidence.ts';
import type { Judgement, VerifyRules } from './judgement.ts';

const base: VerifyRules = { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny' };
const missing: SignatureEvidence = { kind: 'bad', reason: 'SignatureMissing', detail: 'x' };

function judge(
  verify: Partial<VerifyRules>,
  evidence: Partial<Evidence> = {},
  judgement: Partial<Judgement> = {},
): readonly string[] {
  return reasonsOf(verdictOn(evidence, { ...judgement, verify: { ...base, ...verify } }));
}

const signatures = (one: SignatureEvidence, two: SignatureEvidence): Partial<Evidence> => ({
  signatures: new Map([
    [ONE, one],
    [TWO, two],
  ]),
});
const tag = (signature: SignatureEvidence, more: Partial<TagEvidence> = {}): TagEvidence => ({
  ...{ name: 'v1.1.0', oid: oid('d'), contained: 'inBranch', signature, ...more },
});

describe('verify.signatures', () => {
  const ada = goodBy('Ada');
  it.each<[string, readonly string[], readonly string[]]>([
    ['EveryCommit, middle unsigned', judge({}, signatures(missing, ada)), ['SignatureMissing']],
    ['Head, middle unsigned', judge({ signatures: 'Head' }, signatures(missing, ada)), []],
    [
      'Head, head unsigned',
      judge({ signatures: 'Head' }, signatures(ada, missing)),
      ['SignatureMissing'],
    ],
    ['None, nothing signed', judge({ signatures: 'None' }, signatures(missing, missing)), []],
    ['Tag, no tag', judge({ signatures: 'Tag' }), ['SignatureMissing']],
    [
      'Tag, tag signed and commits not',
      judge({ signatures: 'Tag' }, { ...signatures(missing, missing), tag: tag(ada) }),
      [],
    ],
    [
      'Tag, tag unsigned',
      judge({ signatures: 'Tag' }, { tag: tag(missing) }),
      ['SignatureMissing'],
    ],
    [
      'Tag, tag by a forge',
      judge({ signatures: 'Tag' }, { tag: tag(goodByForge()) }),
      ['SignerUntrusted'],
    ],
    [
      'TagAndHead, head unsigned',
      judge({ signatures: 'TagAndHead' }, { ...signatures(ada, missing), tag: tag(ada) }),
      ['SignatureMissing'],
    ],
    [
      'TagAndHead, both signed',
      judge({ signatures: 'TagAndHead' }, { ...signatures(missing, ada), tag: tag(ada) }),
      [],
    ],
    [
      'Head, the sealing commit unsigned',
      judge({ signatures: 'Head' }, signatures(missing, ada), {
        footing: { kind: 'startAt', oid: ANCHOR, seal: ONE },
      }),
      ['SignatureMissing'],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toEqual(expected));
});

describe('verify.bindIdentity', () => {
  const other = { name: 'Mallory', email: 'mallory@example.com', when: 0 };
  const ADA = { name: 'Ada', email: 'ada@example.com', when: 0 };
  const authored = (more: Partial<Parameters<typeof commitOf>[2]>): Partial<Evidence> => ({
    history: {
      ...{ tip: TWO, base: ANCHOR, end: { kind: 'base' } },
      commits: [commitOf(TWO, ONE, more), commitOf(ONE, ANCHOR)],
    },
  });
  it.each<[string, readonly string[], readonly string[]]>([
    ['own address', judge({ bindIdentity: 'Committer' }), []],
    [
      'own address in other letters',
      judge(
        { bindIdentity: 'Committer' },
        authored({ committer: { ...other, email: 'ADA@Example.com' } }),
      ),
      [],
    ],
    [
      "somebody else's address",
      judge({ bindIdentity: 'Committer' }, authored({ committer: other })),
      ['SignerMismatch'],
    ],
    ["somebody else's work", judge({ bindIdentity: 'Committer' }, authored({ author: other })), []],
    [
      "somebody else's work, author bound too",
      judge({ bindIdentity: 'CommitterAndAuthor' }, authored({ author: other })),
      ['SignerMismatch'],
    ],
    [
      'a signer without addresses',
      judge(
        { bindIdentity: 'Committer' },
        signatures(goodBy('Ada', { emails: [] }), goodBy('Ada', { emails: [] })),
      ),
      ['SignerMismatch', 'SignerMismatch'],
    ],
    ['not asked', judge({}, authored({ committer: other })), []],
    [
      'own tag, commits of others',
      judge(
        { bindIdentity: 'Committer', signatures: 'Tag' },
        { ...authored({ committer: other }), tag: tag(goodBy('Ada'), { tagger: ADA }) },
      ),
      [],
    ],
    [
      'a tag that names somebody else',
      judge(
        { bindIdentity: 'Committer', signatures: 'TagAndHead' },
        { tag: tag(goodBy('Ada'), { tagger: other }) },
      ),
      ['SignerMismatch'],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toEqual(expected));

  it('an address that may hold a secret, not told', () => {
    const email = 'to-be-hidden@example.com';
    const named = (hushed: readonly Oid[]): string => {
      const leaks = {
        ...{ leaks: [], carried: [], gaps: [], warnings: [], hushed },
        ...{ ignored: 0, commits: 2, blobs: 0, digest: 'd' },
      };
      const evidence = { ...authored({ committer: { ...other, email } }), leaks };
      return JSON.stringify(
        verdictOn(evidence, { verify: { ...base, bindIdentity: 'Committer' } }),
      );
    };
    expect([[], [TWO]].map((hushed) => named(hushed).includes(email))).toEqual([true, false]);
  });
});

describe('verify.forge', () => {
  const forge = signatures(goodBy('Ada'), goodByForge());
  const review = approvalBy(goodBy('Bob'), { rule: 'review' });
  it.each<[string, readonly string[], readonly string[]]>([
    ['Deny, approved', judge({}, { ...forge, approvals: [review] }), ['SignerUntrusted']],
    ['AllowWithReview, no review', judge({ forge: 'AllowWithReview' }, forge), ['ReviewMissing']],
    [
      'AllowWithReview, approved by a person',
      judge({ forge: 'AllowWithReview' }, { ...forge, approvals: [review] }),
      [],
    ],
    [
      'AllowWithReview, approved by the forge',
      judge(
        { forge: 'AllowWithReview' },
        { ...forge, approvals: [{ ...review, signature: goodByForge() }] },
      ),
      ['ReviewMissing'],
    ],
    [
      'AllowWithReview, bound committer of the forge',
      judge(
        { forge: 'AllowWithReview', bindIdentity: 'Committer' },
        { ...forge, approvals: [review] },
      ),
      [],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toEqual(expected));
});

describe('tags', () => {
  const ada = goodBy('Ada');
  const known = (name: string, at = oid('e')): Partial<Judgement> => ({
    tags: { last: { name, oid: at }, oids: new Map([[name, at]]) },
  });
  it.each<[string, readonly string[], readonly string[]]>([
    ['higher version', judge({}, { tag: tag(ada) }, known('v1.0.9')), []],
    ['lower version', judge({}, { tag: tag(ada) }, known('v1.2.0')), ['RevisionRolledBack']],
    [
      'pre-release of what is live',
      judge({}, { tag: tag(ada, { name: 'v1.2.0-rc.1' }) }, known('v1.2.0')),
      ['RevisionRolledBack'],
    ],
    ['same tag, moved', judge({}, { tag: tag(ada) }, known('v1.1.0')), ['HistoryRewritten']],
    ['same tag, same object', judge({}, { tag: tag(ada) }, known('v1.1.0', oid('d'))), []],
    [
      'outside its branch',
      judge({}, { tag: tag(ada, { contained: 'outside' }) }),
      ['HistoryRewritten'],
    ],
    ['no branch, on the anchor', judge({}, { tag: tag(ada, { contained: 'noBranch' }) }), []],
    [
      'no branch, from the root',
      judge(
        {},
        { tag: tag(ada, { contained: 'noBranch' }), relation: 'elsewhere' },
        { footing: { kind: 'root' } },
      ),
      ['HistoryRewritten'],
    ],
    [
      'names that are no versions',
      judge({}, { tag: tag(ada, { name: 'tuesday' }) }, known('monday')),
      [],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toEqual(expected));
});
