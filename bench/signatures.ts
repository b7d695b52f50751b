import { SECRETS_OFF } from '../src/reconcile/gather/scan-plan.ts';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { chooseEngine } from '../src/adapters/git/choose.ts';
import { workerPool } from '../src/adapters/worker/pool.ts';
import { openObjects } from '../src/cli/repo/objects.ts';
import { importAllowedSigners } from '../src/signature/ssh/allowed-signers.ts';
import { parseCommit } from '../src/commit/parse.ts';
import type { Oid } from '../src/domain/oid.ts';
import { commitSignatures } from '../src/reconcile/gather/signatures.ts';
import type { GatherGround } from '../src/reconcile/gather/ground.ts';
import type { ObjectReader } from '../src/reconcile/ports.ts';
import type { Holder, Trust } from '../src/signature/index.ts';
import { DEFAULT_RENDER_LIMITS } from '../src/render/limits.ts';
import { systemClock } from '../src/wire/clock.ts';
import { inlineWork } from '../src/worker/inline.ts';
import type { WorkPort } from '../src/worker/port.ts';
import { GpgHome } from '../test/support/gpg.ts';
import { person } from '../test/support/trust.ts';
import { median } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { makeSignedHistory } from './signed-history.ts';
import type { SignedHistory } from './signed-history.ts';

/** Commits of each format; one pass over them is one sample. */
const COMMITS_EACH = 1_000;
const PASSES = 5;

/** The two formats and the ratio wanted to `git log --format=%G?`. */
const FORMATS = [
  ['openpgp', 15],
  ['ssh', 60],
] as const;

/** What the operator runs in its worker threads. */
const BUILT_WORKER = new URL('../dist/worker/main.js', import.meta.url);

/** Signatures a second, against git on the same commits in the same run. */
export const signaturesBench: Bench = async (say) => {
  const lines: Measurement[] = [];
  // Workers and git programs are not to keep an operator alive, so they do not keep this process either.
  const alive = setInterval(() => undefined, 60_000);
  const gpg = await GpgHome.create();
  const history = await makeSignedHistory(2 * COMMITS_EACH);
  try {
    await gpg.gpg(['--import', history.keyring]);
    for (const [format, bar] of FORMATS)
      lines.push(await signatures(history, { format, bar, gpg, say }));
  } finally {
    await history.repo.remove();
    await gpg.remove();
  }
  clearInterval(alive);
  return { lines, serverVersion: '' };
};

type Wanted = Readonly<{
  format: 'openpgp' | 'ssh';
  bar: number;
  gpg: GpgHome;
  say: (text: string) => void;
}>;

async function signatures(history: SignedHistory, wanted: Wanted): Promise<Measurement> {
  const { format, bar, gpg, say } = wanted;
  const objects = await openObjects(
    history.repo.dir,
    chooseEngine('auto', process.env['PATH']),
    systemClock,
  );
  const oids = await oidsOf(history, format, objects);
  const trust = await trustOf(history);
  const pool = workerPool({ clock: systemClock, entry: BUILT_WORKER });
  const ground = (work: WorkPort): GatherGround => groundOf(objects, work, trust);
  const cold = await rate(oids, ground(pool));
  const rates: number[] = [];
  const inThisThread: number[] = [];
  const work = inlineWork();
  await rate(oids, ground(work));
  for (let pass = 0; pass < PASSES; pass += 1) {
    rates.push(await rate(oids, ground(pool)));
    inThisThread.push(await rate(oids, ground(work)));
  }
  await pool.close();
  await objects.close();
  const reference = await gitRate(history, oids, gpg);
  const ratio = median(rates) / reference;
  say(`${format}: ${median(rates).toFixed(0)} a second, git ${reference.toFixed(0)}`);
  return {
    ...{ bench: 'signatures', metric: `${format} signatures of ${oids.length} commits` },
    ...{ value: ratio, unit: '×', reference: 'git log --format=%G?', referenceValue: 1, ratio },
    bar: { kind: 'atLeast', value: bar },
    extra: {
      ...{ n: oids.length, perSecond: median(rates), referencePerSecond: reference },
      ...{ coldPerSecond: cold, inOneThreadPerSecond: median(inThisThread), threads: 1 },
    },
  };
}

async function oidsOf(
  { repo }: SignedHistory,
  format: Wanted['format'],
  objects: ObjectReader,
): Promise<readonly Oid[]> {
  const listed = (await repo.git('rev-list', 'main')).split('\n') as Oid[]; // rev-list prints oids.
  const read = await objects.readMany(listed);
  if (!read.ok) throw new Error(read.stop.message);
  const found = listed.filter((oid) => {
    const raw = read.value.get(oid);
    const commit = raw === undefined ? undefined : parseCommit({ ...raw, oid });
    return commit?.ok === true && commit.value.signature?.format === format;
  });
  return found.slice(0, COMMITS_EACH);
}

async function trustOf({ keyring, allowedSigners }: SignedHistory): Promise<Trust> {
  const text = await readFile(keyring, 'utf8');
  const blocks = text.match(/-----BEGIN[^]*?-----END [^\n]*-----\n/g) ?? [];
  const people: readonly Holder[] = blocks.map((armored, i) => person(`Person ${i}`, [armored]));
  const imported = importAllowedSigners(await readFile(allowedSigners, 'utf8'), 'team');
  return { holders: [...people, ...imported.holders], sigstoreRoots: [] };
}

function groundOf(objects: ObjectReader, work: WorkPort, trust: Trust): GatherGround {
  return {
    ...{ objects, work, trust, at: Date.now(), targets: [], firstSeen: () => undefined },
    ...{ render: DEFAULT_RENDER_LIMITS, maxRangeCommits: 100_000 },
    verify: { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny' },
    secrets: { spec: SECRETS_OFF },
  };
}

/** Commits a second of one pass, reading and re-hashing each; throws unless all are good. */
async function rate(oids: readonly Oid[], ground: GatherGround): Promise<number> {
  const began = performance.now();
  const done = await commitSignatures(oids, ground);
  const seconds = (performance.now() - began) / 1_000;
  if (!done.ok) throw new Error(done.stop.message);
  const good = [...done.value.values()].filter(({ kind }) => kind === 'good').length;
  if (good !== oids.length) throw new Error(`only ${good} of ${oids.length} are good`);
  return oids.length / seconds;
}

async function gitRate(
  history: SignedHistory,
  oids: readonly Oid[],
  gpg: GpgHome,
): Promise<number> {
  const config = ['-c', `gpg.ssh.allowedSignersFile=${history.allowedSigners}`];
  const args = [...config, 'log', '--no-walk=unsorted', '--stdin', '--format=%G?'];
  const began = performance.now();
  const ran = await history.repo.run(args, { env: { ...gpg.env }, input: oids.join('\n') });
  const seconds = (performance.now() - began) / 1_000;
  const good = ran.stdout
    .toString()
    .split('\n')
    .filter((line) => line === 'G').length;
  if (good !== oids.length) throw new Error(`git calls only ${good} of ${oids.length} good`);
  return oids.length / seconds;
}
