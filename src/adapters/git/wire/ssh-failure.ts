import { NetError, netError } from '../../net/failure.ts';
import { GitError } from '../failure.ts';
import { judgeHostKey, keyTypesOf } from './known-hosts.ts';
import type { HostVerdict, KnownHost } from './known-hosts.ts';

/** How far an SSH connection came. */
export type SshPhase = 'handshake' | 'authentication' | 'session';

/** Types of the keys listed for a host. Throws `GitError` for a host that no line lists. */
export function listedFor(hosts: readonly KnownHost[], name: string): readonly string[] {
  const types = keyTypesOf(hosts, name);
  if (types.length > 0) return types;
  const verdict = judgeHostKey(hosts, name, Buffer.alloc(0));
  throw hostKeyFailure(verdict === 'known' ? 'unlisted' : verdict);
}

/** Why a host's key is not accepted, and what to do. */
export function hostKeyFailure(verdict: Exclude<HostVerdict, 'known'>): GitError {
  return new GitError('AuthenticationFailed', HOST_KEY_MESSAGES[verdict]);
}

const HOST_KEY_MESSAGES: Readonly<Record<Exclude<HostVerdict, 'known'>, string>> = {
  unlisted:
    'known_hosts of the Secret has no line for this SSH server and port; add its host key once you have compared it with what its operator publishes',
  changed:
    'the SSH server shows another host key than known_hosts of the Secret lists: somebody is in between, or the key was changed; compare it with what its operator publishes',
  revoked: 'the SSH server shows a host key that known_hosts of the Secret marks as @revoked',
  authority:
    'known_hosts of the Secret vouches for this SSH server with @cert-authority only, which is not supported; list its host key itself',
};

/** What an error of the SSH client means; nothing the server said is repeated. */
export function sshFailure(error: unknown, phase: SshPhase): Error {
  if (error instanceof GitError || error instanceof NetError) return error;
  if (levelOf(error) === 'client-socket') return netError(error, phase !== 'handshake');
  if (levelOf(error) === 'client-authentication' || phase === 'authentication') {
    const message =
      'the SSH server does not accept the key; register the public half of identity there and check the user name in source.url';
    return new GitError('AuthenticationFailed', message);
  }
  if (phase === 'session') {
    const message = 'the SSH server does not run git-upload-pack for this user';
    return new GitError('GitProtocolError', message);
  }
  const message =
    'the server is no SSH server, or shares no modern algorithm with gitward (it needs AES-GCM or AES-CTR, SHA-2, and an Ed25519, ECDSA or RSA host key)';
  return new GitError('GitProtocolError', message);
}

/** What it means that the connection, or the command with this exit code, ended without a word of Git. */
export function endedEarly(phase: SshPhase, exitCode?: number): Error {
  if (phase === 'handshake') return new NetError('unreachable', 'the SSH server hung up');
  if (phase === 'authentication') return sshFailure(undefined, phase);
  // Above 128 is how a shell says that a signal ended it; git itself fails with 128.
  if (exitCode === undefined || exitCode === 0 || exitCode > 128) {
    return new NetError('truncated', 'the SSH connection ended early');
  }
  if (exitCode === 126 || exitCode === 127) return sshFailure(undefined, 'session');
  const message =
    'the SSH server knows no such repository, or the key may not read it; check source.url and source.secretRef';
  return new GitError('RefNotFound', message);
}

function levelOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'level' in error ? error.level : undefined;
}
