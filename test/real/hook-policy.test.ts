import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeToken, gitwardIn, openDoor, push } from '../support/door.ts';
import type { Door } from '../support/door.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';

const POLICY = ['signatures: EveryCommit', 'signers: [team]', 'bindIdentity: None', ''].join('\n');

/** The same as a GuardedRepo: approvals name the repository. */
const REPO = [
  'apiVersion: gitward.dev/v1alpha1',
  'kind: GuardedRepo',
  'metadata: {name: app, namespace: team}',
  'spec:',
  '  source: {url: "https://git.example.com/team/app.git", ref: {branch: main}}',
  '  verify: {signers: [team], bindIdentity: None}',
  '  targets:',
  '    - {name: prod, path: deploy, namespace: team, serviceAccountName: d}',
  '',
].join('\n');

const NOTES = 'refs/notes/gitward-approvals';

let home: GpgHome;
let alice: GpgKey;
let mallory: GpgKey;
let door: Door;

/** A server whose branch main says that every commit is signed, by Alice. */
beforeAll(async () => {
  home = await GpgHome.create();
  alice = await home.newKey('Alice', 'alice@example.com');
  mallory = await home.newKey('Mallory', 'mallory@example.com');
});

afterAll(async () => {
  await home.remove();
});

beforeEach(async () => {
  door = await openDoor([]);
  const signers = await signerSet(alice);
  const files = { '.gitward/policy.yaml': POLICY, '.gitward/signers/team.yaml': signers };
  await door.clone.commit({ files, sign: alice, message: 'guard\n' });
  await push(door, 'main');
  await gitwardIn(door.server.dir, ['hook', 'install', '--hook', 'pre-receive']);
});

afterEach(async () => {
  await door.close();
});

async function signerSet(...keys: readonly GpgKey[]): Promise<string> {
  const people = await Promise.all(keys.map(personOf));
  return [
    'apiVersion: gitward.dev/v1alpha1',
    'kind: SignerSet',
    'metadata: {name: team}',
    'spec:',
    '  people:',
    ...people.flat(),
    '',
  ].join('\n');
}

async function personOf(key: GpgKey): Promise<readonly string[]> {
  const armor = Buffer.from(await home.publicKey(key))
    .toString('utf8')
    .trim();
  const block = armor.split('\n').map((line) => `          ${line}`);
  return [
    `    - name: ${key.name}`,
    `      emails: [${key.email}]`,
    '      keys:',
    '        - openPGP: |',
    ...block.map((line) => `    ${line}`),
  ];
}

/** How a push ended, and which reasons it was refused for. */
async function pushed(...args: readonly string[]): Promise<readonly unknown[]> {
  const { status, said } = await push(door, ...args);
  const reasons = [...said.matchAll(/^remote: {3}([A-Z][A-Za-z]+): /gm)].map(
    ([, reason]) => reason,
  );
  return [status, ...reasons];
}

