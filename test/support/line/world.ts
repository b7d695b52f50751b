import { createSecretKey } from 'node:crypto';
import type { GuardedRepo } from '../../../src/api/guardedrepo.ts';
import type { Person, SignerSet } from '../../../src/api/signerset.ts';
import { repoKey } from '../../../src/domain/repo-key.ts';
import { createGuard } from '../../../src/guard/guard.ts';
import { freshMemory } from '../../../src/reconcile/line.ts';
import type { Ground, LineEnd, LinePorts, RepoMemory } from '../../../src/reconcile/line.ts';
import type { ScanId, ScanProgress, ScannedCommit } from '../../../src/reconcile/ports.ts';
import { runLine } from '../../../src/reconcile/pipeline.ts';
import { DEFAULT_RENDER_LIMITS } from '../../../src/render/limits.ts';
import type { WorkPort } from '../../../src/worker/port.ts';
import { inlineWork } from '../../../src/worker/inline.ts';
import { manualClock } from '../clock.ts';
import type { GpgKey } from '../gpg.ts';
import type { TestRepo } from '../repo-builder.ts';
import { MapCluster } from './cluster.ts';
import { LocalGit } from './git.ts';

/** The key of the repo of every line test. */
export const LINE_KEY = repoKey('payments', 'shop');

const SILENT = { debug: noop, info: noop, warn: noop, error: noop };
const NO_METER = {
  reconciled: noop,
  verdict: noop,
  drift: noop,
  driftStage: noop,
  missedByWatch: noop,
  guarded: noop,
};

function noop(): void {
  // Tests of the line look at what it did, not at what it counted.
}

/** Progress of history scans in a map: the volume that a restart leaves alone. */
class MapProgress implements ScanProgress {
  readonly commits = new Map<string, ScannedCommit[]>();

  newKey(): string {
    return 'ab'.repeat(32);
  }

  load({ digest }: ScanId): Promise<readonly ScannedCommit[]> {
    return Promise.resolve([...(this.commits.get(digest) ?? [])]);
  }

  append({ digest }: ScanId, commits: readonly ScannedCommit[]): Promise<void> {
    this.commits.set(digest, [...(this.commits.get(digest) ?? []), ...commits]);
    return Promise.resolve();
  }
}

/** The repo line over a real Git repository and a cluster of maps; no process, no network. */
export class LineWorld {
  readonly git: LocalGit;
  readonly cluster = new MapCluster();
  readonly clock = manualClock(Date.now());
  /** Taken up at the next start. */
  work: WorkPort = inlineWork();
  historyBudgetMs = 2_000;
  readonly scans = new MapProgress();
  repo: GuardedRepo;
  memory: RepoMemory = freshMemory();
  #ports: LinePorts;

  private constructor(work: TestRepo, signers: readonly SignerSet[]) {
    this.git = new LocalGit(work);
    this.cluster.signers = signers;
    this.repo = lineRepo();
    this.#ports = this.#build();
  }

  static async create(work: TestRepo, ...signers: readonly GpgKey[]): Promise<LineWorld> {
    return new LineWorld(work, [signerSet(await Promise.all(signers.map((key) => personOf(key))))]);
  }

  /** From now on these people may sign, and nobody else. */
  setPeople(...people: readonly Person[]): void {
    this.cluster.signers = [signerSet(people)];
  }

  get ground(): Ground {
    return { repo: this.repo, memory: this.memory, ports: this.#ports };
  }

  /** One pass. What the ledger accepted is then repeated in status, as `report` does. */
  async pass(): Promise<LineEnd> {
    const end = await runLine(this.ground, new AbortController().signal);
    const anchor = this.memory.stored?.entry.anchor.oid;
    if (anchor !== undefined) this.setStatusAnchor(anchor);
    return end;
  }

  /** The process ended and started again: memory and guard are gone, stores and volume are not. */
  restart(): void {
    this.memory = freshMemory();
    this.#ports = this.#build();
  }

  setStatusAnchor(oid: string | undefined): void {
    const { status: _old, ...rest } = this.repo;
    const anchor = {
      ...{ oid, revision: '', acceptedAt: '', trustDigest: '', policyDigest: '' },
    };
    const status = { observedGeneration: 1, conditions: [], driftCount: 0, targets: [] };
    this.repo =
      oid === undefined ? rest : { ...rest, status: { ...status, anchor: { ...anchor, oid } } };
  }

  setSpec(changes: Partial<GuardedRepo['spec']>): void {
    const generation = (this.repo.metadata.generation ?? 1) + 1;
    const metadata = { ...this.repo.metadata, generation };
    this.repo = { ...this.repo, metadata, spec: { ...this.repo.spec, ...changes } };
  }

  #build(): LinePorts {
    const { cluster, clock, git } = this;
    const { objects, kinds, ledger, own, watches } = cluster;
    const sink = { changed: noop, health: noop };
    const digestKey = createSecretKey(Buffer.alloc(32, 1));
    const random = (): number => 0;
    const guard = createGuard({ objects, kinds, watches, clock, random, sink, digestKey });
    return {
      ...{ git, kinds, ledger, objects, guard, clock },
      work: this.work,
      scans: this.scans,
      cluster: own,
      log: SILENT,
      meter: NO_METER,
      rules: {
        allowHttp: false,
        allowCrossNamespace: false,
        ownNamespace: 'gitward-system',
        maxPackBytes: 1e9,
        maxRangeCommits: 1_000,
        render: DEFAULT_RENDER_LIMITS,
        historyBudgetMs: this.historyBudgetMs,
        writers: 4,
      },
    };
  }
}

/** A person with this key and its address; `more` replaces what it names. */
export async function personOf(key: GpgKey, more: Partial<Person> = {}): Promise<Person> {
  const openPGP = await key.home.publicKey(key);
  return { name: key.name, emails: [key.email], keys: [{ openPGP }], ...more };
}

function signerSet(people: readonly Person[]): SignerSet {
  const set = { apiVersion: 'gitward.dev/v1alpha1', kind: 'SignerSet' } as const;
  return { ...set, metadata: { name: 'platform' }, spec: { people } };
}

function lineRepo(): GuardedRepo {
  return {
    apiVersion: 'gitward.dev/v1alpha1',
    kind: 'GuardedRepo',
    metadata: { name: 'shop', namespace: 'payments', generation: 1 },
    spec: {
      suspend: false,
      interval: '1m',
      timeout: '60s',
      mode: 'Enforce',
      deletionPolicy: 'Orphan',
      source: {
        url: 'https://git.example.com/shop.git',
        ref: { branch: 'main' },
        maxStaleness: '24h',
      },
      verify: {
        signatures: 'EveryCommit',
        signers: ['platform'],
        bindIdentity: 'Committer',
        forge: 'Deny',
        onUntrusted: 'Freeze',
        maxPending: '24h',
        secrets: { mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
      },
      targets: [
        {
          name: 'prod',
          path: 'deploy',
          namespace: 'payments',
          serviceAccountName: 'payments-deployer',
          drift: { onDrift: 'Revert' },
        },
      ],
    },
  };
}
