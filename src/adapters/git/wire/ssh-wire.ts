import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { Client, ClientChannel, ConnectConfig, ParsedKey } from 'ssh2';
import type { SshAddress } from '../../net/ssh-url.ts';
import { SILENCE_TIMEOUT_MS } from '../../net/deadline.ts';
import type { Deadline } from '../../net/deadline.ts';
import { NetError } from '../../net/failure.ts';
import { PacketReader } from '../pkt-line.ts';
import { algorithmsFor } from './ssh-algorithms.ts';
import { endedEarly, hostKeyFailure, listedFor, sshFailure } from './ssh-failure.ts';
import type { SshPhase } from './ssh-failure.ts';
import { hostName, judgeHostKey } from './known-hosts.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Asking, Wire } from './wire.ts';

/** Most bytes on the wire before Git is spoken: banners, key exchange, authentication. */
const MAX_HANDSHAKE_BYTES = 1024 * 1024;

/** SSH's own framing, and progress on standard error. */
const FRAMING = 1.05;

/** Whom to speak to, as whom, and how its key is known. */
export type SshOptions = Readonly<{
  address: SshAddress;
  identity: ParsedKey;
  knownHosts: readonly KnownHost[];
  deadline: Deadline;
  /** Opens the connection, to an address that may be spoken to. */
  dial: () => Promise<Socket>;
}>;

/**
 * One run of git-upload-pack on an SSH server whose host key is listed (RFC 4253, RFC 4254): one key,
 * no agent, no configuration files, no passwords. The whole conversation is one session.
 */
export class SshWire implements Wire {
  readonly isStateless = false;
  readonly #options: SshOptions;
  readonly #client: Client = new ssh2.Client();
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;
  #socket: Socket | undefined;
  #phase: SshPhase = 'handshake';
  #refusal: Error | undefined;
  #session: Readonly<{ channel: ClientChannel; reader: PacketReader }> | undefined;
  #wireLimit = MAX_HANDSHAKE_BYTES;
  #answerLimit = 0;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#failed = new Promise((_resolve, reject) => void (this.#fail = reject));
    // Whoever waits sees it; with nobody waiting it is no failure of the process.
    this.#failed.catch(() => undefined);
  }

  async greeting(maxBytes: number): Promise<PacketReader> {
    const { address, knownHosts, deadline, dial } = this.#options;
    deadline.check();
    const types = listedFor(knownHosts, hostName(address.host, address.port));
    const socket = await dial();
    this.#socket = socket;
    this.#listen();
    await this.#step<void>('the SSH handshake', (done) => {
      this.#client.once('ready', () => done());
      this.#client.connect(this.#config(socket, types));
      // After connect: it has paused the socket, and nothing is read before it is set up.
      socket.on('data', () => this.#count(socket));
    });
    this.#phase = 'session';
    this.#allow(maxBytes);
    const channel = await this.#exec(`git-upload-pack '${address.path}'`);
    channel.on('error', (error: unknown) => this.#fail(sshFailure(error, 'session')));
    channel.stderr.resume();
    const reader = new PacketReader(this.#read(channel));
    this.#session = { channel, reader };
    return reader;
  }

  async ask(body: Uint8Array, { maxBytes, isLast }: Asking): Promise<PacketReader> {
    if (this.#session === undefined) throw new Error('an SSH server is asked before its greeting');
    const { channel, reader } = this.#session;
    this.#allow(maxBytes);
    channel.write(body);
    if (isLast) channel.end();
    return reader;
  }

  close(): void {
    this.#client.destroy();
    this.#socket?.destroy();
  }

  #config(sock: Socket, types: readonly string[]): ConnectConfig {
    const { address, identity, knownHosts } = this.#options;
    const name = hostName(address.host, address.port);
    const attempts = [{ type: 'publickey', username: address.user, key: identity } as const];
    return {
      sock,
      username: address.user,
      readyTimeout: 0,
      algorithms: algorithmsFor(types),
      authHandler: () => {
        this.#phase = 'authentication';
        return attempts.shift() ?? false;
      },
      hostVerifier: (key: Buffer) => {
        const verdict = judgeHostKey(knownHosts, name, key);
        if (verdict === 'known') return true;
        this.#refusal = hostKeyFailure(verdict);
        return false;
      },
    };
  }

  #listen(): void {
    const { deadline } = this.#options;
    this.#client.on('error', (error) => {
      const isMute = this.#socket?.bytesRead === 0;
      this.#fail(
        this.#refusal ?? (isMute ? endedEarly('handshake') : sshFailure(error, this.#phase)),
      );
    });
    this.#client.on('close', () => this.#fail(this.#refusal ?? endedEarly(this.#phase)));
    deadline.signal.addEventListener('abort', () => this.close(), { once: true });
  }

  #exec(command: string): Promise<ClientChannel> {
    return this.#step('the SSH server to run git-upload-pack', (done, fail) => {
      const options = { env: { GIT_PROTOCOL: 'version=2' } };
      this.#client.exec(command, options, (error, channel) => {
        if (error === undefined) done(channel);
        else fail(sshFailure(error, 'session'));
      });
    });
  }

  /** One step of the handshake, within its deadline. */
  async #step<T>(
    what: string,
    begin: (done: (value: T) => void, fail: (error: unknown) => void) => void,
  ): Promise<T> {
    const step = new Promise<T>((resolve, reject) => begin(resolve, reject));
    const either = Promise.race([step, this.#failed]);
    try {
      return await this.#options.deadline.within(SILENCE_TIMEOUT_MS, what, either);
    } catch (error) {
      // ssh2 throws as well, for a connection that was lost meanwhile.
      throw sshFailure(error, this.#phase);
    }
  }

  /** Bytes that may still come, counted on the wire and in the answer. */
  #allow(maxBytes: number): void {
    const read = this.#socket?.bytesRead ?? 0;
    this.#wireLimit = read + Math.ceil(maxBytes * FRAMING) + MAX_HANDSHAKE_BYTES;
    this.#answerLimit = maxBytes;
  }

  #count(socket: Socket): void {
    if (socket.bytesRead <= this.#wireLimit) return;
    const message = 'the SSH server sends more than the answer may be large';
    this.#fail(new NetError('tooLarge', message));
    this.close();
  }

  async *#read(channel: ClientChannel): AsyncGenerator<Uint8Array> {
    const { deadline } = this.#options;
    const exit = exitOf(channel);
    // Without an encoding set, a channel yields buffers.
    const chunks = channel[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let isEmpty = true;
    while (true) {
      const next = Promise.race([chunks.next(), this.#failed]);
      const step = await deadline.within(SILENCE_TIMEOUT_MS, 'more of the answer', next);
      if (step.done === true) break;
      isEmpty = false;
      this.#answerLimit -= step.value.length;
      if (this.#answerLimit < 0) throw new NetError('tooLarge', 'the answer is too large');
      yield step.value;
    }
    if (!isEmpty) return;
    const either = Promise.race([exit, this.#failed]);
    throw endedEarly('session', await deadline.within(SILENCE_TIMEOUT_MS, 'an exit code', either));
  }
}

/** The exit code of the command; `undefined` when it was killed. */
function exitOf(channel: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    let code: number | undefined;
    channel.on(
      'exit',
      (given: unknown) => void (code = typeof given === 'number' ? given : undefined),
    );
    channel.on('close', () => resolve(code));
  });
}
