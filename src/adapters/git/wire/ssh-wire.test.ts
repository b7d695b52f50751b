import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../../../../test/support/clock.ts';
import { MAIN, NEVER, reasonOf } from '../../../../test/support/git-server/world.ts';
import { buildBareRepo, buildRepo } from '../../../../test/support/repo-builder.ts';
import { hashed, makeKey } from '../../../../test/support/ssh-key.ts';
import type { KeyPair } from '../../../../test/support/ssh-key.ts';
import { startSshd } from '../../../../test/support/sshd.ts';
import type { Sshd, SshdOptions } from '../../../../test/support/sshd.ts';
import { repoKey } from '../../../domain/repo-key.ts';
import type { Result } from '../../../domain/result.ts';
import type { Credentials, ServerRef } from '../../../reconcile/ports.ts';
import { GitTransport } from '../transport.ts';

type SshCredentials = Extract<Credentials, { kind: 'ssh' }>;
type Refs = Result<ReadonlyMap<string, ServerRef>>;

let root: string;
let sshd: Sshd;
let stranger: KeyPair;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gw-ssh-'));
  const bare = await buildBareRepo(join(root, 'app.git'));
  const work = await buildRepo(join(root, 'work'));
  await work.commit({ files: { 'a.yaml': 'a: 1\n' } });
  await work.push(bare.dir);
  stranger = await makeKey(root, 'stranger', ['-t', 'ed25519']);
  sshd = await startSshd({ hostKeys: ['ed25519', 'rsa'] });
});
afterEach(() => sshd.setScript(undefined));
afterAll(async () => {
  await sshd.close();
  for (const close of closers) await close();
  await rm(root, { recursive: true });
});

/** Asks for one branch; time passes by itself where the outcome is a timeout. */
async function ask(
  server: Pick<Sshd, 'url' | 'client' | 'knownHosts'>,
  change: Partial<SshCredentials> = {},
  options: Readonly<{ times?: boolean; path?: string; isPrivate?: boolean }> = {},
): Promise<Refs> {
  const clock = manualClock();
  const allowPrivateAddresses = options.isPrivate ?? true;
  const transport = new GitTransport({ clock, allowHttp: false, allowPrivateAddresses });
  const { client, knownHosts } = server;
  const credentials = { kind: 'ssh', identity: client.identity, knownHosts, ...change } as const;
  const url = `${server.url}${options.path ?? `${root}/app.git`}`;
  const limits = { maxPackBytes: 1_000_000, timeoutMs: 60_000 };
  const target = { key: repoKey('a', 'b'), remote: { url, credentials }, limits };
  const asking = transport.refs(target, [MAIN], NEVER);
  const wait = { isOver: false };
  const over = (): void => void (wait.isOver = true);
  asking.then(over, over);
  while (options.times === true && !wait.isOver) await clock.advance(500);
  const answer = await asking;
  expect(clock.pending()).toBe(0);
  const told = answer.ok ? '' : answer.stop.message;
  expect(told).not.toMatch(/AAAA|PRIVATE|127\.0\.0\.1/);
  return answer;
}

async function started(options: SshdOptions): Promise<Sshd> {
  const made = await startSshd(options);
  closers.push(() => made.close());
  return made;
}

describe('host keys', () => {
  const lineOf = (key: string): string => `[127.0.0.1]:${sshd.port} ${key}\n`;

  it.each([
    ['every key listed', () => sshd.knownHosts, 'ok'],
    ['one of two listed', () => lineOf(sshd.hostKeys[1] ?? ''), 'ok'],
    ['listed under a hash', () => hashed(lineOf(sshd.hostKeys[0] ?? '')), 'ok'],
    ['not listed', () => '', 'AuthenticationFailed'],
    ['listed for port 22 only', () => `127.0.0.1 ${sshd.hostKeys[0]}`, 'AuthenticationFailed'],
    ['listed with another key', () => lineOf(stranger.public.trim()), 'AuthenticationFailed'],
    [
      'listed and revoked',
      () => `${sshd.knownHosts}@revoked * ${sshd.hostKeys[0]}`,
      'AuthenticationFailed',
    ],
    ['an authority', () => `@cert-authority * ${sshd.hostKeys[0]}`, 'AuthenticationFailed'],
    ['no known_hosts at all', () => 'hello', 'AuthenticationFailed'],
  ])('%s, %#', async (_name, knownHosts, reason) => {
    sshd.forget();
    expect(reasonOf(await ask(sshd, { knownHosts: await knownHosts() }))).toBe(reason);
    expect(sshd.traffic.sessions).toBe(reason === 'ok' ? 1 : 0);
  });
});

