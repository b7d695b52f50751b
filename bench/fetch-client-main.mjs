// The other process of `FetchClient`: the adapter as it is built, as in an operator. Run from source
// it has a transpiler's heap beside its own, and the collector goes through both.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseEngine } from '../dist/adapters/git/choose.js';
import { gitSource } from '../dist/adapters/git/source.js';
import { parseOid } from '../dist/domain/oid.js';
import { repoKey } from '../dist/domain/repo-key.js';
import { systemClock } from '../dist/wire/clock.js';

const REF = 'refs/heads/main';
const NEVER = new AbortController().signal;
const TIMEOUT_MS = 600_000;

/** As many as a pass reads at once. */
const BATCH = 512;

/** The reader gives its program back after two seconds. */
const SETTLE_MS = 2_300;

/** A directory has one source for good, as in an operator. */
const sources = new Map();

process.on('message', (order) => {
  measured(order).then(
    (report) => process.send?.(report),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

async function measured(order) {
  const port = open(order);
  const have = parseOid(order.have ?? '');
  // An operator that has run for a while has checked the packs it has.
  if (have !== undefined) await port.published.readMany([have]);
  const oids = (order.oids ?? []).flatMap((text) => parseOid(text) ?? []);
  globalThis.gc?.();
  await sleep(SETTLE_MS);
  const idle = memory('VmRSS');
  // The kernel begins to look for the peak anew.
  writeFileSync('/proc/self/clear_refs', '5');
  const began = performance.now();
  const { outcome, count } = await work(port, order.work, { have, oids });
  const seconds = (performance.now() - began) / 1_000;
  return { outcome, seconds, peakBytes: memory('VmHWM') - idle, count };
}

function open({ engine, url, dataDir, maxPackBytes }) {
  const permissions = { allowHttp: true, allowPrivateAddresses: true };
  const source =
    sources.get(dataDir) ??
    gitSource({
      ...{ dataDir, clock: systemClock, ...permissions },
      engine: chooseEngine(engine, process.env['PATH']),
    });
  sources.set(dataDir, source);
  const remote = { url, credentials: { kind: 'none' } };
  return source.open(repoKey('bench', 'repo'), remote, { maxPackBytes, timeoutMs: TIMEOUT_MS });
}

async function work(port, kind, { have, oids }) {
  if (kind === 'poll') return { outcome: outcomeOf(await port.refs([REF], NEVER)), count: 0 };
  if (kind === 'fetch') {
    const fetched = await port.fetch([REF], have, NEVER);
    return { outcome: outcomeOf(fetched.ok ? await fetched.value.publish() : fetched), count: 0 };
  }
  let count = 0;
  for (let at = 0; at < oids.length; at += BATCH) {
    const read = await port.published.readMany(oids.slice(at, at + BATCH));
    if (!read.ok) return { outcome: outcomeOf(read), count };
    count += read.value.size;
  }
  return { outcome: 'ok', count };
}

function outcomeOf(result) {
  return result.ok ? 'ok' : `${result.stop.reason}: ${result.stop.message}`;
}

/** A line of the kernel's account of this process, in bytes. */
function memory(line) {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`${line}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) * 1_024;
}
