import { parseCommit } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { parseManifests } from '../render/index.ts';
import { digestTrust, loadKeyring, verifyBytes, verifySignature } from '../signature/index.ts';
import type { Keyring, LoadedKeyring, SignatureEvidence, Trust } from '../signature/index.ts';
import type { Job, Output, ParseJob, ParseOutput, VerifyJob, VerifyOutput } from './port.ts';

/** Keyrings kept, one per trust digest: more would only serve trust that is no longer in force. */
const MAX_KEYRINGS = 8;

/** Commits of a job whose signatures are under way together: the crypto has threads of its own. */
const COMMITS_AT_ONCE = 16;

/** Does jobs one after the other and remembers parsed keyrings. Throws only for bugs. */
export class JobRunner {
  readonly #keyrings = new Map<string, Promise<LoadedKeyring>>();

  run(job: Job): Promise<Result<Output>> {
    switch (job.kind) {
      case 'verify':
        return this.#verify(job);
      case 'parse':
        return Promise.resolve(parse(job));
    }
  }

  async #verify(job: VerifyJob): Promise<Result<VerifyOutput>> {
    const { keyring, usable, problems } = await this.#keyring(job.trust);
    const commits: { oid: Oid; evidence: SignatureEvidence }[] = [];
    for (let start = 0; start < job.commits.length; start += COMMITS_AT_ONCE) {
      const group = job.commits.slice(start, start + COMMITS_AT_ONCE);
      commits.push(...(await Promise.all(group.map((one) => judge(one, job, keyring)))));
    }
    const detached: SignatureEvidence[] = [];
    for (const { format, firstSeen, ...signed } of job.detached ?? []) {
      const when = { at: job.at, firstSeen: Math.min(firstSeen ?? job.at, job.at) };
      detached.push(await verifyBytes(format, signed, { keyring, when }));
    }
    return ok({ kind: 'verify', commits, detached, usableKeys: usable, problems });
  }

  #keyring(trust: Trust): Promise<LoadedKeyring> {
    const digest = digestTrust(trust);
    const known = this.#keyrings.get(digest);
    const loaded = known ?? loadKeyring(trust);
    // Taken out and put in again, so that the first in the map is the one longest not asked for.
    this.#keyrings.delete(digest);
    this.#keyrings.set(digest, loaded);
    const [oldest] = this.#keyrings.keys();
    if (this.#keyrings.size > MAX_KEYRINGS && oldest !== undefined) this.#keyrings.delete(oldest);
    return loaded;
  }
}

async function judge(
  { oid, bytes, firstSeen }: VerifyJob['commits'][number],
  { at }: VerifyJob,
  keyring: Keyring,
): Promise<VerifyOutput['commits'][number]> {
  const when = { at, firstSeen: Math.min(firstSeen ?? at, at) };
  const parsed = parseCommit({ oid, type: 'commit', bytes });
  const evidence: SignatureEvidence = parsed.ok
    ? await verifySignature(parsed.value, keyring, when)
    : { kind: 'bad', reason: 'CommitMalformed', detail: parsed.stop.message };
  return { oid, evidence };
}

function parse(job: ParseJob): Result<ParseOutput> {
  const parsed = parseManifests(job.blobs, job.limits);
  return parsed.ok ? ok({ kind: 'parse', ...parsed.value }) : parsed;
}
