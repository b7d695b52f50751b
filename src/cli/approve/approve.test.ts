import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import type { CliRun } from '../../../test/support/cli.ts';
import { GpgHome } from '../../../test/support/gpg.ts';
import type { GpgKey } from '../../../test/support/gpg.ts';
import { GpgsmHome } from '../../../test/support/gpgsm.ts';
import { requireOrSkip, tool } from '../../../test/support/prerequisites.ts';
import { buildRepo, HERMETIC_GIT_ENV } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { SshHome } from '../../../test/support/ssh.ts';
import type { SshKey } from '../../../test/support/ssh.ts';
import type { Oid } from '../../domain/oid.ts';
import { parseApprovals } from '../../policy/approval.ts';
import { loadKeyring, verifyBytes } from '../../signature/index.ts';
import type { Holder, KeyMaterial } from '../../signature/index.ts';
import { parseApproveOptions } from './options.ts';
import type { ApproveOptions } from './options.ts';
import { planSigning } from './signing.ts';
import type { SigningConfig, SigningPlan } from './signing.ts';

const NOW = Date.parse('2026-03-01T12:00:00.500Z');

let home: GpgHome;
let ssh: SshHome;
let alice: GpgKey;
let bob: SshKey;
let repo: TestRepo;
let oid: Oid;

beforeAll(async () => {
  [home, ssh] = await Promise.all([GpgHome.create(), SshHome.create()]);
  alice = await home.newKey('Alice', 'alice@example.com', { at: new Date('2026-01-01T00:00:00Z') });
  bob = await ssh.newKey('Bob', 'bob@example.com');
});

afterAll(() => Promise.all([home.remove(), ssh.remove()]));

beforeEach(async () => {
  repo = await buildRepo();
  oid = await repo.commit({ sign: bob, files: { 'prod/a.yaml': 'a: 1\n' } });
  await repo.git('remote', 'add', 'origin', 'git@git.example.com:team/app.git');
  await repo.git('config', 'branch.main.remote', 'origin');
  await repo.git('config', 'branch.main.merge', 'refs/heads/main');
  return () => repo.remove();
});

function approve(...args: readonly string[]): Promise<CliRun> {
  const env = { ...HERMETIC_GIT_ENV, ...home.env };
  return gitward(['approve', ...args], { cwd: repo.dir, env, at: NOW });
}

const note = async (): Promise<Buffer> =>
  (await repo.run(['notes', '--ref', 'gitward-approvals', 'show', oid])).stdout;

async function useSsh(key: string): Promise<void> {
  await repo.git('config', 'gpg.format', 'ssh');
  await repo.git('config', 'user.signingkey', key);
}

/** Whom the approvals of the note are good for, by the judge's own reader and keys. */
async function approvers(): Promise<readonly unknown[]> {
  const { approvals, problems } = parseApprovals(await note());
  const holder = (name: string, material: KeyMaterial): Holder => ({
    ...{ class: 'person', signerSet: 'team', name, emails: [], roles: [], life: {} },
    keys: [{ material, life: {} }],
  });
  const armored = await home.publicKey(alice);
  const holders = [
    holder('alice', { kind: 'openpgp', armored }),
    holder('bob', { kind: 'ssh', line: bob.line }),
  ];
  const { keyring } = await loadKeyring({ holders, sigstoreRoots: [] });
  // gpg signs by the real clock.
  const when = { at: Date.now(), firstSeen: Date.now() };
  const judged = approvals.map(async ({ statement, format, armor, payload }) => {
    const signed = { armor, payload, namespace: 'gitward-approval' } as const;
    const found = await verifyBytes(format, signed, { keyring, when });
    return [statement.rule, found.kind === 'good' ? found.signer.name : found.reason];
  });
  return [...(await Promise.all(judged)), ...problems];
}

