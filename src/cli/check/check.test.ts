import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import type { CliRun } from '../../../test/support/cli.ts';
import { startGitServer } from '../../../test/support/git-server.ts';
import type { GitServer } from '../../../test/support/git-server.ts';
import { GpgHome } from '../../../test/support/gpg.ts';
import type { GpgKey } from '../../../test/support/gpg.ts';
import { buildBareRepo, buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { SshHome } from '../../../test/support/ssh.ts';
import type { SshKey } from '../../../test/support/ssh.ts';
import type { Oid } from '../../domain/oid.ts';

let home: GpgHome;
let ssh: SshHome;
let alice: GpgKey;
let bob: SshKey;
let repo: TestRepo;
let server: GitServer;
let served: TestRepo;
let keyring: string;
let allowed: string;
const oids: Oid[] = [];

const LONG_AGO = new Date('2024-06-01T00:00:00Z');

/** One straight line: root by Alice (OpenPGP), then Bob (SSH), then an old one of Bob's. */
beforeAll(async () => {
  [home, ssh] = await Promise.all([GpgHome.create(), SshHome.create()]);
  alice = await home.newKey('Alice', 'alice@example.com');
  bob = await ssh.newKey('Bob', 'bob@example.com');
  repo = await buildRepo();
  oids.push(
    await repo.commit({ sign: alice, files: { 'app/web.yaml': 'a: 1\n' }, message: 'one\n' }),
  );
  oids.push(
    await repo.commit({ sign: bob, files: { 'prod/web.yaml': 'a: 2\n' }, message: 'two\n' }),
  );
  oids.push(await repo.commit({ sign: bob, message: 'three\n', at: LONG_AGO }));
  await repo.git('tag', 'start', oids[0] ?? '');
  keyring = join(ssh.dir, 'keyring.asc');
  allowed = join(ssh.dir, 'allowed');
  await writeFile(keyring, await home.publicKey(alice));
  await writeFile(allowed, `bob@example.com ${bob.line}\n`);
  served = await buildBareRepo();
  await repo.push(served.dir);
  server = await startGitServer({ root: join(served.dir, '..') });
});

afterAll(async () => {
  await server.close();
  await Promise.all([home.remove(), ssh.remove(), repo.remove(), served.remove()]);
});

type Json = Readonly<{
  verdict: string;
  range: Readonly<{ from: string | null; to: string | null }>;
  commits: readonly Readonly<{ oid: string; signature: Readonly<Record<string, unknown>> }>[];
  findings: readonly Readonly<{ reason: string; oid?: string }>[];
}>;

async function checked(...args: readonly string[]): Promise<Json & Readonly<{ code: number }>> {
  const run = await gitward(['check', repo.dir, '--output=json', ...args]);
  return { code: run.code, ...(JSON.parse(run.out) as Json) };
}

const both = (): readonly string[] => ['--signers', keyring, '--signers', allowed];

async function file(name: string, text: string): Promise<string> {
  const path = join(ssh.dir, name);
  await writeFile(path, text);
  return path;
}

const reasonsOf = ({ findings }: Json): readonly unknown[] =>
  findings.map(({ reason, oid }) => [reason, oids.findIndex((one) => one === oid)]);

describe('gitward check', () => {
  it('OpenPGP and SSH by a keyring and a list, clean', async () => {
    const report = await checked(...both());
    const [one, two, three] = oids;
    const sshSigner = { name: 'bob@example.com', signerSet: 'allowed', class: 'person' };
    const byBob = {
      verified: true,
      format: 'ssh',
      signer: sshSigner,
      key: bob.fingerprint,
      reason: null,
    };
    expect({
      ...report,
      commits: report.commits.map(({ oid, signature }) => [oid, signature]),
    }).toEqual({
      ...{ code: 0, verdict: 'accepted', repository: join(repo.dir, '.git'), findings: [] },
      range: { from: 'root', to: three },
      ...{ trustDigest: expect.any(String), policyDigest: expect.any(String) },
      commits: [
        [three, byBob],
        [two, byBob],
        [
          one,
          {
            ...{ verified: true, format: 'openpgp', key: alice.fingerprint, reason: null },
            signer: { name: 'Alice', signerSet: 'keyring.asc', class: 'person' },
          },
        ],
      ],
    });
  });

  it('no signers, every signature told as a stranger with format and key', async () => {
    const { code, verdict, commits, ...rest } = await checked('--range', 'start..main');
    const stranger = { verified: false, signer: null, reason: 'SignerUntrusted' };
    expect([code, verdict, commits.map(({ signature }) => signature)]).toEqual([
      ...[1, 'rejected'],
      [
        { ...stranger, format: 'ssh', key: bob.fingerprint },
        { ...stranger, format: 'ssh', key: bob.fingerprint },
      ],
    ]);
    expect(rest.range).toEqual({ from: oids[0], to: oids[2] });
  });

  it('claimed dates, a key that ended since counts only by claim', async () => {
    const notAfter = '2025-01-01T00:00:00Z';
    const people = [{ name: 'bob', notAfter, keys: [{ ssh: bob.line }] }];
    const set = {
      apiVersion: 'gitward.dev/v1alpha1',
      kind: 'SignerSet',
      metadata: { name: 'team' },
      spec: { people },
    };
    const manifest = await file('set.json', JSON.stringify(set));
    const range = ['--signers', manifest, '--range', `${oids[1]}..main`];
    expect(reasonsOf(await checked(...range))).toEqual([['KeyExpired', 2]]);
    const claimed = await checked(...range, '--at-commit-date');
    expect([claimed.code, claimed.findings]).toEqual([0, []]);
    const table = await gitward(['check', repo.dir, ...range, '--at-commit-date']);
    expect(table.out).toContain('\nexpiry   ');
  });

  it('a policy, all of its findings and not the first one only', async () => {
    const rules = [{ name: 'prod', paths: ['prod/**'], threshold: 2 }];
    const policy = await file('verify.json', JSON.stringify({ bindIdentity: 'Committer', rules }));
    const list = await file('others', `eve@example.com ${bob.line}\n`);
    const report = await checked('--policy', policy, '--signers', list);
    expect(reasonsOf(report)).toEqual([
      ['SignerMismatch', 2],
      ['SignerMismatch', 1],
      ['ThresholdNotMet', 1],
      ['SignerUntrusted', 0],
    ]);
  });

  it('a tag under a policy that wants tags, judged with its tag', async () => {
    await repo.git('tag', '-a', '-m', 'release', 'v1', oids[2] ?? '');
    const policy = await file('tag.yaml', 'signatures: TagAndHead\n');
    const report = await checked(...both(), '--policy', policy, '--range', 'v1');
    expect(reasonsOf(report)).toEqual([['SignatureMissing', 2]]);
  });

  it('a branch and a merge, every commit judged and the merge told', async () => {
    await repo.branch('side', oids[0]);
    const side = await repo.commit({ message: 'unsigned\n' });
    await repo.branch('merged', oids[2]);
    const merge = await repo.merge(side, { sign: bob });
    const report = await checked(...both(), '--range', 'start..merged');
    expect(report.findings.map(({ reason, oid }) => [reason, oid])).toEqual([
      ['HistoryNotLinear', merge],
      ['SignatureMissing', side],
    ]);
    expect(report.commits).toHaveLength(4);
    await repo.branch('main');
  });

  it.each<readonly [string, string, readonly [number, string]]>([
    ['a range that goes back', 'main..start', [1, 'RevisionRolledBack']],
    ['a range between siblings', 'side..main', [1, 'HistoryRewritten']],
  ])('%s, told', async (_, range, [code, reason]) => {
    const report = await checked(...both(), '--range', range);
    expect([report.code, report.findings[0]?.reason]).toEqual([code, reason]);
  });

  it('more commits than the limit, told', async () => {
    const report = await checked(...both(), '--max-commits=2');
    expect([report.code, report.findings.map(({ reason }) => reason)]).toEqual([
      1,
      ['RepositoryTooLarge'],
    ]);
  });
});

describe.each(['native', 'embedded'])('gitward check of a damaged store, %s', (engine) => {
  it.each<readonly [string, (pack: Buffer) => Buffer]>([
    ['a pack cut off', (pack) => pack.subarray(0, 40)],
    ['a pack of zeroes', (pack) => Buffer.alloc(pack.length)],
  ])('%s, undecided', async (_, damage) => {
    const broken = await buildBareRepo();
    await repo.git('push', '--quiet', broken.dir, 'main');
    await broken.git('gc', '--quiet');
    const packs = join(broken.dir, 'objects/pack');
    const name = (await readdir(packs)).find((one) => one.endsWith('.pack')) ?? '';
    const pack = await readFile(join(packs, name));
    await rm(join(packs, name));
    await writeFile(join(packs, name), damage(pack));
    const run = await gitward(['check', broken.dir, '--output=json', `--engine=${engine}`]);
    expect([run.code, (JSON.parse(run.out) as Json).verdict]).toEqual([3, 'undecided']);
    await broken.remove();
  });
});

describe('gitward check of a URL', () => {
  const remote = (...args: readonly string[]): Promise<CliRun> => {
    const name = served.dir.split('/').at(-1) ?? '';
    const url = `${server.url}/${name}`;
    return gitward(['check', url, '--output=json', ...args]);
  };

  const clones = async (): Promise<number> =>
    (await readdir(tmpdir())).filter((name) => name.startsWith('gitward-clone-')).length;

  it('clean, and its clone is gone afterwards', async () => {
    const before = await clones();
    const run = await remote(...both(), '--allow-http', '--allow-private-addresses');
    const report = JSON.parse(run.out) as Json;
    expect([run.code, report.verdict, report.commits.length]).toEqual([0, 'accepted', 3]);
    expect(await clones()).toBe(before);
  });

  it('a range that begins at an oid, what lies behind it', async () => {
    const flags = ['--allow-http', '--allow-private-addresses'];
    const run = await remote(...both(), ...flags, '--range', `${oids[0]}..main`);
    const report = JSON.parse(run.out) as Json;
    expect([run.code, report.range.from, report.commits.length]).toEqual([0, oids[0], 2]);
  });

  it.each<readonly [string, readonly string[], number]>([
    ['plain http without the flag', ['--allow-private-addresses'], 2],
    ['a private address without the flag', ['--allow-http'], 2],
    [
      'a branch that is not there',
      ['--allow-http', '--allow-private-addresses', '--range=nope'],
      2,
    ],
  ])('%s, a usage error', async (_, args, code) => {
    expect((await remote(...args)).code).toBe(code);
  });

  it('a server that cannot be reached, undecided', async () => {
    const args = ['check', 'http://127.0.0.1:1/app.git', '--output=json', '--allow-http'];
    const run = await gitward([...args, '--allow-private-addresses']);
    const { verdict, range, findings } = JSON.parse(run.out) as Json;
    expect([run.code, verdict, range, findings.map(({ reason }) => reason)]).toEqual([
      ...[3, 'undecided', { from: null, to: null }],
      ['GitUnreachable'],
    ]);
  });
});

describe('gitward', () => {
  it.each<readonly [string, () => readonly string[], number]>([
    ['help', () => ['help'], 0],
    ['no arguments', () => [], 0],
    ['help of a command', () => ['check', '--help'], 0],
    ['a version', () => ['--version'], 0],
    ['an unknown command', () => ['chekc'], 2],
    ['a flag of no command', () => ['check', '--signer', 'x'], 2],
    ['no repository', () => ['check', ssh.dir], 2],
    ['a file of signers that is not there', () => ['check', repo.dir, '--signers=/nowhere'], 2],
    ['a folder of signers', () => ['check', repo.dir, '--signers', ssh.dir], 2],
    ['a private key as signers', () => ['check', repo.dir, '--signers', bob.file], 2],
    ['a policy that is none', () => ['check', repo.dir, '--policy', allowed], 2],
  ])('%s, its exit code and at most one line on stderr', async (_, args, code) => {
    const run = await gitward(args());
    expect(run.code).toBe(code);
    expect(run.err).toMatch(code === 2 ? /^gitward: [^\n]+\n$/ : /^$/);
  });
});
