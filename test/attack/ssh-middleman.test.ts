import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedGit } from '../../src/adapters/git/embedded.ts';
import { GitWorld, MAIN, NEVER, filesIn, reasonOf } from '../support/git-server/world.ts';
import type { MakeSource } from '../support/git-server/world.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

/** Somebody between gitward and its SSH server answers in the server's place, with a key of his own. */
describe('attack: man in the middle of SSH', () => {
  let world: GitWorld;
  let middleman: Sshd;

  beforeAll(async () => {
    const make: MakeSource = (dataDir, clock) =>
      embeddedGit({ dataDir, clock, allowHttp: false, allowPrivateAddresses: true });
    world = await GitWorld.create(make, { ssh: {} });
    // He lets everybody's key in, and has an ECDSA key as well in case nobody knows that type.
    middleman = await startSshd({ hostKeys: ['ed25519', 'ecdsa'] });
    middleman.authorize({ identity: '', public: publicHalf(world) });
  });
  afterAll(async () => {
    await middleman.close();
    await world.close();
  });

  it('naive client, hands him the session', async () => {
    const client = new ssh2.Client();
    const { user, port } = middleman;
    const answer = await new Promise<string>((resolve, reject) => {
      client.on('error', reject).on('ready', () => {
        client.exec(`git-upload-pack '${world.root}/app.git'`, (error, channel) => {
          if (error !== undefined) return reject(error);
          channel.once('data', (bytes: Buffer) => resolve(bytes.toString('latin1')));
        });
      });
      client.connect({ host: '127.0.0.1', port, username: user, privateKey: identityOf(world) });
    });
    client.destroy();
    expect(answer).toContain(MAIN);
  });

  it('gitward, AuthenticationFailed before it shows its key or asks for anything', async () => {
    middleman.forget();
    const dataDir = await world.dataDir();
    const url = world.remote.url.replace(/:\d+\//, `:${middleman.port}/`);
    const port = await world.open({ dataDir, remote: { url } });
    const answers = [await port.refs([MAIN], NEVER), await port.fetch([MAIN], undefined, NEVER)];
    expect(answers.map(reasonOf)).toEqual(['AuthenticationFailed', 'AuthenticationFailed']);
    expect([middleman.traffic.connections, middleman.traffic.sessions]).toEqual([2, 0]);
    expect(await filesIn(dataDir)).toEqual([]);
  });
});

function identityOf({ credentials }: GitWorld): string {
  return credentials.kind === 'ssh' ? credentials.identity : '';
}

function publicHalf(world: GitWorld): string {
  const key = ssh2.utils.parseKey(identityOf(world));
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString('base64')}\n`;
}