describe('identities', () => {
  it.each([
    ['an ed25519 key', ['-t', 'ed25519'], 'ok'],
    ['an ECDSA key', ['-t', 'ecdsa', '-b', '384'], 'ok'],
    ['an RSA key', ['-t', 'rsa', '-b', '2048'], 'ok'],
    ['an RSA key in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'ok'],
    ['a short RSA key', ['-t', 'rsa', '-b', '1024'], 'AuthenticationFailed'],
    ['a DSA key', ['-t', 'dsa'], 'AuthenticationFailed'],
  ])('%s, %#', async (name, args, reason) => {
    const key = await makeKey(root, name, args);
    sshd.authorize(key);
    expect(reasonOf(await ask(sshd, { identity: key.identity }))).toBe(reason);
  });

  it.each([
    ['its passphrase', '16', { passphrase: 'sesame' }, 'ok'],
    ['a wrong passphrase', '16', { passphrase: 'simsim' }, 'AuthenticationFailed'],
    ['no passphrase', '16', {}, 'AuthenticationFailed'],
    ['more rounds than allowed', '65', { passphrase: 'sesame' }, 'AuthenticationFailed'],
  ] as const)('an encrypted key with %s, %#', async (name, rounds, change, reason) => {
    const args = ['-t', 'ed25519', '-a', rounds];
    const key = await makeKey(root, `locked ${name}`, args, 'sesame');
    sshd.authorize(key);
    expect(reasonOf(await ask(sshd, { identity: key.identity, ...change }))).toBe(reason);
  });

  it.each([
    ['a key that is not let in', () => stranger.identity],
    ['a public key', () => stranger.public],
    ['no key', () => 'nonsense'],
    ['nothing', () => ''],
    ['a cut key', () => stranger.identity.slice(0, 200)],
    ['far too much', () => stranger.identity.repeat(200)],
  ])('%s, AuthenticationFailed', async (_name, identity) => {
    expect(reasonOf(await ask(sshd, { identity: identity() }))).toBe('AuthenticationFailed');
  });

  it('an RSA key, and a server that takes signatures over SHA-1 only: AuthenticationFailed', async () => {
    const old = await started({ config: ['PubkeyAcceptedAlgorithms ssh-rsa'] });
    const key = await makeKey(root, 'rsa', ['-t', 'rsa', '-b', '2048']);
    old.authorize(key);
    expect(reasonOf(await ask(old, { identity: key.identity }))).toBe('AuthenticationFailed');
  });
});

describe('algorithms', () => {
  it.each([
    ['CBC only', ['Ciphers aes256-cbc']],
    ['SHA-1 for the key exchange', ['KexAlgorithms diffie-hellman-group14-sha1']],
    ['SHA-1 for integrity', ['Ciphers aes256-ctr', 'MACs hmac-sha1']],
    ['SHA-1 for the host key', ['HostKeyAlgorithms ssh-rsa']],
  ])('%s, GitProtocolError', async (_name, config) => {
    const old = await started({ hostKeys: ['rsa'], config });
    expect(reasonOf(await ask(old))).toBe('GitProtocolError');
  });
});

describe('what runs behind SSH', () => {
  const serve = 'sh -c "$SSH_ORIGINAL_COMMAND"';

  it.each([
    ['the real thing', serve, 'ok'],
    ['a refusal on standard error', 'echo "no such project" >&2; exit 1', 'RefNotFound'],
    ['no git', 'exit 127', 'GitProtocolError'],
    ['a command that is killed', 'kill -9 $$', 'GitTruncated'],
    ['nothing, and well', 'exit 0', 'GitTruncated'],
    ['a greeting by a shell', 'echo Welcome', 'GitProtocolError'],
    ['half a greeting', `${serve} </dev/null | head -c 40`, 'GitTruncated'],
    ['an answer that breaks off', `${serve} </dev/null; printf 00ffabc`, 'GitTruncated'],
    ['an error of git', "printf '0011ERR no access'", 'GitProtocolError'],
    [
      'refs without end',
      `printf '004a0000000000000000000000000000000000000000 capabilities^{}\\0side-band-64k'; yes "$(printf '0039%040d refs/heads/x' 1)" | tr -d '\\n'`,
      'RepositoryTooLarge',
    ],
    ['noise without end on standard error', 'yes noise >&2', 'RepositoryTooLarge'],
  ])('%s, %#', async (_name, script, reason) => {
    sshd.setScript(script);
    expect(reasonOf(await ask(sshd))).toBe(reason);
  });

  it.each([
    ['nothing', 'sleep 5'],
    ['half a greeting and nothing more', `${serve} </dev/null | head -c 40; sleep 5`],
    ['a byte now and then', 'while :; do printf 0; sleep 1; done'],
  ])('%s, GitTimeout', async (_name, script) => {
    sshd.setScript(script);
    expect(reasonOf(await ask(sshd, {}, { times: true }))).toBe('GitTimeout');
  });

  it('a repository that is not there, RefNotFound', async () => {
    expect(reasonOf(await ask(sshd, {}, { path: `${root}/none.git` }))).toBe('RefNotFound');
  });

  it('an address that is not permitted, URLNotAllowed before any connection', async () => {
    sshd.forget();
    expect(reasonOf(await ask(sshd, {}, { isPrivate: false }))).toBe('URLNotAllowed');
    expect(sshd.traffic.connections).toBe(0);
  });
});

describe('servers that speak no SSH', () => {
  async function listen(
    speak: (socket: Socket) => void,
  ): Promise<Pick<Sshd, 'url' | 'client' | 'knownHosts'>> {
    const sockets = new Set<Socket>();
    const raw = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      speak(socket);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      sockets.forEach((socket) => socket.destroy());
      raw.close();
    });
    const { port } = raw.address() as AddressInfo; // A listening TCP server has no other kind.
    return { url: `ssh://git@127.0.0.1:${port}`, client: sshd.client, knownHosts: sshd.knownHosts };
  }

  it.each([
    [
      'a web server',
      (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'GitProtocolError',
    ],
    ['old SSH', (socket: Socket) => void socket.write('SSH-1.5-old\r\n'), 'GitProtocolError'],
    [
      'noise behind the greeting',
      (socket: Socket) => void socket.write(`SSH-2.0-x\r\n${'x'.repeat(50_000)}`),
      'GitProtocolError',
    ],
    ['hanging up', (socket: Socket) => void socket.end(), 'GitUnreachable'],
    [
      'hanging up after the greeting',
      (socket: Socket) => void socket.end('SSH-2.0-x\r\n'),
      'GitUnreachable',
    ],
    ['a banner without end', pour, 'GitProtocolError'],
  ])('%s, %#', async (_name, speak, reason) => {
    expect(reasonOf(await ask(await listen(speak)))).toBe(reason);
  });

  it('silence, GitTimeout', async () => {
    expect(reasonOf(await ask(await listen(() => undefined), {}, { times: true }))).toBe(
      'GitTimeout',
    );
  });

  it('nobody, GitUnreachable', async () => {
    const url = 'ssh://git@127.0.0.1:1';
    expect(
      reasonOf(await ask({ ...sshd, url, client: sshd.client, knownHosts: sshd.knownHosts })),
    ).toBe('GitUnreachable');
  });
});

function pour(socket: Socket): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write('welcome\r\n'.repeat(1_000)));
  };
  socket.on('drain', more);
  more();
}
