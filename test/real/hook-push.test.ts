import { afterEach, describe, expect, it } from 'vitest';
import { fakeToken, gitwardIn, openDoor, push } from '../support/door.ts';
import type { Door, PushRun } from '../support/door.ts';
import { buildBareRepo, buildRepo } from '../support/repo-builder.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { shortOid } from '../../src/domain/oid.ts';

let door: Door;
const token = fakeToken(4);

afterEach(async () => {
  await door.close();
});

async function commit(
  files: Readonly<Record<string, string | null>>,
  message = 'change\n',
): Promise<Oid> {
  return door.clone.commit({ files, message });
}

/** What a scanner of the net change between the ends would be shown. */
async function netChange(from: string, to: string): Promise<string> {
  return door.clone.git('diff', from, to);
}

/** Rule, place and commit of each leak told. */
function told({ said }: PushRun): readonly string[] {
  const places = said.matchAll(/^remote: {5}(?:commit ([0-9a-f]{12}) {2})?(\S.*?) {2}\(/gm);
  return [...places].map(([, oid = '', place = '']) => `${oid} ${place}`.trim());
}

async function tipOnServer(ref: string): Promise<string> {
  const found = await door.server.run(['rev-parse', '--verify', '--quiet', ref]);
  return found.stdout.toString().trim();
}

function expectRefused(ran: PushRun, places: readonly string[]): void {
  expect([ran.status, ran.said.includes(token), told(ran)]).toEqual([1, false, places]);
}

describe('a push past the hook', () => {
  it('a leak on a new branch, refused with place and fingerprint', async () => {
    door = await openDoor();
    const bad = await commit({ 'deploy/app.yaml': `a: 1\ntoken: ${token}\n` });
    const ran = await push(door, 'main:refs/heads/feature');
    expectRefused(ran, [`${shortOid(bad)} deploy/app.yaml:2`]);
    expect([/fingerprint [0-9a-f]{32}/.test(ran.said), await tipOnServer('feature')]).toEqual([
      true,
      '',
    ]);
  });

  it('added and removed in one push, refused where the net change is clean', async () => {
    door = await openDoor();
    const start = await door.clone.head();
    const bad = await commit({ 'app.env': `TOKEN=${token}\n` });
    await commit({ 'app.env': 'TOKEN=\n' });
    expectRefused(await push(door, 'main'), [`${shortOid(bad)} app.env:1`]);
    // The naive control: who looks at the two ends sees nothing.
    expect(await netChange(start, 'main')).not.toContain(token);
  });

  it('brought by the merge commit alone, refused where log -p shows nothing', async () => {
    door = await openDoor();
    const start = await door.clone.head();
    await commit({ 'a.txt': 'a\n' });
    await door.clone.branch('side', start);
    const side = await commit({ 'b.txt': 'b\n' });
    await door.clone.branch('main');
    await door.clone.run(['merge', '--no-commit', '--no-ff', side]);
    const bad = await commit({ 'evil.yaml': `k: ${token}\n` }, 'merge\n');
    expectRefused(await push(door, 'main'), [`${shortOid(bad)} evil.yaml:1`]);
    // The naive control: patches of a merge are not shown.
    expect(await door.clone.git('log', '-p', `${start}..main`)).not.toContain(token);
  });

  it('a forced push, its new commits refused and the overwritten ones not looked at again', async () => {
    door = await openDoor([]);
    const start = await door.clone.head();
    await commit({ 'old.txt': `k: ${fakeToken(5)}\n` });
    expect((await push(door, 'main')).status).toBe(0);
    await gitwardIn(door.server.dir, ['hook', 'install', '--hook', 'pre-receive']);
    await door.clone.reset(start);
    await commit({ 'clean.txt': 'clean\n' });
    expect((await push(door, '--force', 'main')).status).toBe(0);
    await door.clone.reset(start);
    const bad = await commit({ 'new.txt': `k: ${token}\n` });
    expectRefused(await push(door, '--force', 'main'), [`${shortOid(bad)} new.txt:1`]);
  });

  it('in the message of a commit, of a tag, and in the name of a file, refused', async () => {
    door = await openDoor();
    const bad = await commit({ 'a.txt': 'a\n' }, `use ${token}\n`);
    expectRefused(await push(door, 'main:one'), [`${shortOid(bad)} (message)`]);
    await door.clone.git('reset', '--quiet', '--hard', 'HEAD^');
    const named = await commit({ [`${token}.txt`]: 'a\n' });
    expectRefused(await push(door, 'main:two'), [`${shortOid(named)} (file name)`]);
    await door.clone.git('reset', '--quiet', '--hard', 'HEAD^');
    await door.clone.git('tag', '-a', 'v1', '-m', `release ${token}`);
    const tag = await door.clone.head('v1');
    expectRefused(await push(door, 'v1'), [`(tag ${shortOid(tag)})`]);
  });

  it('a blob or tree without a commit, and the name of a branch, refused', async () => {
    door = await openDoor();
    const blob = await door.clone.write('blob', `k: ${token}\n`);
    expectRefused(await push(door, `${blob}:refs/tags/blob`), [`(blob ${shortOid(blob)}):1`]);
    const entry = Buffer.concat([Buffer.from('100644 x\0'), Buffer.from(blob, 'hex')]);
    const tree = await door.clone.write('tree', entry);
    const ran = await push(door, `${tree}:refs/tags/tree`);
    expectRefused(ran, [`${shortOid(tree)} x:1`]);
    const named = await push(door, `main:refs/heads/${token}`);
    expect([named.status, await door.server.git('branch', '--list')]).toEqual([1, '* main']);
  });

  it('one bad ref of two, both refused together', async () => {
    door = await openDoor();
    await door.clone.branch('good');
    await commit({ 'good.txt': 'good\n' });
    await door.clone.branch('bad');
    const bad = await commit({ 'bad.txt': `k: ${token}\n` });
    expectRefused(await push(door, 'good', 'bad'), [`${shortOid(bad)} bad.txt:1`]);
    expect(await door.server.git('branch', '--list')).toBe('* main');
  });

  it('clean pushes, pushes again, deletions and tags, let through', async () => {
    door = await openDoor();
    await commit({ 'a.txt': 'a\n' });
    await door.clone.git('tag', '-a', 'v1', '-m', 'release');
    const all = [await push(door, 'main', 'main:side', 'v1'), await push(door, 'main')];
    all.push(await push(door, '--delete', 'side', 'v1'), await push(door, 'main:side'));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
  });

  it('the update hook, refuses its ref and lets the other through', async () => {
    door = await openDoor(['update']);
    await door.clone.branch('good');
    await commit({ 'good.txt': 'good\n' });
    await door.clone.branch('bad');
    const bad = await commit({ 'bad.txt': `k: ${token}\n` });
    expectRefused(await push(door, 'good', 'bad'), [`${shortOid(bad)} bad.txt:1`]);
    expect(await door.server.git('branch', '--list', '--format=%(refname:short)')).toBe(
      'good\nmain',
    );
  });
});

describe('an allowlist in the push', () => {
  it.each([
    ['.gitleaks.toml', `[allowlist]\npaths = ['.*']\n`],
    ['.gitleaksignore', ''],
  ])('%s, without a say until it is on the protected branch', async (path, text) => {
    door = await openDoor();
    const first = await commit({ 'a.env': `K=${token}\n` });
    const fingerprint =
      /fingerprint ([0-9a-f]{32})/.exec((await push(door, 'main')).said)?.[1] ?? '';
    await door.clone.git('reset', '--quiet', '--hard', 'HEAD^');
    const allow = text === '' ? `${fingerprint}\n` : text;
    const bad = await commit({ [path]: allow, 'a.env': `K=${token}\n` });
    expectRefused(await push(door, 'main'), [`${shortOid(bad)} a.env:1`]);
    expect(first).not.toBe(bad);
    // The naive control: were the list read from what is pushed, it would pass; it passes once it is there.
    await door.clone.git('reset', '--quiet', '--hard', 'HEAD^');
    await commit({ [path]: allow });
    expect((await push(door, 'main')).status).toBe(0);
    await commit({ 'a.env': `K=${token}\n` });
    expect((await push(door, 'main')).status).toBe(0);
  });
});

describe('a door that cannot see', () => {
  it('gitward gone, refused', async () => {
    door = await openDoor([]);
    const missing = ['hook', 'install', '--hook', 'pre-receive', '--gitward', '/nowhere/gitward'];
    await gitwardIn(door.server.dir, missing);
    await commit({ 'a.txt': 'a\n' });
    const ran = await push(door, 'main');
    expect([ran.status, ran.said.includes('gitward is not found')]).toEqual([1, true]);
  });

  it('a shallow clone, what it adds let through and refused like any', async () => {
    door = await openDoor();
    await commit({ 'a.txt': 'a\n' });
    await push(door, 'main');
    const shallow = await shallowClone(door.server.dir);
    await shallow.clone.commit({ files: { 'b.txt': 'b\n' } });
    const clean = await push(shallow, 'HEAD:main');
    const bad = await shallow.clone.commit({ files: { 'c.txt': `k: ${token}\n` } });
    const refused = await push(shallow, 'HEAD:main');
    expect(clean.status).toBe(0);
    expectRefused(refused, [`${shortOid(bad)} c.txt:1`]);
    await shallow.clone.remove();
  });

  it('a shallow boundary among what is pushed, refused for want of the history behind it', async () => {
    door = await openDoor();
    await commit({ 'a.txt': 'a\n' });
    await push(door, 'main');
    const shallow = await shallowClone(door.server.dir);
    const empty = await buildBareRepo();
    await gitwardIn(empty.dir, ['hook', 'install']);
    await empty.git('config', 'receive.shallowUpdate', 'true');
    await shallow.clone.git('remote', 'set-url', 'origin', empty.dir);
    const ran = await push(shallow, 'HEAD:refs/heads/cut');
    expect([ran.status, ran.said.includes('history not covered')]).toEqual([1, true]);
    await Promise.all([shallow.clone.remove(), empty.remove()]);
  });
});

/** A clone that lacks all but the newest commit; its own hooks stand too. */
async function shallowClone(url: string): Promise<Pick<Door, 'clone'>> {
  const clone = await buildRepo();
  await clone.git('remote', 'add', 'origin', `file://${url}`);
  await clone.git('fetch', '--quiet', '--depth=1', 'origin', 'main');
  await clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
  return { clone };
}
