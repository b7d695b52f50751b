import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { gitward } from '../support/cli.ts';
import { runTool } from '../support/gpg.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';
import { SshHome } from '../support/ssh.ts';
import type { SshKey } from '../support/ssh.ts';

/**
 * A repository on disk is the attacker's: what lies beside its objects tells git to run programs, or to
 * show other objects than those that the names stand for. `gitward check` reads objects and refs alone.
 */
let ssh: SshHome;
let alice: SshKey;
let signers: string;

beforeAll(async () => {
  ssh = await SshHome.create();
  alice = await ssh.newKey('Alice', 'alice@example.com');
  signers = join(ssh.dir, 'signers');
  await writeFile(signers, `alice@example.com ${alice.line}\n`);
});

afterAll(() => ssh.remove());

const engines = ['native', 'embedded'] as const;

type Told = Readonly<{
  code: number;
  verdict: string;
  oids: readonly string[];
  reasons: readonly string[];
}>;

async function told(repo: TestRepo, engine: (typeof engines)[number]): Promise<Told> {
  const args = ['check', repo.dir, '--signers', signers, '--output=json', `--engine=${engine}`];
  const run = await gitward(args);
  const report = JSON.parse(run.out) as {
    verdict: string;
    commits: { oid: string }[];
    findings: { reason: string }[];
  };
  return {
    ...{ code: run.code, verdict: report.verdict },
    oids: report.commits.map(({ oid }) => oid),
    reasons: report.findings.map(({ reason }) => reason),
  };
}

/** What plain git shows of the history: the naive control. */
async function naive(repo: TestRepo): Promise<readonly string[]> {
  return (await repo.git('log', '--format=%H %s')).split('\n');
}

async function story(): Promise<Readonly<{ repo: TestRepo; good: Oid; evil: Oid }>> {
  const repo = await buildRepo();
  const good = await repo.commit({ sign: alice, message: 'good\n' });
  const evil = await repo.commit({ message: 'evil\n' });
  return { repo, good, evil };
}

describe.each(engines)('a hostile local store, %s', (engine) => {
  it('a replaced commit, judged as what its name stands for', async () => {
    const { repo, good, evil } = await story();
    const clean = await repo.git('commit-tree', '-p', good, '-m', 'nice', `${evil}^{tree}`);
    await repo.git('replace', evil, clean);
    expect(await naive(repo)).toEqual([`${evil} nice`, `${good} good`]);
    expect(await told(repo, engine)).toEqual({
      ...{ code: 1, verdict: 'rejected', oids: [evil, good], reasons: ['SignatureMissing'] },
    });
    await repo.remove();
  });

  it('a graft that cuts the unsigned past off, without effect', async () => {
    const { repo, good, evil } = await story();
    const head = await repo.commit({ sign: alice, message: 'head\n' });
    await writeFile(join(repo.dir, '.git/info/grafts'), `${head}\n`);
    expect(await naive(repo)).toEqual([`${head} head`]);
    expect(await told(repo, engine)).toEqual({
      ...{ code: 1, verdict: 'rejected', oids: [head, evil, good], reasons: ['SignatureMissing'] },
    });
    await repo.remove();
  });

  it('a shallow file over a complete store, without effect', async () => {
    const { repo, good, evil } = await story();
    const head = await repo.commit({ sign: alice, message: 'head\n' });
    await writeFile(join(repo.dir, '.git/shallow'), `${head}\n`);
    expect(await naive(repo)).toEqual([`${head} head`]);
    expect((await told(repo, engine)).oids).toEqual([head, evil, good]);
    await repo.remove();
  });

  it('a shallow clone, HistoryIncomplete', async () => {
    const { repo } = await story();
    const head = await repo.commit({ sign: alice, message: 'head\n' });
    const clone = await buildRepo();
    await clone.git('fetch', '--quiet', '--depth=1', `file://${repo.dir}`, 'main');
    await clone.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    expect(await naive(clone)).toEqual([`${head} head`]);
    expect(await told(clone, engine)).toEqual({
      ...{ code: 1, verdict: 'rejected', oids: [head], reasons: ['HistoryIncomplete'] },
    });
    await Promise.all([repo.remove(), clone.remove()]);
  });

  it('objects lent by alternates, missing', async () => {
    const { repo, evil } = await story();
    const borrower = await buildRepo();
    await mkdir(join(borrower.dir, '.git/objects/info'), { recursive: true });
    const alternates = join(borrower.dir, '.git/objects/info/alternates');
    await writeFile(alternates, `${join(repo.dir, '.git/objects')}\n`);
    await borrower.git('update-ref', 'refs/heads/main', evil);
    expect(await naive(borrower)).toHaveLength(2);
    expect(await told(borrower, engine)).toEqual({
      ...{ code: 1, verdict: 'rejected', oids: [], reasons: ['HistoryIncomplete'] },
    });
    await Promise.all([repo.remove(), borrower.remove()]);
  });

  it('configuration and hooks that run programs, never run', async () => {
    const { repo } = await story();
    const trap = join(repo.dir, 'trap');
    const sprung = join(repo.dir, 'sprung');
    await writeFile(trap, `#!/bin/sh\ntouch ${sprung}\n`);
    await chmod(trap, 0o755);
    for (const name of [
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'gpg.program',
      'gpg.ssh.program',
    ]) {
      await repo.git('config', name, trap);
    }
    await writeFile(join(repo.dir, '.git/hooks/post-index-change'), `#!/bin/sh\ntouch ${sprung}\n`);
    expect((await told(repo, engine)).code).toBe(1);
    expect(existsSync(sprung)).toBe(false);
    const control = await runTool(['git', '-C', repo.dir, 'status'], { env: { HOME: repo.dir } });
    expect(control.status).toBe(0);
    expect(existsSync(sprung)).toBe(true);
    await repo.remove();
  });
});
