import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import type { ScanId, ScannedCommit } from '../../reconcile/ports.ts';
import { scanProgress } from './scan-progress.ts';

const SCAN: ScanId = { repo: repoKey('payments', 'shop'), digest: 'd1', key: 'ab'.repeat(32) };

function oid(digit: string): Oid {
  const parsed = parseOid(digit.repeat(40));
  if (parsed === undefined) throw new Error('no oid');
  return parsed;
}

const commit = (digit: string): ScannedCommit => ({ oid: oid(digit), leaks: [] });
const leaky: ScannedCommit = {
  oid: oid('c'),
  leaks: [
    {
      finding: {
        ...{ rule: 'a-rule', severity: 'high', path: 'a\n.txt', line: 3, endLine: 3 },
        ...{ fingerprint: 'ab'.repeat(16), hint: '40 characters' },
      },
      ...{ commit: oid('c'), author: 'Ada <ada@example.com>', at: 5, inTip: true },
    },
  ],
};

let dataDir: string;
let warned: string[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gw-scans-'));
  warned = [];
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const progress = () => scanProgress({ dataDir, warn: (message) => warned.push(message) });
const oids = async (scan = SCAN): Promise<readonly Oid[]> =>
  (await progress().load(scan)).map((one) => one.oid);

/** The one file there is. */
async function fileOf(): Promise<string> {
  const [folder = ''] = await readdir(join(dataDir, 'scans'));
  const [name = ''] = await readdir(join(dataDir, 'scans', folder));
  return join(dataDir, 'scans', folder, name);
}

describe('scanProgress', () => {
  it('nothing yet, nothing; what was appended, whole and in order, also to another process', async () => {
    expect(await oids()).toStrictEqual([]);
    await progress().append(SCAN, [commit('a'), commit('b')]);
    await progress().append(SCAN, []);
    await progress().append(SCAN, [leaky]);
    expect(await progress().load(SCAN)).toStrictEqual([commit('a'), commit('b'), leaky]);
    expect(warned).toStrictEqual([]);
  });

  it.each<[string, Partial<ScanId>]>([
    ['another key', { key: 'cd'.repeat(32) }],
    ['another plan', { digest: 'd2' }],
    ['another repo', { repo: repoKey('payments', 'other') }],
  ])('under %s, nothing', async (_name, other) => {
    await progress().append(SCAN, [commit('a')]);
    expect(await oids({ ...SCAN, ...other })).toStrictEqual([]);
  });

  it('of another plan or repo laid in its place, nothing', async () => {
    await progress().append({ ...SCAN, digest: 'd2' }, [commit('a')]);
    const foreign = await readFile(await fileOf());
    await rm(join(dataDir, 'scans'), { recursive: true });
    await progress().append(SCAN, [commit('b')]);
    await appendFile(await fileOf(), foreign);
    expect(await oids()).toStrictEqual([oid('b')]);
  });

  it.each<[string, (text: string) => string]>([
    ['an oid exchanged', (text) => text.replace('aaaa', 'dddd')],
    ['a MAC exchanged', (text) => text.replace(/[0-9a-f]{8}/, '00000000')],
    ['cut in the middle', (text) => text.slice(0, text.length / 2)],
    ['emptied', () => ''],
    ['no text at all', () => '\u0000\n{}\n[]\n'],
  ])('%s, that line does not count and later ones do', async (_name, change) => {
    await progress().append(SCAN, [commit('a')]);
    const file = await fileOf();
    await writeFile(file, change(await readFile(file, 'utf8')));
    await progress().append(SCAN, [commit('b')]);
    expect(await oids()).toStrictEqual([oid('b')]);
  });

  it('a new plan, the files of the old one go', async () => {
    await progress().append(SCAN, [commit('a')]);
    await progress().append({ ...SCAN, digest: 'd2' }, [commit('b')]);
    expect(await oids({ ...SCAN, digest: 'd2' })).toStrictEqual([oid('b')]);
    expect(await oids()).toStrictEqual([]);
  });

  it('a volume that cannot be written, told and no error', async () => {
    const broken = scanProgress({ dataDir: '/dev/null', warn: (message) => warned.push(message) });
    await broken.append(SCAN, [commit('a')]);
    expect([await broken.load(SCAN), warned.length > 0]).toStrictEqual([[], true]);
  });

  it('a key, fresh each time and as long as the ledger wants it', () => {
    const keys = [progress().newKey(), progress().newKey()];
    expect(keys.map((key) => /^[0-9a-f]{64}$/.test(key))).toStrictEqual([true, true]);
    expect(keys[0]).not.toBe(keys[1]);
  });
});