describe('gitward approve', () => {
  it('gpg, an approval that counts and the line to push it', async () => {
    await repo.git('config', 'user.signingkey', alice.fingerprint);
    const run = await approve('HEAD');
    expect([run.code, run.err]).toEqual([0, '']);
    expect(run.out).toBe(
      `approved ${oid} for rule review on refs/heads/main of git.example.com/team/app until 2026-03-04T12:00:00Z\n` +
        'now push it: git push origin refs/notes/gitward-approvals\n',
    );
    expect(await approvers()).toEqual([['review', 'alice']]);
    expect(parseApprovals(await note()).approvals.map(({ statement }) => statement)).toEqual([
      {
        ...{ repository: 'git.example.com/team/app', ref: 'refs/heads/main', commit: oid },
        ...{ rule: 'review', expires: Date.parse('2026-03-04T12:00:00Z') },
      },
    ]);
  });

  it('SSH on top of gpg, both count in one note', async () => {
    expect((await approve('--key', alice.fingerprint, 'main')).code).toBe(0);
    await useSsh(bob.file);
    expect((await approve('--rule', 'prod', '--expires', '1h', oid)).code).toBe(0);
    expect(await approvers()).toEqual([
      ['review', 'alice'],
      ['prod', 'bob'],
    ]);
  });

  it.runIf(requireOrSkip('approve by gpgsm', [tool('gpgsm')]))(
    'gpgsm, an approval that gpgsm takes itself',
    async () => {
      const carol = await GpgsmHome.create('Carol', 'carol@example.com');
      await repo.git('config', 'gpg.format', 'x509');
      const env = { ...HERMETIC_GIT_ENV, ...carol.env };
      const args = ['approve', '--key', 'carol@example.com', 'HEAD'];
      expect((await gitward(args, { cwd: repo.dir, env })).code).toBe(0);
      const [found, ...more] = parseApprovals(await note()).approvals;
      if (found === undefined) throw new Error('no approval');
      expect([found.format, more]).toEqual(['x509', []]);
      expect(await carol.verifies(found.armor, found.payload)).toBe(true);
      await carol.remove();
    },
  );

  it('another ref and repository, as they are given', async () => {
    await useSsh(bob.file);
    const given = ['--ref', 'refs/heads/next', '--repository', 'h.example/x'];
    expect((await approve(...given, 'HEAD')).code).toBe(0);
    const [found] = parseApprovals(await note()).approvals;
    expect([found?.statement.ref, found?.statement.repository]).toEqual([
      'refs/heads/next',
      'h.example/x',
    ]);
  });

  it.each<readonly [string, () => Promise<unknown>, readonly string[]]>([
    ['no such commit', () => Promise.resolve(), ['nowhere']],
    ['a commit that is a flag', () => Promise.resolve(), ['--', '--all']],
    [
      'a branch that follows none',
      () => repo.git('config', '--unset', 'branch.main.merge'),
      ['HEAD'],
    ],
    ['no remote', () => repo.git('remote', 'remove', 'origin'), ['HEAD']],
    [
      'a remote on this disk',
      () => repo.git('remote', 'set-url', 'origin', '/srv/app.git'),
      ['HEAD'],
    ],
    ['a rule that cannot be stated', () => useSsh(bob.file), ['--rule', 'a b', 'HEAD']],
    ['SSH without a key', () => repo.git('config', 'gpg.format', 'ssh'), ['HEAD']],
    ['a key that is not there', () => useSsh('/nowhere'), ['HEAD']],
    ['a program that is not there', () => repo.git('config', 'gpg.program', '/nowhere'), ['HEAD']],
    ['a program that signs nothing', () => repo.git('config', 'gpg.program', 'true'), ['HEAD']],
    [
      'a note of something else',
      () => repo.git('notes', '--ref', 'gitward-approvals', 'add', '-m', 'hello', oid),
      ['--key=alice@example.com', 'HEAD'],
    ],
  ])('%s, refused and nothing written', async (_, prepare, args) => {
    await prepare();
    const before = await note();
    const run = await approve(...args);
    expect([run.code, run.out]).toEqual([2, '']);
    expect(await note()).toEqual(before);
  });

  it('a rule of two people, met by the signer and the approver', async () => {
    const rules = [{ name: 'prod', paths: ['prod/**'], threshold: 2 }];
    const policy = join(ssh.dir, 'policy.json');
    const [signers, keyring] = [join(ssh.dir, 'signers'), join(ssh.dir, 'keyring')];
    await writeFile(policy, JSON.stringify({ bindIdentity: 'None', rules }));
    await writeFile(signers, `bob@example.com ${bob.line}\n`);
    await writeFile(keyring, await home.publicKey(alice));
    const named = ['--repository=git.example.com/team/app', '--ref=refs/heads/main'];
    const check = (...more: readonly string[]): Promise<CliRun> =>
      gitward([
        'check',
        repo.dir,
        '--policy',
        policy,
        '--signers',
        signers,
        '--signers',
        keyring,
        ...more,
      ]);
    expect((await check(...named)).code).toBe(1);
    const approved = await gitward(
      ['approve', '--key', alice.fingerprint, '--rule', 'prod', 'HEAD'],
      { cwd: repo.dir, env: { ...HERMETIC_GIT_ENV, ...home.env } },
    );
    expect(approved.code).toBe(0);
    expect((await check(...named)).code).toBe(0);
    expect(
      (await check('--repository=git.example.com/team/other', '--ref=refs/heads/main')).code,
    ).toBe(1);
  });
});

