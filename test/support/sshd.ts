import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { makeKey } from './ssh-key.ts';
import type { KeyPair } from './ssh-key.ts';

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** How the server is set up. */
export type SshdOptions = Readonly<{
  hostKeys?: readonly HostKeyType[];
  /** Takes no GIT_PROTOCOL: every client gets protocol version 1. */
  protocol?: 1 | 2;
  /** More lines of sshd_config. */
  config?: readonly string[];
}>;

/** A running OpenSSH server on 127.0.0.1, as this user, with keys of its own. */
export interface Sshd {
  readonly user: string;
  readonly port: number;
  /** `ssh://user@127.0.0.1:port`; paths behind it are those of this machine. */
  readonly url: string;
  /** The key that is let in. */
  readonly client: KeyPair;
  /** Public host keys, `type base64`. */
  readonly hostKeys: readonly string[];
  /** known_hosts with every host key. */
  readonly knownHosts: string;
  readonly traffic: Readonly<{
    connections: number;
    sessions: number;
    /** Times that a pack was asked for. */
    packs: number;
    bytesSent: number;
  }>;
  /** A shell script that runs in the place of each command, which $SSH_ORIGINAL_COMMAND holds. */
  setScript(script: string | undefined): void;
  /** Lets another key in. */
  authorize(key: KeyPair): void;
  forget(): void;
  close(): Promise<void>;
}

/** A test that fails half-way leaves no server behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((server) => server.kill()));

/** Starts sshd and a relay before it, which counts. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const dir = await mkdtemp(join(tmpdir(), 'gw-sshd-'));
  const types = options.hostKeys ?? ['ed25519'];
  const keys: KeyPair[] = [];
  for (const type of types) keys.push(await makeKey(dir, `host_${type}`, ['-t', type]));
  const client = await makeKey(dir, 'client', ['-t', 'ed25519']);
  await writeFile(join(dir, 'authorized_keys'), client.public);
  await writeFile(join(dir, 'sessions'), '');
  await writeFile(join(dir, 'asked'), '');
  await writeFile(join(dir, 'run'), wrapper(dir));
  await chmod(join(dir, 'run'), 0o755);
  const inner = await freePort();
  await writeFile(join(dir, 'config'), configOf(dir, inner, options));
  // As root, sshd wants the folder that Debian makes at boot.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(sshdPath(), ['-D', '-e', '-f', join(dir, 'config')], { stdio: 'ignore' });
  running.add(server);
  await listening(inner, server);
  return new RunningSshd({ dir, client, keys, server, relay: new Relay(inner) }).start();
}

class RunningSshd implements Sshd {
  readonly user = userInfo().username;
  readonly client: KeyPair;
  readonly hostKeys: readonly string[];
  readonly #dir: string;
  readonly #server: ChildProcess;
  readonly #relay: Relay;
  #before = { connections: 0, sessions: 0, packs: 0, bytesSent: 0 };

  constructor(parts: {
    dir: string;
    client: KeyPair;
    keys: readonly KeyPair[];
    server: ChildProcess;
    relay: Relay;
  }) {
    this.#dir = parts.dir;
    this.client = parts.client;
    this.hostKeys = parts.keys.map((key) => key.public.split(' ').slice(0, 2).join(' '));
    this.#server = parts.server;
    this.#relay = parts.relay;
  }

  async start(): Promise<this> {
    await this.#relay.start();
    return this;
  }

  get port(): number {
    return this.#relay.port;
  }

  get url(): string {
    return `ssh://${this.user}@127.0.0.1:${this.port}`;
  }

  get knownHosts(): string {
    return this.hostKeys.map((key) => `[127.0.0.1]:* ${key}\n`).join('');
  }

  get traffic(): Sshd['traffic'] {
    const [now, before] = [this.#now(), this.#before];
    return {
      connections: now.connections - before.connections,
      sessions: now.sessions - before.sessions,
      packs: now.packs - before.packs,
      bytesSent: now.bytesSent - before.bytesSent,
    };
  }

  authorize(key: KeyPair): void {
    appendFileSync(join(this.#dir, 'authorized_keys'), key.public);
  }

  forget(): void {
    this.#before = this.#now();
  }

  setScript(script: string | undefined): void {
    const file = join(this.#dir, 'script');
    if (script === undefined) rmSync(file, { force: true });
    else writeFileSync(file, script);
  }

  async close(): Promise<void> {
    await this.#relay.close();
    const ended = new Promise((resolve) => this.#server.once('close', resolve));
    this.#server.kill();
    await ended;
    running.delete(this.#server);
    await rm(this.#dir, { recursive: true, force: true });
  }

  #now(): { connections: number; sessions: number; packs: number; bytesSent: number } {
    const asked = readFileSync(join(this.#dir, 'asked'), 'latin1');
    return {
      connections: this.#relay.connections,
      sessions: readFileSync(join(this.#dir, 'sessions'), 'latin1').length,
      // One `done` ends each request for a pack.
      packs: asked.split('0009done\n').length - 1,
      bytesSent: this.#relay.bytesSent,
    };
  }
}

/** Passes bytes between clients and sshd. */
class Relay {
  connections = 0;
  bytesSent = 0;
  port = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(inner: number) {
    this.#server = createServer((outer) => {
      this.connections++;
      const back = connect(inner, '127.0.0.1');
      for (const socket of [outer, back]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      back.on('data', (bytes) => void (this.bytesSent += bytes.length));
      outer.pipe(back).pipe(outer);
      outer.on('close', () => back.destroy());
      back.on('close', () => outer.destroy());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port; // A listening TCP server has no other kind.
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Notes the session and what is asked, and runs the script or the command itself. */
function wrapper(dir: string): string {
  return `#!/bin/sh
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
printf x >>'${dir}/sessions'
mkfifo '${dir}/in.'$$
exec 3<&0
tee -a '${dir}/asked' >'${dir}/in.'$$ <&3 2>/dev/null &
if [ -f '${dir}/script' ]; then sh '${dir}/script' <'${dir}/in.'$$
else sh -c "$SSH_ORIGINAL_COMMAND" <'${dir}/in.'$$
fi
code=$?
rm -f '${dir}/in.'$$
exit $code
`;
}

function configOf(dir: string, port: number, options: SshdOptions): string {
  const keys = (options.hostKeys ?? ['ed25519']).map((type) => `HostKey ${dir}/host_${type}`);
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...keys,
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `ForceCommand ${dir}/run`,
    ...(options.protocol === 1 ? [] : ['AcceptEnv GIT_PROTOCOL']),
    ...(options.config ?? []),
    '',
  ].join('\n');
}

/** sshd calls itself by its whole path. */
export function sshdPath(): string {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = dirs.map((dir) => join(dir, 'sshd')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('sshd is missing; run scripts/setup');
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind.
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until somebody listens; a server that ended never will. */
async function listening(port: number, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () =>
        resolve(false),
      );
      socket.on('connect', () => socket.destroy());
    });
    if (isUp) return;
  }
  throw new Error(`sshd ended with ${server.exitCode}`);
}
