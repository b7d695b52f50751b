import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommit } from '../../src/commit/parse.ts';
import type { ParsedCommit } from '../../src/commit/parse.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { verifySignature } from '../../src/signature/index.ts';
import type { SignatureEvidence } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import { oneOf, picker, seedOfRun } from '../support/picker.ts';
import type { Pick } from '../support/picker.ts';
import { buildRepo, withSignature } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';
import { momentOf } from '../support/trust.ts';
import { honestCommit } from './mutants/honest.ts';
import { mutate } from './mutants/mutate.ts';
import type { Known } from './mutants/mutate.ts';
import { named, Oracle } from './mutants/oracle.ts';
import { makeSigners } from './mutants/signers.ts';
import type { Signer, SignersOfAll } from './mutants/signers.ts';

// The differential oracle: what gitward accepts, git finds in order, signed well and of the same tree;
// what honest people sign and git calls good, gitward accepts. `make test-mutants` runs 10,000.

const SEED = seedOfRun();
const MUTANTS = Number(process.env['GITWARD_MUTANTS'] ?? 1_000);
const TIMEOUT_MS = 600_000;

/** Each of these costs git a process of its own. */
const HONEST = Math.ceil(MUTANTS / 15);
const SAMPLE = Math.ceil(Math.sqrt(MUTANTS));

let gpg: GpgHome;
let repo: TestRepo;
let all: SignersOfAll;
let known: Known;
let oracle: Oracle;
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
  all = await makeSigners(gpg);
  const commits = [
    await repo.commit({ files: { a: '1' } }),
    await repo.commit({ files: { a: '2' } }),
  ];
  const trees = [await repo.head('HEAD^{tree}'), await repo.head('HEAD^^{tree}')];
  known = { commits: atLeastOne(commits), trees: atLeastOne(trees) };
  oracle = new Oracle(repo, gpg.env, all.config);
}, 60_000);
afterAll(async () => {
  await repo.remove();
  await gpg.remove();
});

function atLeastOne<T>([first, ...rest]: readonly T[]): readonly [T, ...T[]] {
  if (first === undefined) throw new Error('none');
  return [first, ...rest];
}

/** X.509 costs git most, so it comes half as often. */
function signerOf(pick: Pick): Signer {
  const [openpgp, ssh, x509] = all.signers;
  return oneOf([openpgp, openpgp, ssh, ssh, x509], pick);
}

const signedBy = async (signer: Signer, payload: Uint8Array): Promise<Uint8Array> =>
  withSignature(payload, await signer.sign(payload));

/** Disturbed after signing, or before it, or both; some never signed at all. */
async function mutant(pick: Pick): Promise<Uint8Array> {
  const plain = honestCommit(pick, known);
  const before = pick(2) === 0 ? mutate(plain, pick, known) : plain;
  const signed = pick(8) === 0 ? before : await signedBy(signerOf(pick), before);
  return before === plain || pick(4) === 0 ? mutate(signed, pick, known) : signed;
}

type Judged = Readonly<{ commit?: ParsedCommit; evidence: SignatureEvidence | 'malformed' }>;

async function judge(oid: Oid, bytes: Uint8Array): Promise<Judged> {
  const parsed = parseCommit({ oid, type: 'commit', bytes });
  if (!parsed.ok || !isReadable(parsed.value)) return { evidence: 'malformed' };
  const evidence = await verifySignature(parsed.value, all.keyring, momentOf(Date.now()));
  return { commit: parsed.value, evidence };
}

/** The walk that reads the parents, and the render that reads the tree, refuse what is of another type. */
function isReadable({ tree, parents }: ParsedCommit): boolean {
  const isCommit = (oid: string): boolean => known.commits.includes(oid);
  return !isCommit(tree) && !parents.some((oid) => known.trees.includes(oid));
}

const asGitReads = ({ oid, tree, parents }: ParsedCommit): string =>
  `${oid} ${tree} ${parents.join(' ')}`.trimEnd();

