import { parseDuration } from '../../api/duration.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Pass } from '../line.ts';
import { sightOf } from './source.ts';
import type { Sight } from './source.ts';

/** The CRD's default, for a spec that says nothing usable. */
const DEFAULT_MAX_STALENESS_MS = 24 * 3_600_000;

/**
 * Asks the server what the source names now. A source that could not be looked at for longer than
 * `source.maxStaleness` is `SourceStale`: what is live may be far behind without anybody noticing.
 */
export async function look(pass: Pass): Promise<Result<Sight>> {
  const { line, signal, memory, ports } = pass;
  const now = ports.clock.monotonic();
  memory.lookedAt ??= now;
  const refs = await line.git.refs(line.wish.asked, signal);
  if (!refs.ok) return stopped(staleness(pass, refs.stop, now - memory.lookedAt) ?? refs.stop);
  memory.lookedAt = now;
  const sight = sightOf(line.wish, refs.value);
  if (!sight.ok) return sight;
  memory.head = { label: sight.value.label, oid: sight.value.commit };
  return ok(sight.value);
}

function staleness({ repo }: Pass, why: Stop, sinceMs: number): Stop | undefined {
  const { maxStaleness } = repo.spec.source;
  const limit = parseDuration(maxStaleness) ?? DEFAULT_MAX_STALENESS_MS;
  if (why.kind !== 'retry' || sinceMs <= limit) return undefined;
  const message = `the source was not seen for longer than ${maxStaleness}; last: ${why.message}`;
  return stop('SourceStale', message);
}
