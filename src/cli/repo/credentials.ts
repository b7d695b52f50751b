import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Remote } from '../../reconcile/ports.ts';
import { readGiven } from '../read-given.ts';
import type { Terminal } from '../terminal.ts';

/** Names of the variables that credentials come from; a flag would show in the list of processes. */
const VARIABLES = {
  username: 'GITWARD_GIT_USERNAME',
  password: 'GITWARD_GIT_PASSWORD',
  token: 'GITWARD_GIT_TOKEN',
  identity: 'GITWARD_GIT_IDENTITY_FILE',
  knownHosts: 'GITWARD_GIT_KNOWN_HOSTS_FILE',
} as const;

/** Credentials for a URL from the environment; messages name variables and never what they hold. */
export async function readCredentials(
  url: string,
  { env, cwd }: Pick<Terminal, 'env' | 'cwd'>,
): Promise<Result<Remote['credentials'], string>> {
  if (/^ssh:/i.test(url)) return sshCredentials({ env, cwd });
  const [username, password, token] = [VARIABLES.username, VARIABLES.password, VARIABLES.token].map(
    (name) => env[name],
  );
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    return stopped(`set ${VARIABLES.token}, or ${VARIABLES.username} and ${VARIABLES.password}`);
  }
  if (token !== undefined) return ok({ kind: 'bearer', token });
  if (username === undefined && password === undefined) return ok({ kind: 'none' });
  if (username === undefined || password === undefined) {
    return stopped(`set both ${VARIABLES.username} and ${VARIABLES.password}`);
  }
  return ok({ kind: 'basic', username, password });
}

async function sshCredentials({
  env,
  cwd,
}: Pick<Terminal, 'env' | 'cwd'>): Promise<Result<Remote['credentials'], string>> {
  const [identityFile, knownHostsFile] = [env[VARIABLES.identity], env[VARIABLES.knownHosts]];
  if (identityFile === undefined || knownHostsFile === undefined) {
    return stopped(`for ssh set ${VARIABLES.identity} and ${VARIABLES.knownHosts}`);
  }
  const identity = await readGiven(cwd, identityFile);
  if (!identity.ok) return stopped(`${VARIABLES.identity}: ${identity.stop}`);
  const knownHosts = await readGiven(cwd, knownHostsFile);
  if (!knownHosts.ok) return stopped(`${VARIABLES.knownHosts}: ${knownHosts.stop}`);
  return ok({
    kind: 'ssh',
    identity: identity.value.toString('utf8'),
    knownHosts: knownHosts.value.toString('utf8'),
  });
}
