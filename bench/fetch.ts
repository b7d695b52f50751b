import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { HERMETIC_GIT_ENV } from '../test/support/repo-builder.ts';
import { FetchClient } from './fetch-client.ts';
import type { FetchOrder, FetchReport } from './fetch-client.ts';
import { GitHost } from './git-host.ts';
import { extendHistory, makeHistory, runGit } from './git-history.ts';
import type { HistoryShape } from './git-history.ts';
import { median } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';

const MIB = 1_024 * 1_024;

/** About 60 MiB of pack and 35,000 objects. */
const USUAL: HistoryShape = { commits: 8_000, files: 200, bulkPerCommit: 7_000 };
const NEW_COMMITS = 100;

/** A pack of a little above 300,000,000 bytes. */
const LARGE: HistoryShape = { commits: 5_000, files: 200, bulkPerCommit: 60_000 };

const ROUNDS = 7;
const MAX_PACK_BYTES = 1_000 * MIB;

/** The embedded engine's limit as it is by default. */
const EMBEDDED_LIMIT_BYTES = 64 * MIB;

/** What the server has handed to sockets and pipes before it learns of the refusal. */
const UNDER_WAY_BYTES = 16 * MIB;

/** How the Git adapter compares with the git program itself, and what a large pack costs. */
export const fetchBench: Bench = async (say) => {
  const yard = await Yard.make(say);
  try {
    const lines = [
      await yard.poll(),
      await yard.clone(),
      await yard.fetchNew(),
      await yard.readCommits(),
      ...(await yard.largePack()),
    ];
    return { lines, serverVersion: await runGit(yard.dir, ['version']) };
  } finally {
    await yard.close();
  }
};

/** The served repositories, and one client that has warmed up as an operator has. */
class Yard {
  readonly dir: string;
  readonly #host: GitHost;
  readonly #client: FetchClient;
  readonly #say: (text: string) => void;
  #folders = 0;

  private constructor(
    dir: string,
    { host, client }: Readonly<{ host: GitHost; client: FetchClient }>,
    say: (text: string) => void,
  ) {
    this.dir = dir;
    this.#host = host;
    this.#client = client;
    this.#say = say;
  }

  static async make(say: (text: string) => void): Promise<Yard> {
    const dir = await mkdtemp(join(tmpdir(), 'gw-bench-fetch-'));
    for (const [name, shape] of [
      ['usual.git', USUAL],
      ['large.git', LARGE],
    ] as const) {
      await makeHistory(join(dir, name), shape);
      await runGit(join(dir, name), ['repack', '-adq', '--threads=1']);
      const size = await runGit(join(dir, name), ['count-objects', '-v']);
      say(`${name}: ${size.replaceAll('\n', ', ')}`);
    }
    const [host, client] = [await GitHost.start(dir), await FetchClient.start()];
    return new Yard(dir, { host, client }, say);
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#host.close();
    await rm(this.dir, { recursive: true });
  }

