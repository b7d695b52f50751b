import { parseCommit } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { parseManifests } from '../render/index.ts';
import { digestPeople, loadKeyring, verifySignature } from '../signature/index.ts';
import type { LoadedKeyring, SignatureEvidence, TrustedPerson } from '../signature/index.ts';
import type { Job, Output, ParseJob, ParseOutput, VerifyJob, VerifyOutput } from './port.ts';

/** Keyrings kept, one per trust digest: more would only serve trust that is no longer in force. */
const MAX_KEYRINGS = 8;

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
    const { keyring, usable, problems } = await this.#keyring(job.people);
    const commits: { oid: Oid; evidence: SignatureEvidence }[] = [];
    for (const { oid, bytes } of job.commits) {
      const parsed = parseCommit({ oid, type: 'commit', bytes });
      const evidence: SignatureEvidence = parsed.ok
        ? await verifySignature(parsed.value, keyring, job.at)
        : { kind: 'bad', reason: 'CommitMalformed', detail: parsed.stop.message };
      commits.push({ oid, evidence });
    }
    return ok({ kind: 'verify', commits, usableKeys: usable, problems });
  }

  #keyring(people: readonly TrustedPerson[]): Promise<LoadedKeyring> {
    const digest = digestPeople(people);
    const known = this.#keyrings.get(digest);
    const loaded = known ?? loadKeyring(people);
    // Taken out and put in again, so that the first in the map is the one longest not asked for.
    this.#keyrings.delete(digest);
    this.#keyrings.set(digest, loaded);
    const [oldest] = this.#keyrings.keys();
    if (this.#keyrings.size > MAX_KEYRINGS && oldest !== undefined) this.#keyrings.delete(oldest);
    return loaded;
  }
}

function parse(job: ParseJob): Result<ParseOutput> {
  const parsed = parseManifests(job.blobs, job.limits);
  return parsed.ok ? ok({ kind: 'parse', ...parsed.value }) : parsed;
}
