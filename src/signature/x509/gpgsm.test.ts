import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpgHome, runTool } from '../../../test/support/gpg.ts';
import { TestRepo } from '../../../test/support/repo-builder.ts';
import { certify, keyUsage, names, newRsa } from '../../../test/support/x509/certificates.ts';
import { ALICE, pinned } from '../../../test/support/x509/owners.ts';
import { parseCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { loadX509 } from './x509.ts';

const root = certify({ name: 'Root', pair: newRsa() });
const middle = certify({ name: 'Middle', by: root, pair: newRsa() });
const SIGNS = [names(ALICE), keyUsage(0x80)];
const leaf = certify({ name: 'Alice', by: middle, pair: newRsa(), extensions: SIGNS });

const MAX_TRIES = 10;

let home: GpgHome;
let repo: TestRepo;
beforeAll(async () => {
  home = await GpgHome.create();
  repo = new TestRepo(await mkdtemp(join(tmpdir(), 'gw-gpgsm-')));
  await repo.git('init', '--quiet', '-b', 'main');
  const file = (name: string, text: string): Promise<void> => writeFile(join(home.dir, name), text);
  const sha1 = createHash('sha1').update(root.bytes).digest('hex').toUpperCase();
  await file('gpgsm.conf', 'disable-crl-checks\nbatch\n');
  await file('trustlist.txt', `${sha1} S relax\n`);
  await file('leaf.pem', leaf.pem + middle.pem + root.pem);
  await file('leaf.key', String(leaf.pair.privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const old = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
  const where = ['-in', 'leaf.pem', '-inkey', 'leaf.key', '-out', 'leaf.p12'];
  const export12 = ['openssl', 'pkcs12', '-export', ...old, ...where, '-passout', 'pass:'] as const;
  const take = ['gpgsm', '--pinentry-mode', 'loopback', '--passphrase-fd', '0'] as const;
  // gpgsm 2.2 cannot read about one in thirty of these files; the next has another salt.
  for (let tries = 1; ; tries += 1) {
    await run(...export12);
    const ran = await runTool([...take, '--import', 'leaf.p12'], { env: home.env, cwd: home.dir });
    if (ran.status === 0) return;
    if (tries === MAX_TRIES) throw new Error(`gpgsm --import: ${ran.stderr}`);
  }
});
afterAll(async () => {
  await repo.remove();
  await home.remove();
});

async function run(...argv: readonly [string, ...string[]]): Promise<void> {
  const ran = await runTool([...argv], { env: home.env, cwd: home.dir });
  if (ran.status !== 0) throw new Error(`${argv.join(' ')}: ${ran.stderr}`);
}

const CONFIG = ['-c', 'gpg.format=x509', '-c', `user.signingKey=${ALICE}`];

async function git(...args: readonly string[]): Promise<number> {
  return (await repo.run([...CONFIG, ...args], { env: { ...home.env } })).status;
}

async function verdict(oid: Oid): Promise<string> {
  const commit = parseCommit(await repo.object(oid));
  if (!commit.ok || commit.value.signature?.format !== 'x509') return 'not read';
  const { keys } = loadX509([pinned([root])], []);
  const { payload, signature } = commit.value;
  const when = { at: Date.now(), firstSeen: Date.now() };
  const evidence = await keys.verify({ armor: signature.armor, payload, namespace: 'git' }, when);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

describe('a commit that git signs with gpgsm', () => {
  it('good for git and for gitward; changed, for neither', async () => {
    expect(await git('commit', '--quiet', '--allow-empty', '-S', '-m', 'signed')).toBe(0);
    const oid = await repo.head();
    expect(await git('verify-commit', oid)).toBe(0);
    expect(await verdict(oid)).toBe('good');
    const text = Buffer.from((await repo.object(oid)).bytes).toString('latin1');
    const forged = await repo.write('commit', text.replace(/signed\n$/, 'forged\n'));
    expect(await git('verify-commit', forged)).not.toBe(0);
    expect(await verdict(forged)).toBe('SignatureInvalid');
  });
});
