import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below Linux' range for outgoing connections, so that a stopped server's port stays free for its restart.
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MAX_PROBES = 50;

/** A TCP port of 127.0.0.1 that was free a moment ago; somebody may still take it first. */
export async function freePort(): Promise<number> {
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${FIRST_PORT} and ${LAST_PORT}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const failed = once(server, 'error').then(() => false);
  const listening = once(server, 'listening').then(() => true);
  server.listen(port, '127.0.0.1');
  const free = await Promise.race([failed, listening]);
  if (!free) return false;
  server.close();
  await once(server, 'close');
  return true;
}
