import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Remote } from '../../reconcile/ports.ts';
import { readCredentials } from './credentials.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'gw-credentials-'));
  await writeFile(join(cwd, 'id'), 'KEY');
  await writeFile(join(cwd, 'hosts'), 'HOSTS');
});

afterAll(() => rm(cwd, { recursive: true }));

const HTTPS = 'https://git.example.com/a';
const SSH = 'ssh://git@git.example.com/a';
const [USER, PASSWORD, TOKEN, IDENTITY, HOSTS] = [
  'GITWARD_GIT_USERNAME',
  'GITWARD_GIT_PASSWORD',
  'GITWARD_GIT_TOKEN',
  'GITWARD_GIT_IDENTITY_FILE',
  'GITWARD_GIT_KNOWN_HOSTS_FILE',
] as const;

describe('readCredentials', () => {
  it.each<readonly [string, string, Readonly<Record<string, string>>, Remote['credentials']]>([
    ['nothing set', HTTPS, {}, { kind: 'none' }],
    [
      'a name and password',
      HTTPS,
      { [USER]: 'u', [PASSWORD]: 'p' },
      { kind: 'basic', username: 'u', password: 'p' },
    ],
    ['a token', HTTPS, { [TOKEN]: 't' }, { kind: 'bearer', token: 't' }],
    ['what is for ssh, not for https', HTTPS, { [IDENTITY]: 'id' }, { kind: 'none' }],
    [
      'a key and known hosts',
      SSH,
      { [IDENTITY]: 'id', [HOSTS]: 'hosts' },
      { kind: 'ssh', identity: 'KEY', knownHosts: 'HOSTS' },
    ],
  ])('%s', async (_, url, env, credentials) => {
    expect(await readCredentials(url, { env, cwd })).toEqual({ ok: true, value: credentials });
  });

  it.each<readonly [string, string, Readonly<Record<string, string>>]>([
    ['a name without a password', HTTPS, { [USER]: 'canary' }],
    ['a password without a name', HTTPS, { [PASSWORD]: 'canary' }],
    ['a token beside a password', HTTPS, { [TOKEN]: 'canary', [PASSWORD]: 'canary' }],
    ['ssh without anything', SSH, { [TOKEN]: 'canary' }],
    ['ssh without known hosts', SSH, { [IDENTITY]: 'id' }],
    ['a key that is not there', SSH, { [IDENTITY]: 'nowhere', [HOSTS]: 'hosts' }],
  ])('%s, refused without a word of it', async (_, url, env) => {
    const read = await readCredentials(url, { env, cwd });
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain('canary');
  });
});
