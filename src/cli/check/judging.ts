import type { RawObject } from '../../domain/git-object.ts';
import type { Instant } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import type { GatherGround } from '../../reconcile/gather/ground.ts';
import { commitSignatures } from '../../reconcile/gather/signatures.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import { Interning } from './interning.ts';
import type { ReadCommit } from './walk.ts';

/** Commits judged in one go: what `commitSignatures` hands to one worker. */
const BATCH_COMMITS = 256;

/** How commits are judged while a walk still finds others. */
export type JudgingOptions = Readonly<{
  ground: GatherGround;
  /** Batches under way at once: as many as there are workers, and one to wait. */
  batches: number;
  isAtCommitDate: boolean;
  /** Told after each batch how many are judged. */
  told: (judged: number) => void;
}>;

/**
 * Judges signatures as the walk brings commits, from the bytes that it has read: nothing is read twice,
 * and no more bytes are held than the batches under way have.
 */
export class Judging {
  readonly interning = new Interning();
  readonly #options: JudgingOptions;
  readonly #evidence = new Map<Oid, SignatureEvidence>();
  readonly #running = new Set<Promise<void>>();
  #waiting: ReadCommit[] = [];
  #failed: Stop | undefined;

  constructor(options: JudgingOptions) {
    this.#options = options;
  }

  /** Takes commits in; resolves when there is room for more. */
  async take(commits: readonly ReadCommit[]): Promise<Result<void>> {
    this.#waiting.push(...commits);
    while (this.#waiting.length >= BATCH_COMMITS)
      this.#start(this.#waiting.splice(0, BATCH_COMMITS));
    while (this.#running.size >= this.#options.batches) await Promise.race(this.#running);
    return this.#failed === undefined ? ok(undefined) : stopped(this.#failed);
  }

  /** Resolves when all that was taken in is judged. */
  async finish(): Promise<Result<ReadonlyMap<Oid, SignatureEvidence>>> {
    if (this.#waiting.length > 0) this.#start(this.#waiting.splice(0));
    await Promise.all(this.#running);
    return this.#failed === undefined ? ok(this.#evidence) : stopped(this.#failed);
  }

  #start(batch: readonly ReadCommit[]): void {
    const work = this.#judge(batch).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #judge(batch: readonly ReadCommit[]): Promise<void> {
    const { ground, isAtCommitDate } = this.#options;
    const bytes = new Map<Oid, RawObject>(batch.map(({ raw }) => [raw.oid, raw]));
    const claimed = new Map<Oid, Instant>(
      isAtCommitDate ? batch.map(({ commit }) => [commit.oid, commit.committer.when]) : [],
    );
    const judged = await commitSignatures([...bytes.keys()], {
      ...ground,
      objects: { readMany: () => Promise.resolve(ok(bytes)) },
      firstSeen: (oid) => claimed.get(oid),
    });
    if (!judged.ok) {
      this.#failed ??= judged.stop;
      return;
    }
    for (const [oid, found] of judged.value) {
      this.#evidence.set(oid, this.interning.evidence(found));
    }
    this.#options.told(this.#evidence.size);
  }
}
