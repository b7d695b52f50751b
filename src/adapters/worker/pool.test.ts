import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GpgHome } from '../../../test/support/gpg.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { person, trustIn } from '../../../test/support/trust.ts';
import { hashObject } from '../../commit/oid.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Result } from '../../domain/result.ts';
import { DEFAULT_RENDER_LIMITS } from '../../render/limits.ts';
import { inlineWork } from '../../worker/inline.ts';
import type { ParseJob, VerifyJob } from '../../worker/port.ts';
import { packJob } from './arena.ts';
import { WorkerPool } from './pool.ts';

const DEADLINE_MS = 1_000;
const IDLE_MS = 5_000;
const blob = (text: string): ParseJob['blobs'][number] => {
  const bytes = Buffer.from(text);
  return { path: 'a.yaml', oid: hashObject('blob', bytes), bytes };
};
const parse: ParseJob = { kind: 'parse', blobs: [blob('a: 1\n')], limits: DEFAULT_RENDER_LIMITS };

/** A thread that does this with each message; `reply` answers with a text as only warning. */
function thread(onMessage: string): URL {
  const code = `
    import { parentPort, threadId } from 'node:worker_threads';
    const reply = (warning) => parentPort.postMessage({ kind: 'done', result:
      { ok: true, value: { kind: 'parse', manifests: [], warnings: [String(warning)] } } });
    parentPort.on('message', ({ job }) => { ${onMessage} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

const pools: WorkerPool[] = [];
function poolOf(onMessage: string, clock: Clock = manualClock()): WorkerPool {
  const pool = new WorkerPool({
    clock,
    idleMs: IDLE_MS,
    limits: { maxHeapMib: 32 },
    entry: thread(onMessage),
  });
  pools.push(pool);
  return pool;
}
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function outcome(pool: WorkerPool, job = parse): Promise<string> {
  const done: Result<{ warnings: readonly string[] }> = await pool.run(job, DEADLINE_MS);
  return done.ok ? (done.value.warnings[0] ?? '') : done.stop.reason;
}

/** Loops for ever on a poisoned blob, and answers with the thread's number otherwise. */
const DO = (poison: string): string =>
  `if (Buffer.from(job.blobs[0].bytes).includes('poison')) { ${poison} } else reply(threadId);`;
const poisoned: ParseJob = { ...parse, blobs: [blob('poison')] };

describe('WorkerPool', () => {
  it('an endless loop, killed at the deadline; the next job gets a fresh thread', async () => {
    const clock = manualClock();
    const pool = poolOf(DO('for (;;);'), clock);
    const before = await outcome(pool);
    const stuck = outcome(pool, poisoned);
    await clock.advance(DEADLINE_MS);
    expect(await stuck).toBe('RenderLimitExceeded');
    const after = await outcome(pool);
    expect([before === after, /^\d+$/.test(after)]).toStrictEqual([false, true]);
  });

  it.each([
    ['memory without end', 'const hold = []; for (;;) hold.push(new Array(1e5).fill({}));'],
    ['a thread that exits', 'process.exit(1);'],
    ['an error outside the job', 'throw new Error("x");'],
    ['a bug', 'parentPort.postMessage({ kind: "bug", message: "x" });'],
  ])('%s, a stop, not tried again, and the next job is done', async (_, poison) => {
    const pool = poolOf(DO(poison));
    expect(await outcome(pool, poisoned)).toBe('RenderLimitExceeded');
    expect(await outcome(pool)).toMatch(/^\d+$/);
  });

  it('jobs in the same thread until it was idle, then in a new one', async () => {
    const clock = manualClock();
    const pool = poolOf('reply(threadId);', clock);
    const first = await outcome(pool);
    await clock.advance(IDLE_MS - 1);
    expect(await outcome(pool)).toBe(first);
    await clock.advance(IDLE_MS);
    expect(clock.pending()).toBe(0);
    expect(await outcome(pool)).not.toBe(first);
  });

  it('many jobs at once, one thread, each answered', async () => {
    const pool = poolOf('reply(threadId);');
    const answers = await Promise.all(Array.from({ length: 20 }, () => outcome(pool)));
    expect(new Set(answers).size).toBe(1);
  });

  it('closed, jobs under way and later ones stop', async () => {
    const pool = poolOf('');
    const jobs = [outcome(pool), outcome(pool)];
    await pool.close();
    expect(await Promise.all(jobs)).toStrictEqual(['RenderLimitExceeded', 'RenderLimitExceeded']);
    expect(await outcome(pool)).toBe('RenderLimitExceeded');
  });

  it('nothing of the environment in the thread', async () => {
    const pool = poolOf('reply(Object.keys(process.env).length);');
    expect(await outcome(pool)).toBe('0');
  });

  it("the caller's bytes, unharmed", async () => {
    const pool = poolOf('reply(job.blobs[0].bytes.length);');
    expect(await outcome(pool)).toBe('5');
    expect(Buffer.from(parse.blobs[0]?.bytes ?? []).toString()).toBe('a: 1\n');
  });
});

describe('packJob', () => {
  it('views into a large buffer, only their own bytes are handed over', () => {
    const pack = Buffer.alloc(1_000_000, 7);
    const commits = [10, 20].map((at) => {
      const bytes = pack.subarray(at, at + 5);
      return { oid: hashObject('commit', bytes), bytes };
    });
    const packed = packJob({ kind: 'verify', commits, trust: trustIn(), at: 0 });
    expect(packed.transfer.map((buffer) => buffer.byteLength)).toStrictEqual([10]);
    expect(
      packed.job.kind === 'verify' && packed.job.commits.map((one) => one.bytes),
    ).toStrictEqual(commits.map((one) => new Uint8Array(one.bytes)));
  });
});

describe('the real thread', () => {
  let gpg: GpgHome;
  let repo: TestRepo;
  let job: VerifyJob;
  beforeAll(async () => {
    gpg = await GpgHome.create();
    repo = await buildRepo();
    const alice = await gpg.newKey('Alice', 'alice@example.com');
    const openPGP = await gpg.publicKey(alice);
    const signed = await repo.object(await repo.commit({ sign: alice }));
    const unsigned = await repo.object(await repo.commit());
    job = {
      kind: 'verify',
      commits: [signed, unsigned, { oid: signed.oid, bytes: unsigned.bytes }],
      trust: trustIn(person('alice', [openPGP, 'x'])),
      at: Date.now(),
    };
  });
  afterAll(async () => {
    await repo.remove();
    await gpg.remove();
  });

  it('good, unsigned and mis-named commits, the same evidence as inline', async () => {
    const pool = new WorkerPool({ clock: manualClock() });
    pools.push(pool);
    const done = await pool.run(job, DEADLINE_MS);
    expect(done).toStrictEqual(await inlineWork().run(job, DEADLINE_MS));
    const kinds = done.ok
      ? done.value.commits.map(({ evidence }) =>
          evidence.kind === 'good' ? 'good' : evidence.reason,
        )
      : [];
    expect(kinds).toStrictEqual(['good', 'SignatureMissing', 'CommitMalformed']);
    expect(done.ok && [done.value.usableKeys, done.value.problems.length]).toStrictEqual([1, 1]);
  });
});