describe('parseApproveOptions', () => {
  const plain: ApproveOptions = { commit: 'HEAD', rule: 'review', lifeMs: 259_200_000 };

  it.each<readonly [string, readonly string[], Partial<ApproveOptions>]>([
    ['a commit alone', ['HEAD'], {}],
    [
      'all',
      ['--rule=r', '--ref=refs/heads/m', '--repository=h/a', '--expires=1h30m', '--key=K', 'HEAD'],
      { rule: 'r', ref: 'refs/heads/m', repository: 'h/a', lifeMs: 5_400_000, key: 'K' },
    ],
  ])('%s, taken', (_, args, changed) => {
    expect(parseApproveOptions(args)).toEqual({ ok: true, value: { ...plain, ...changed } });
  });

  it.each<readonly [string, readonly string[]]>([
    ['no commit', []],
    ['an empty commit', ['']],
    ['two commits', ['a', 'b']],
    ['a short ref', ['--ref=main', 'HEAD']],
    ['a URL as identity', ['--repository=https://h/a', 'HEAD']],
    ['no duration', ['--expires=soon', 'HEAD']],
    ['too short a life', ['--expires=10s', 'HEAD']],
    ['too long a life', ['--expires=9000h', 'HEAD']],
    ['an unknown flag', ['--force', 'HEAD']],
  ])('%s, one line of usage', (_, args) => {
    expect(parseApproveOptions(args).ok).toBe(false);
  });
});

describe('planSigning', () => {
  const sshArgs = ['-Y', 'sign', '-n', 'gitward-approval'] as const;

  it.each<readonly [string, SigningConfig, string | undefined, SigningPlan]>([
    [
      'nothing set, gpg by the committer',
      {},
      undefined,
      { argv: ['gpg', '--status-fd=2', '-bsau', 'A <a@x>'] },
    ],
    [
      'a key set',
      { 'user.signingkey': 'K' },
      undefined,
      { argv: ['gpg', '--status-fd=2', '-bsau', 'K'] },
    ],
    [
      'a key given',
      { 'user.signingkey': 'K' },
      'L',
      { argv: ['gpg', '--status-fd=2', '-bsau', 'L'] },
    ],
    [
      'an old program name',
      { 'gpg.program': '/g' },
      'L',
      { argv: ['/g', '--status-fd=2', '-bsau', 'L'] },
    ],
    [
      'both program names',
      { 'gpg.program': '/g', 'gpg.openpgp.program': '/o' },
      'L',
      { argv: ['/o', '--status-fd=2', '-bsau', 'L'] },
    ],
    ['X.509', { 'gpg.format': 'x509' }, 'L', { argv: ['gpgsm', '--status-fd=2', '-bsau', 'L'] }],
    [
      'gitsign',
      { 'gpg.format': 'x509', 'gpg.x509.program': 'gitsign' },
      undefined,
      { argv: ['gitsign', '--status-fd=2', '-bsau', 'A <a@x>'] },
    ],
    [
      'an SSH key file',
      { 'gpg.format': 'ssh' },
      '/k',
      { argv: ['ssh-keygen', ...sshArgs, '-f', '/k'] },
    ],
    [
      'an SSH key of the agent',
      { 'gpg.format': 'ssh', 'user.signingkey': 'key::ssh-ed25519 AAAA c' },
      undefined,
      { argv: ['ssh-keygen', ...sshArgs, '-U', '-f'], publicKey: 'ssh-ed25519 AAAA c\n' },
    ],
    [
      'the same without its mark',
      { 'gpg.format': 'ssh', 'gpg.ssh.program': '/s' },
      'ssh-ed25519 AAAA',
      { argv: ['/s', ...sshArgs, '-U', '-f'], publicKey: 'ssh-ed25519 AAAA\n' },
    ],
  ])('%s', (_, config, key, plan) => {
    expect(planSigning(config, key, 'A <a@x>')).toEqual({ ok: true, value: plan });
  });

  it('a format that is none, refused', () => {
    expect(planSigning({ 'gpg.format': 'pgp' }, 'K', 'A').ok).toBe(false);
  });
});