  /** Requests of a poll that finds nothing new. */
  async poll(): Promise<Measurement> {
    const dataDir = this.#folder();
    const ask = (): Promise<FetchReport> =>
      this.#run({ dataDir, work: 'poll', engine: 'embedded' });
    await ask();
    await this.#host.traffic();
    await ask();
    const { requests } = await this.#host.traffic();
    await runGit(this.dir, ['ls-remote', `${this.#host.url}/usual.git`, 'refs/heads/main']);
    const reference = (await this.#host.traffic()).requests;
    return {
      ...{
        bench: 'fetch',
        metric: 'poll of an unchanged branch',
        value: requests,
        unit: 'requests',
      },
      ...{ reference: 'git ls-remote', referenceValue: reference, ratio: reference / requests },
      bar: { kind: 'atMost', value: 1 },
    };
  }

  /** Fetches everything beside git itself; who goes first alternates. */
  async clone(): Promise<Measurement> {
    const both = await this.#both(() => {
      const [dataDir, clone] = [this.#folder(), this.#folder()];
      return {
        mine: { dataDir },
        gits: ['clone', '--quiet', '--bare', this.#usualUrl, clone],
      };
    });
    return timeLine(`clone of ${USUAL.commits} commits`, 'git clone --bare', both);
  }

  /** Commits are added before each round, and both sides fetch them into what they have. */
  async fetchNew(): Promise<Measurement> {
    const usual = join(this.dir, 'usual.git');
    const [dataDir, clone] = [this.#folder(), this.#folder()];
    await this.#run({ dataDir, work: 'fetch' });
    await runGit(this.dir, ['clone', '--quiet', '--bare', this.#usualUrl, clone]);
    const ref = '+refs/heads/main:refs/heads/main';
    const fetch = ['-C', clone, 'fetch', '--quiet', '--no-auto-maintenance', 'origin', ref];
    let count = USUAL.commits;
    const both = await this.#both(async () => {
      const have = await runGit(usual, ['rev-parse', 'main']);
      await extendHistory(usual, { ...USUAL, commits: NEW_COMMITS }, count);
      count += NEW_COMMITS;
      return { mine: { dataDir, have }, gits: fetch };
    });
    return timeLine(`fetch of ${NEW_COMMITS} new commits`, 'git fetch', both);
  }

  /** Reads every commit of the usual repository. */
  async readCommits(): Promise<Measurement> {
    const usual = join(this.dir, 'usual.git');
    const oids = (await runGit(usual, ['rev-list', 'main'])).split('\n');
    const dataDir = this.#folder();
    await this.#run({ dataDir, work: 'fetch' });
    const [mine, gits]: [number[], number[]] = [[], []];
    let lost = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      const report = await this.#run({ dataDir, work: 'read', oids });
      lost += oids.length - report.count;
      const reference = await catFileSeconds(usual, oids);
      // The first round warms up.
      if (round > 0)
        [mine, gits].forEach((all, at) => all.push(at === 0 ? report.seconds : reference));
    }
    const [value, referenceValue] = [oids.length / median(mine), oids.length / median(gits)];
    return {
      ...{ bench: 'fetch', metric: 'raw commits read', value, unit: 'commits/s', lost },
      ...{ reference: 'git cat-file --batch by itself', referenceValue },
      ratio: value / referenceValue,
      bar: { kind: 'atLeast', value: 15_000 },
      extra: { n: ROUNDS, commits: oids.length },
    };
  }

  /** Memory of a fresh process for a large pack, and when the embedded engine refuses one. */
  async largePack(): Promise<readonly Measurement[]> {
    const url = `${this.#host.url}/large.git`;
    await this.#host.traffic();
    const native = await this.#alone({ url, engine: 'native', maxPackBytes: MAX_PACK_BYTES });
    const { bytes: whole } = await this.#host.traffic();
    this.#say(`native: ${native.outcome}, ${native.seconds.toFixed(1)} s, ${whole} bytes sent`);
    const maxPackBytes = EMBEDDED_LIMIT_BYTES;
    const embedded = await this.#alone({ url, engine: 'embedded', maxPackBytes });
    const { bytes: sent } = await this.#host.traffic();
    this.#say(`embedded: ${embedded.outcome}, ${sent} bytes sent`);
    const isRefused = embedded.outcome.startsWith('RepositoryTooLarge');
    return [
      {
        ...{ bench: 'fetch', metric: 'peak RSS beyond idle, 300 MB pack', unit: 'MiB' },
        ...{ value: native.peakBytes / MIB, lost: native.outcome === 'ok' ? 0 : 1 },
        ...{ reference: 'the pack itself', referenceValue: whole / MIB },
        ratio: whole / native.peakBytes,
        bar: { kind: 'atMost', value: 128 },
        extra: { seconds: native.seconds },
      },
      {
        ...{
          bench: 'fetch',
          metric: 'embedded, sent before a 300 MB pack is refused',
          unit: 'MiB',
        },
        ...{ value: sent / MIB, lost: isRefused ? 0 : 1 },
        ...{ reference: 'the pack itself', referenceValue: whole / MIB, ratio: whole / sent },
        bar: { kind: 'atMost', value: (EMBEDDED_LIMIT_BYTES + UNDER_WAY_BYTES) / MIB },
        extra: { limitMib: EMBEDDED_LIMIT_BYTES / MIB, peakMib: embedded.peakBytes / MIB },
      },
    ];
  }

  get #usualUrl(): string {
    return `${this.#host.url}/usual.git`;
  }

  #folder(): string {
    return join(this.dir, `work-${this.#folders++}`);
  }

  #run(order: Partial<FetchOrder> & Pick<FetchOrder, 'dataDir' | 'work'>): Promise<FetchReport> {
    const usual = { engine: 'native', url: this.#usualUrl, maxPackBytes: MAX_PACK_BYTES } as const;
    return this.#client.run({ ...usual, ...order });
  }

  async #alone(order: Pick<FetchOrder, 'url' | 'engine' | 'maxPackBytes'>): Promise<FetchReport> {
    const client = await FetchClient.start();
    const report = await client.run({ ...order, work: 'fetch', dataDir: this.#folder() });
    await client.close();
    return report;
  }

  async #both(round: () => MaybeLater<Round>): Promise<Both> {
    const both = { mine: [] as number[], gits: [] as number[] };
    for (let at = 0; at <= ROUNDS; at++) {
      const { mine, gits } = await round();
      const turns = [
        async () => {
          const report = await this.#run({ ...mine, work: 'fetch' });
          if (report.outcome !== 'ok') throw new Error(report.outcome);
          both.mine.push(report.seconds);
        },
        async () => {
          const began = performance.now();
          await runGit(this.dir, gits);
          both.gits.push((performance.now() - began) / 1_000);
        },
      ];
      for (const turn of at % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
    // The first round warms up.
    return { mine: both.mine.slice(1), gits: both.gits.slice(1) };
  }
}

/** What gitward is told and what git is, once. */
type Round = Readonly<{ mine: Pick<FetchOrder, 'dataDir' | 'have'>; gits: readonly string[] }>;

type MaybeLater<T> = T | Promise<T>;

/** Seconds of each round that counts. */
type Both = Readonly<{ mine: readonly number[]; gits: readonly number[] }>;

function timeLine(metric: string, reference: string, { mine, gits }: Both): Measurement {
  const [value, referenceValue] = [median(mine), median(gits)];
  return {
    ...{ bench: 'fetch', metric, value, unit: 's', reference, referenceValue },
    ratio: referenceValue / value,
    bar: { kind: 'atMost', value: Number((1.15 * referenceValue).toFixed(3)) },
    extra: {
      n: mine.length,
      ...{ fastest: Math.min(...mine), referenceFastest: Math.min(...gits) },
      ...{ slowest: Math.max(...mine), referenceSlowest: Math.max(...gits) },
    },
  };
}

/** One run of the program with all questions at once, its answers read to the end. */
async function catFileSeconds(dir: string, oids: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = spawn('git', ['-C', dir, 'cat-file', '--batch'], {
    env: { ...HERMETIC_GIT_ENV, PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  child.stdin.end(`${oids.join('\n')}\n`);
  await once(child, 'close');
  return (performance.now() - began) / 1_000;
}
