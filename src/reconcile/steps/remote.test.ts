import { describe, expect, it } from 'vitest';
import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { ok } from '../../domain/result.ts';
import type { LinePorts } from '../line.ts';
import { readRemote } from './remote.ts';

const HTTPS = 'https://git.example/app.git';
const SSH = 'ssh://git@git.example/app.git';
const APP = {
  githubAppID: '1',
  githubAppInstallationID: '2',
  githubAppPrivateKey: 'line\nline\n',
};

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What comes out for a spec and Secrets of its namespace: the remote without its URL, or a reason. */
async function read(
  url: string,
  secrets: Secrets,
  references: Readonly<{ secretRef?: string; proxySecretRef?: string }> = { secretRef: 'git' },
): Promise<unknown> {
  const asked: string[] = [];
  const named = Object.entries(references).map(([key, name]) => [key, { name }]);
  const source = { url, ref: { branch: 'main' }, ...Object.fromEntries(named) };
  // Only these fields are read.
  const repo = { metadata: { namespace: 'team' }, spec: { source } } as unknown as GuardedRepo;
  const secret = async (namespace: string, name: string) => {
    asked.push(namespace);
    const found = secrets[name];
    return ok(found === undefined ? undefined : new Map(Object.entries(found)));
  };
  const ports = { cluster: { secret } } as unknown as Pick<LinePorts, 'cluster'>; // Nothing else is called.
  const remote = await readRemote(repo, ports);
  expect(asked.every((namespace) => namespace === 'team')).toBe(true);
  if (!remote.ok) return remote.stop.reason;
  const { url: kept, ...rest } = remote.value;
  expect(kept).toBe(url);
  return rest;
}

describe('remote', () => {
  it.each([
    ['basic', { username: 'u', password: 'p' }, { kind: 'basic', username: 'u', password: 'p' }],
    [
      'an empty user name',
      { username: '', password: 'p' },
      { kind: 'basic', username: '', password: 'p' },
    ],
    ['bearer', { bearerToken: 't\n' }, { kind: 'bearer', token: 't' }],
    [
      'a token before a password',
      { bearerToken: 't', username: 'u', password: 'p' },
      { kind: 'bearer', token: 't' },
    ],
    [
      'an app before all',
      { ...APP, bearerToken: 't' },
      { kind: 'githubApp', appId: '1', installationId: '2', privateKey: 'line\nline\n' },
    ],
    [
      'an app of another server',
      { ...APP, githubAppID: '1\n', githubAppBaseURL: 'https://git.example/api/v3' },
      {
        kind: 'githubApp',
        appId: '1',
        installationId: '2',
        privateKey: 'line\nline\n',
        baseUrl: 'https://git.example/api/v3',
      },
    ],
  ])('https with %s, %#', async (_name, git, credentials) => {
    expect(await read(HTTPS, { git })).toEqual({ credentials });
  });

  it('certificates beside credentials and alone', async () => {
    const files = { 'ca.crt': 'CA', 'tls.crt': 'CERT', 'tls.key': 'KEY' };
    const trust = { ca: 'CA', clientCertificate: { cert: 'CERT', key: 'KEY' } };
    expect(await read(HTTPS, { git: files })).toEqual({ credentials: { kind: 'none' }, ...trust });
    expect(await read(HTTPS, { git: { ...files, bearerToken: 't' } })).toEqual({
      credentials: { kind: 'bearer', token: 't' },
      ...trust,
    });
  });

  it('ssh, key and known_hosts, and a passphrase where there is one', async () => {
    const git = { identity: 'a\nb\n', known_hosts: 'x y z\n' };
    const credentials = { kind: 'ssh', identity: 'a\nb\n', knownHosts: 'x y z' };
    expect(await read(SSH, { git })).toEqual({ credentials });
    expect(await read(SSH, { git: { ...git, password: 'p' } })).toEqual({
      credentials: { ...credentials, passphrase: 'p' },
    });
  });

  it('a proxy, from a Secret of its own', async () => {
    const secrets = {
      proxy: { address: 'http://p:3128\n', username: 'u', password: 'p', 'ca.crt': 'CA' },
      git: { bearerToken: 't' },
    };
    const proxy = { url: 'http://p:3128', username: 'u', password: 'p', ca: 'CA' };
    expect(await read(HTTPS, secrets, { proxySecretRef: 'proxy' })).toEqual({
      credentials: { kind: 'none' },
      proxy,
    });
    expect(await read(HTTPS, secrets, { secretRef: 'git', proxySecretRef: 'proxy' })).toEqual({
      credentials: { kind: 'bearer', token: 't' },
      proxy,
    });
  });

  it('no Secret at all, no credentials', async () => {
    expect(await read(HTTPS, {}, {})).toEqual({ credentials: { kind: 'none' } });
  });

  it.each([
    ['a Secret that is not there', HTTPS, {}],
    ['an empty Secret', HTTPS, { git: {} }],
    ['a user name alone', HTTPS, { git: { username: 'u' } }],
    ['an empty token', HTTPS, { git: { bearerToken: '' } }],
    ['half a client certificate', HTTPS, { git: { 'tls.crt': 'x', bearerToken: 't' } }],
    ['an app without its key', HTTPS, { git: { ...APP, githubAppPrivateKey: '' } }],
    [
      'an app with an id that is a path',
      HTTPS,
      { git: { ...APP, githubAppInstallationID: '1/../2' } },
    ],
    ['https with SSH keys', HTTPS, { git: { identity: 'x', known_hosts: 'y' } }],
    ['ssh with a password', SSH, { git: { username: 'u', password: 'p' } }],
    ['ssh without known_hosts', SSH, { git: { identity: 'x' } }],
    ['ssh with empty known_hosts', SSH, { git: { identity: 'x', known_hosts: '\n' } }],
    ['ssh without identity', SSH, { git: { known_hosts: 'x' } }],
  ])('%s, CredentialsNotFound', async (_name, url, secrets) => {
    expect(await read(url, secrets)).toBe('CredentialsNotFound');
  });

  it.each([
    ['ssh without a Secret', SSH, {}, {}],
    ['a proxy Secret that is not there', HTTPS, {}, { proxySecretRef: 'proxy' }],
    [
      'a proxy Secret without address',
      HTTPS,
      { proxy: { username: 'u' } },
      { proxySecretRef: 'proxy' },
    ],
  ])('%s, CredentialsNotFound', async (_name, url, secrets, references) => {
    expect(await read(url, secrets, references)).toBe('CredentialsNotFound');
  });
});
