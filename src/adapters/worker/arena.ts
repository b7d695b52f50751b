import type { Job, VerifyJob } from '../../worker/port.ts';

/** A job whose bytes all lie in one buffer of their own, to be handed over without another copy. */
export type PackedJob = Readonly<{ job: Job; transfer: readonly ArrayBuffer[] }>;

/**
 * Copies a job's bytes together. Views into a fetched pack would otherwise take the whole pack with
 * them, and transferring the caller's own buffers would empty them under its hands.
 */
export function packJob(job: Job): PackedJob {
  const parts = partsOf(job);
  const arena = new ArrayBuffer(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let at = 0;
  const place = <P extends Readonly<{ bytes: Uint8Array }>>(part: P): P => {
    const bytes = new Uint8Array(arena, at, part.bytes.length);
    bytes.set(part.bytes);
    at += bytes.length;
    return { ...part, bytes };
  };
  return { job: placed(job, place), transfer: [arena] };
}

type WithBytes = Readonly<{ bytes: Uint8Array }>;

function partsOf(job: Job): readonly WithBytes[] {
  switch (job.kind) {
    case 'verify':
      return job.commits;
    case 'parse':
      return job.blobs;
    case 'scan':
      return job.files;
  }
}

function placed(job: Job, place: <P extends WithBytes>(part: P) => P): Job {
  switch (job.kind) {
    case 'verify':
      return { ...job, commits: job.commits.map(place), ...detachedOf(job) };
    case 'parse':
      return { ...job, blobs: job.blobs.map(place) };
    case 'scan':
      return { ...job, files: job.files.map(place) };
  }
}

/** Tags and approvals are few and small: a copy of their own is enough. */
function detachedOf({ detached }: VerifyJob): Pick<VerifyJob, 'detached'> {
  if (detached === undefined) return {};
  return {
    detached: detached.map((one) => ({
      ...one,
      armor: one.armor.slice(),
      payload: one.payload.slice(),
    })),
  };
}