describe('the policy of the protected branch', () => {
  it('a signed commit, let through', async () => {
    await door.clone.commit({ files: { a: 'a\n' }, sign: alice });
    expect(await pushed('main')).toEqual([0]);
  });

  it('an unsigned one, refused there and nowhere else', async () => {
    await door.clone.commit({ files: { a: 'a\n' } });
    expect(await pushed('main')).toEqual([1, 'SignatureMissing']);
    expect(await pushed('main:feature')).toEqual([0]);
  });

  it("a stranger's, with a policy that lists the stranger in the same push, refused", async () => {
    const files = { '.gitward/signers/team.yaml': await signerSet(mallory), a: 'a\n' };
    await door.clone.commit({ files, sign: mallory });
    expect(await pushed('main')).toEqual([1, 'SignerUntrusted']);
  });

  it('a policy taken away by an unsigned commit, refused', async () => {
    await door.clone.commit({ files: { '.gitward/policy.yaml': null } });
    expect(await pushed('main')).toEqual([1, 'SignatureMissing']);
  });

  it('a merge, a forced push and a deletion, refused', async () => {
    const start = await door.clone.head();
    await door.clone.commit({ files: { a: 'a\n' }, sign: alice });
    await door.clone.branch('side', start);
    const side = await door.clone.commit({ files: { b: 'b\n' }, sign: alice });
    await door.clone.branch('main');
    await door.clone.merge(side, { sign: alice });
    expect(await pushed('main')).toEqual([1, 'HistoryNotLinear']);
    await door.clone.reset(await door.clone.head(`${start}^`));
    await door.clone.commit({ files: { c: 'c\n' }, sign: alice });
    expect(await pushed('--force', 'main')).toEqual([1, 'HistoryRewritten']);
    await door.server.git('config', 'receive.denyDeleteCurrent', 'ignore');
    expect(await pushed('--delete', 'main')).toEqual([1, 'HistoryRewritten']);
  });

  it('a policy that could not be read afterwards, refused before it locks the door', async () => {
    const files = { '.gitward/policy.yaml': 'signatures: Sometimes\n' };
    await door.clone.commit({ files, sign: alice });
    const ran = await push(door, 'main');
    expect([ran.status, ran.said.includes('could not be used')]).toEqual([1, true]);
  });

  it('an unsigned commit that holds a secret, both told and no word of it', async () => {
    const token = fakeToken(9);
    await door.clone.commit({ files: { a: `k: ${token}\n` }, message: `add ${token}\n` });
    const ran = await push(door, 'main');
    expect([ran.status, ran.said.includes(token), ran.said.includes('2 secrets')]).toEqual([
      ...[1, false, true],
    ]);
    expect(ran.said).toContain('SignatureMissing');
  });

  it('a secret that another person answers for, let through; its own author, not', async () => {
    const bob = await home.newKey('Bob', 'bob@example.com');
    const files = {
      '.gitward/policy.yaml': REPO,
      '.gitward/signers/team.yaml': await signerSet(alice, bob),
    };
    await door.clone.commit({ files, sign: alice });
    expect(await pushed('main')).toEqual([0]);
    const bad = await door.clone.commit({ files: { a: `k: ${fakeToken(10)}\n` }, sign: alice });
    const { said } = await push(door, 'main');
    const rule = /--rule (leak-[0-9a-f]{32})/.exec(said)?.[1] ?? '';
    const approve = async (key: GpgKey): Promise<void> => {
      const named = ['--ref', 'refs/heads/main', '--repository', 'git.example.com/team/app'];
      const args = ['approve', '--rule', rule, ...named, '--key', key.fingerprint, bad];
      const ran = await gitwardIn(door.clone.dir, args, { GNUPGHOME: home.dir });
      expect(ran.status).toBe(0);
    };
    await approve(alice);
    expect((await push(door, 'main', NOTES)).status).toBe(1);
    await approve(bob);
    expect((await push(door, 'main', NOTES)).status).toBe(0);
  });

  it('gitward.protectedRef, the branch that it names', async () => {
    await door.clone.git('push', '--quiet', 'origin', 'main:release');
    await door.server.git('config', 'gitward.protectedRef', 'refs/heads/release');
    await door.clone.commit({ files: { a: 'a\n' } });
    expect(await pushed('main:release')).toEqual([1, 'SignatureMissing']);
    expect(await pushed('main')).toEqual([0]);
  });

  it('a replaced object on the server, without effect', async () => {
    const bad = await door.clone.commit({ files: { a: 'a\n' } });
    const good = await door.clone.head('HEAD^');
    // The naive control: whoever may push refs has git itself show another commit under this name.
    expect(await pushed(`${good}:refs/replace/${bad}`)).toEqual([0]);
    await writeFile(join(door.clone.dir, 'note'), 'x');
    expect(await pushed('main')).toEqual([1, 'SignatureMissing']);
  });
});
