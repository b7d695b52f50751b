import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './server.ts';

const POLL_INTERVAL_MS = 25;
const ETCD_TIMEOUT_MS = 5_000;
const START_TIMEOUT_MS = 60_000;

/** Whether the etcd that answers at `url` is the one called `name`: an answer once it serves, else undefined. */
export async function servesEtcd(url: string, name: string): Promise<true | undefined> {
  try {
    const answer = await fetch(`${url}/v3/cluster/member/list`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(ETCD_TIMEOUT_MS),
    });
    return (await answer.text()).includes(`"${name}"`) ? true : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a file that a server is about to write, undefined until it is there. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Polls until `probe` answers; throws with the end of the server's log when it dies or takes too long. */
export async function waitUntil<T>(
  server: Server,
  what: string,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (server.running() && performance.now() < deadline) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    await sleep(POLL_INTERVAL_MS);
  }
  const how = server.running() ? `did not reach "${what}" in time` : `ended before "${what}"`;
  throw new Error(`${server.name} ${how}; the end of its log:\n${server.logTail()}`);
}
