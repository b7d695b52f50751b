import { parseCommit } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { parseManifests } from '../render/index.ts';
import { digestPlan, fileScanner } from '../secrets/index.ts';
import type { FileScanner } from '../secrets/index.ts';
import { digestTrust, loadKeyring, verifyBytes, verifySignature } from '../signature/index.ts';
import type { Keyring, LoadedKeyring, SignatureEvidence, Trust } from '../signature/index.ts';
import { workClock } from './work-clock.ts';
import type {
  Job,
  Output,
  ParseJob,
  ParseOutput,
  ScanJob,
  ScanOutput,
  VerifyJob,
  VerifyOutput,
} from './port.ts';

/** Keyrings kept, one per trust digest: more would only serve trust that is no longer in force. */
const MAX_KEYRINGS = 8;

/** Scanners kept, one per plan: compiled rules are a few MiB each. */
const MAX_SCANNERS = 4;

/** Commits of a job whose signatures are under way together: the crypto has threads of its own. */
const COMMITS_AT_ONCE = 16;

/** Does jobs one after the other and remembers parsed keyrings. Throws only for bugs. */
export class JobRunner {
  readonly #keyrings = new Map<string, Promise<LoadedKeyring>>();
  readonly #scanners = new Map<string, FileScanner>();

  run(job: Job): Promise<Result<Output>> {
    switch (job.kind) {
      case 'verify':
        return this.#verify(job);
      case 'parse':
        return Promise.resolve(parse(job));
      case 'scan':
        return Promise.resolve(this.#scan(job));
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
    return kept(this.#keyrings, digestTrust(trust), MAX_KEYRINGS, () => loadKeyring(trust));
  }

  #scan({ files, plan }: ScanJob): Result<ScanOutput> {
    const make = (): FileScanner => fileScanner(plan, workClock());
    const scanner = kept(this.#scanners, digestPlan(plan), MAX_SCANNERS, make);
    const scanned = files.map(({ what, ...input }) =>
      what === 'message' ? scanner.scanMessage(input) : scanner.scan(input),
    );
    return ok({ kind: 'scan', files: scanned });
  }
}

/** What was made under this name before, or makes it; of too many the one longest not asked for goes. */
function kept<T>(known: Map<string, T>, name: string, most: number, make: () => T): T {
  const value = known.get(name) ?? make();
  // Taken out and put in again, so that the first in the map is the one longest not asked for.
  known.delete(name);
  known.set(name, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
  return value;
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
