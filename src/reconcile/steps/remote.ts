import type { GuardedRepo } from '../../api/guardedrepo.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { LinePorts } from '../line.ts';
import type { Credentials, Remote } from '../ports.ts';

type Reference = Readonly<{ name: string }>;

/** The source, and what may stand beside it. */
type Source = GuardedRepo['spec']['source'] & Readonly<{ proxySecretRef?: Reference }>;

/** A Secret's values, and how to name it to people. */
type Secret = Readonly<{ where: string; values: ReadonlyMap<string, string> }>;

/**
 * Gathers credentials, certificates and proxy from the Secrets that the spec names; a Secret in
 * another namespace cannot be named. What is missing or half there is `CredentialsNotFound`.
 */
export async function readRemote(
  repo: GuardedRepo,
  ports: Pick<LinePorts, 'cluster'>,
): Promise<Result<Remote>> {
  const source: Source = repo.spec.source;
  const { url, secretRef, proxySecretRef } = source;
  const { namespace } = repo.metadata;
  const proxy = await readProxy(namespace, proxySecretRef, ports);
  if (!proxy.ok) return proxy;
  const isSsh = /^ssh:/i.test(url);
  if (secretRef === undefined) {
    if (!isSsh) return ok({ url, credentials: { kind: 'none' }, ...proxy.value });
    return missing(
      'an ssh:// source needs source.secretRef: a Secret with identity and known_hosts',
    );
  }
  const needs = isSsh
    ? 'identity and known_hosts'
    : 'username and password, bearerToken, or those of a GitHub App';
  const secret = await readSecret(namespace, secretRef, { ports, needs });
  if (!secret.ok) return secret;
  const read = isSsh ? sshAccess(secret.value) : httpAccess(secret.value);
  return read.ok ? ok({ url, ...read.value, ...proxy.value }) : read;
}

type Access = Pick<Remote, 'credentials' | 'ca' | 'clientCertificate'>;

function sshAccess({ where, values }: Secret): Result<Access> {
  const [identity, knownHosts, passphrase] = pick(values, ['identity', 'known_hosts', 'password']);
  if (identity === undefined || knownHosts === undefined) {
    const absent = identity === undefined ? 'identity' : 'known_hosts';
    return missing(`${where} holds no ${absent}; an ssh:// source needs identity and known_hosts`);
  }
  const locked = passphrase === undefined ? {} : { passphrase };
  return ok({ credentials: { kind: 'ssh', identity, knownHosts, ...locked } });
}

function httpAccess({ where, values }: Secret): Result<Access> {
  const [ca, cert, key] = pick(values, ['ca.crt', 'tls.crt', 'tls.key']);
  if ((cert === undefined) !== (key === undefined)) {
    return missing(`${where} holds one of tls.crt and tls.key; a client certificate needs both`);
  }
  const credentials = httpCredentials({ where, values });
  if (!credentials.ok) return credentials;
  if (credentials.value === undefined && ca === undefined && cert === undefined) {
    const message = `${where} holds neither bearerToken, nor username and password, nor the keys of a GitHub App, nor ca.crt, nor tls.crt and tls.key`;
    return missing(message);
  }
  return ok({
    credentials: credentials.value ?? { kind: 'none' },
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { clientCertificate: { cert, key } }),
  });
}

/** The first of GitHub App, token and password that the Secret holds. */
function httpCredentials({ where, values }: Secret): Result<Credentials | undefined> {
  const [appId, installationId, privateKey, baseUrl] = pick(values, [
    'githubAppID',
    'githubAppInstallationID',
    'githubAppPrivateKey',
    'githubAppBaseURL',
  ]);
  if (appId !== undefined || installationId !== undefined || privateKey !== undefined) {
    if (appId === undefined || installationId === undefined || privateKey === undefined) {
      const message = `${where} holds a part of githubAppID, githubAppInstallationID and githubAppPrivateKey; a GitHub App needs all three`;
      return missing(message);
    }
    // They become part of a path and of a signed claim.
    if (!/^[\w.-]{1,64}$/.test(appId) || !/^\d{1,20}$/.test(installationId)) {
      return missing(`${where}: githubAppID or githubAppInstallationID is no id`);
    }
    const base = baseUrl === undefined ? {} : { baseUrl };
    return ok({ kind: 'githubApp', appId, installationId, privateKey, ...base });
  }
  const [token] = pick(values, ['bearerToken']);
  if (token !== undefined) return ok({ kind: 'bearer', token });
  const [username, password] = [values.get('username'), values.get('password')];
  if (username !== undefined && password !== undefined) {
    return ok({ kind: 'basic', username, password });
  }
  return ok(undefined);
}

async function readProxy(
  namespace: string,
  reference: Reference | undefined,
  ports: Pick<LinePorts, 'cluster'>,
): Promise<Result<Pick<Remote, 'proxy'>>> {
  if (reference === undefined) return ok({});
  const secret = await readSecret(namespace, reference, { ports, needs: 'address' });
  if (!secret.ok) return secret;
  const { where, values } = secret.value;
  const keys = ['address', 'username', 'password', 'ca.crt'];
  const [url, username, password, ca] = pick(values, keys);
  if (url === undefined) return missing(`${where} holds no address, such as http://proxy:3128`);
  return ok({
    proxy: {
      url,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca }),
    },
  });
}

async function readSecret(
  namespace: string,
  { name }: Reference,
  { ports, needs }: Readonly<{ ports: Pick<LinePorts, 'cluster'>; needs: string }>,
): Promise<Result<Secret>> {
  const where = `Secret ${namespace}/${name}`;
  const found = await ports.cluster.secret(namespace, name);
  if (!found.ok) return found;
  if (found.value !== undefined) return ok({ where, values: found.value });
  return missing(`${where} does not exist; create it with ${needs}`);
}

/** Values in the order of their keys; an empty one is as good as none, and line ends at the end are dropped. */
function pick(
  values: ReadonlyMap<string, string>,
  keys: readonly string[],
): readonly (string | undefined)[] {
  return keys.map((key) => {
    const value = values.get(key)?.replace(/[\r\n]+$/, '') ?? '';
    if (value === '') return undefined;
    // Keys and files end with a line end, and some readers insist on it.
    return value.includes('\n') ? `${value}\n` : value;
  });
}

function missing(message: string): Result<never> {
  return stopped(stop('CredentialsNotFound', message));
}
