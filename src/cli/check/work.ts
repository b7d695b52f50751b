import { availableParallelism } from 'node:os';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Trust } from '../../signature/index.ts';
import type { Job, OutputOf, WorkPort } from '../../worker/port.ts';
import type { Terminal } from '../terminal.ts';

/** Workers for a check, how many, and what they said of the keys. */
export type CheckWork = Readonly<{
  work: WorkPort;
  threads: number;
  usableKeys: number;
  problems: readonly string[];
}>;

/** Longest the keys may take to be read. */
const KEYS_DEADLINE_MS = 60_000;

/** Starts a worker for each core and has one read the keys. */
export async function startWork(trust: Trust, terminal: Terminal): Promise<Result<CheckWork>> {
  const threads = availableParallelism();
  const pool = terminal.startWork(threads);
  const job = { kind: 'verify', commits: [], trust, at: terminal.clock.now() } as const;
  const read = await pool.run(job, KEYS_DEADLINE_MS);
  if (!read.ok) {
    await pool.close();
    return read;
  }
  const { usableKeys, problems } = read.value;
  const work = trust.holders.length === 0 ? trustingNobody(pool) : pool;
  return ok({ work, threads, usableKeys, problems });
}

/**
 * For a check to which nobody gave signers: the operator stops where no key can be used, but here every
 * signature is to be told as a stranger's. Nothing becomes good by it, for there is no key.
 */
function trustingNobody(pool: WorkPort): WorkPort {
  return {
    run: async <J extends Job>(job: J, deadlineMs: number): Promise<Result<OutputOf<J>>> => {
      const done = await pool.run(job, deadlineMs);
      if (!done.ok || done.value.kind !== 'verify') return done;
      return ok({ ...done.value, usableKeys: 1 });
    },
    close: () => pool.close(),
  };
}