describe(`differential oracle, GITWARD_SEED=${SEED}`, () => {
  it(
    `${MUTANTS} mutants: what gitward accepts, git accepts with the same tree`,
    async () => {
      const pick = picker(SEED);
      const accepted = new Map<Oid, ParsedCommit>();
      const read = new Map<Oid, ParsedCommit>();
      const stored = new Map<Oid, Uint8Array>();
      const counts = new Map<string, number>();
      for (let i = 0; i < MUTANTS; i += 1) {
        const [oid, bytes] = named(await mutant(pick));
        const { commit, evidence } = await judge(oid, bytes);
        const fate = evidence === 'malformed' ? evidence : fateOf(evidence);
        counts.set(fate, (counts.get(fate) ?? 0) + 1);
        if (commit !== undefined || pick(10) === 0) stored.set(oid, bytes);
        if (commit !== undefined) read.set(oid, commit);
        if (commit !== undefined && fate.startsWith('good')) accepted.set(oid, commit);
      }
      console.log(
        `mutants-oracle: GITWARD_SEED=${SEED} ${JSON.stringify(Object.fromEntries(counts))}`,
      );
      // The run says something only if every format was accepted at times, and refused at times.
      expect([...counts.keys()]).toStrictEqual(expect.arrayContaining(FATES));
      await oracle.store(stored);
      const faulty = await oracle.faulty();
      expect(faultsOf([...read.keys()], faulty, stored)).toStrictEqual([]);
      // Those that gitward calls malformed are the control: git objects to some of them.
      expect(faulty.size).toBeGreaterThan(0);
      const lines = await oracle.read([...read.keys()]);
      expect([...read.values()].map(asGitReads).filter((line) => !lines.has(line))).toStrictEqual(
        [],
      );
      expect(await oracle.notGood([...accepted.keys()])).toStrictEqual([]);
      await tellSample(
        [...stored.keys()].filter((oid) => !accepted.has(oid)),
        faulty,
      );
    },
    TIMEOUT_MS,
  );

  it(
    `${HONEST} honest commits that git calls good, accepted`,
    async () => {
      const pick = picker(SEED + 1);
      const commits = new Map<Oid, Uint8Array>();
      for (let i = 0; i < HONEST; i += 1) {
        const [oid, bytes] = named(await signedBy(signerOf(pick), honestCommit(pick, known)));
        commits.set(oid, bytes);
      }
      await oracle.store(commits);
      const good = await oracle.good([...commits.keys()]);
      expect(good.size).toBe(commits.size);
      const refused: unknown[] = [];
      for (const [oid, bytes] of commits) {
        const { evidence } = await judge(oid, bytes);
        if (evidence === 'malformed' || evidence.kind === 'bad') {
          refused.push({ evidence, commit: Buffer.from(bytes).toString('latin1').slice(0, 2_000) });
        }
      }
      expect(refused).toStrictEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** What fsck says against these, with the commit itself. */
function faultsOf(
  oids: readonly Oid[],
  faulty: ReadonlyMap<string, string>,
  stored: ReadonlyMap<Oid, Uint8Array>,
): readonly unknown[] {
  return oids.flatMap((oid) => {
    const fault = faulty.get(oid);
    const commit = Buffer.from(stored.get(oid) ?? []).toString('latin1');
    return fault === undefined ? [] : [{ fault, commit: commit.slice(0, 2_000) }];
  });
}

const FATES = [
  'malformed',
  'good openpgp',
  'good ssh',
  'good x509',
  'SignatureMissing',
  'SignatureInvalid',
];

function fateOf(evidence: SignatureEvidence): string {
  return evidence.kind === 'good' ? `good ${evidence.format}` : evidence.reason;
}

/** Tells of some that gitward refuses how many git takes: how much stricter gitward is. */
async function tellSample(
  refused: readonly Oid[],
  faulty: ReadonlyMap<string, string>,
): Promise<void> {
  const step = Math.max(1, Math.floor(refused.length / SAMPLE));
  const sample = refused.filter((_, i) => i % step === 0);
  const good: Oid[] = [];
  for (const oid of sample) if (await oracle.verifies(oid)) good.push(oid);
  const taken = good.filter((oid) => !faulty.has(oid));
  const of = `of ${sample.length} that gitward refuses git verifies ${good.length}`;
  console.log(`mutants-oracle: ${of}, and fsck takes ${taken.length} of those`);
}
