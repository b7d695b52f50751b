import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { createGunzip } from 'node:zlib';
import { HERMETIC_GIT_ENV } from '../test/support/repo-builder.ts';

/** The other process of `GitHost`: tells its address, then its traffic whenever it is asked. */
const [root = '.'] = process.argv.slice(2);
let [requests, bytes] = [0, 0];

const server = createServer((request, response) => {
  requests++;
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const found = /^\/([\w.-]+)\/(info\/refs|git-upload-pack)$/.exec(pathname);
  if (found === null) return void response.writeHead(404).end();
  serve(join(root, found[1] ?? ''), found[2] === 'info/refs', { request, response });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind.
  process.send?.(`http://127.0.0.1:${port}`);
});

process.on('message', () => {
  process.send?.({ requests, bytes });
  [requests, bytes] = [0, 0];
});
process.on('disconnect', () => process.exit(0));

function serve(
  dir: string,
  isAdvertisement: boolean,
  { request, response }: Readonly<{ request: IncomingMessage; response: ServerResponse }>,
): void {
  const protocol = request.headers['git-protocol'];
  const env = {
    ...HERMETIC_GIT_ENV,
    PATH: process.env['PATH'],
    ...(protocol === undefined ? {} : { GIT_PROTOCOL: String(protocol) }),
  };
  const kind = isAdvertisement ? 'advertisement' : 'result';
  const args = isAdvertisement ? ['--http-backend-info-refs'] : [];
  response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}` });
  if (isAdvertisement) response.write('001e# service=git-upload-pack\n0000');
  const child = spawn('git', ['upload-pack', '--stateless-rpc', ...args, dir], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
  child.stdout.pipe(response);
  // A client that has had enough goes away in the middle.
  response.on('close', () => child.kill());
  child.stdin.on('error', () => undefined);
  const isZipped = request.headers['content-encoding'] === 'gzip';
  (isZipped ? request.pipe(createGunzip()) : request).pipe(child.stdin);
}
