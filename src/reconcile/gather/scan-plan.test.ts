import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readerOver } from '../../../test/support/leaks.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { CommitOptions, TestRepo } from '../../../test/support/repo-builder.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import type { RawObject } from '../../domain/git-object.ts';
import { digestPlan } from '../../secrets/index.ts';
import type { ObjectReader } from '../ports.ts';
import { SECRETS_OFF, gatherPlan } from './scan-plan.ts';
import type { GatheredPlan, PlanAt } from './scan-plan.ts';
import { SopsFinder } from './sops-files.ts';

const RULE = "[[rules]]\nid = 'team-word'\nregex = '''team-[0-9]{8}'''\n";
const SALT = 's'.repeat(16);
const ROOT = parseOid('ab'.repeat(20));

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
});
afterAll(() => repo.remove());

async function treeOf(files: NonNullable<CommitOptions['files']>): Promise<Oid> {
  await repo.git('rm', '--quiet', '-rf', '--ignore-unmatch', '.');
  return repo.head(`${await repo.commit({ files: { README: 'x\n', ...files } })}^{tree}`);
}

async function planAt(
  protectedFiles: NonNullable<CommitOptions['files']>,
  tipFiles: NonNullable<CommitOptions['files']> = protectedFiles,
  more: Partial<PlanAt> = {},
): Promise<GatheredPlan> {
  const [protectedTree, tipTree] = [await treeOf(protectedFiles), await treeOf(tipFiles)];
  const at = { protectedTree, tipTree, rootOid: ROOT, ...more };
  const found = await gatherPlan(at, SECRETS_OFF, await readerOver(repo));
  if (!found.ok) throw new Error(found.stop.message);
  return found.value;
}

const rulesOf = ({ plan }: GatheredPlan): readonly string[] | undefined =>
  plan.team?.rules.map(({ id }) => id);

describe('gatherPlan', () => {
  it('nothing of the team, our own rules and the first commit as key', async () => {
    const { plan, broken, warnings, ignores } = await planAt({});
    expect(plan).toStrictEqual({ dialect: 'gitward', inlineAllow: false, salt: ROOT, sops: [] });
    expect([broken, warnings, ignores.places.size]).toStrictEqual([[], [], 0]);
  });

  it('files of the protected tree, read; the same in the tip alone, not', async () => {
    const files = {
      '.gitleaks.toml': RULE,
      '.gitleaksignore': 'a.txt:team-word:1\n',
      '.gitward/salt': `${SALT}\n`,
    };
    const ours = await planAt(files);
    expect([rulesOf(ours), ours.plan.salt, ours.ignores.places.size]).toStrictEqual([
      ...[['team-word'], SALT, 1],
    ]);
    const theirs = await planAt({}, files);
    expect([rulesOf(theirs), theirs.plan.salt, theirs.ignores.places.size]).toStrictEqual([
      ...[undefined, ROOT, 0],
    ]);
    const first = await planAt(files, files, { protectedTree: undefined });
    expect([rulesOf(first), first.plan.salt]).toStrictEqual([undefined, ROOT]);
  });

  it('rules that extend a file of the same tree, both; of none, broken', async () => {
    const extended = `[extend]\npath = 'ci/base.toml'\n`;
    const both = await planAt({ '.gitleaks.toml': extended, 'ci/base.toml': RULE });
    expect([rulesOf(both), both.broken]).toStrictEqual([['team-word'], []]);
    const none = await planAt({ '.gitleaks.toml': extended });
    expect(none.broken.map(({ path }) => path)).toStrictEqual(['.gitleaks.toml']);
  });

  it.each<[string, string]>([
    ['15 characters', 's'.repeat(15)],
    ['257 characters', 's'.repeat(257)],
    ['a space in it', `${SALT} ${SALT}`],
    ['two lines', `${SALT}\n${SALT}`],
    ['nothing', ''],
  ])('a salt of %s, told and not used', async (_name, salt) => {
    const { plan, warnings, broken } = await planAt({ '.gitward/salt': salt });
    expect([plan.salt, warnings.length, broken]).toStrictEqual([ROOT, 1, []]);
  });

  it('a link where the rules should be, broken', async () => {
    await treeOf({});
    const oid = await repo.write('blob', 'README');
    await repo.git('update-index', '--add', '--cacheinfo', `120000,${oid},.gitleaks.toml`);
    const tree = await repo.head(`${await repo.commit()}^{tree}`);
    const at = { protectedTree: tree, tipTree: tree, rootOid: ROOT };
    const found = await gatherPlan(at, SECRETS_OFF, await readerOver(repo));
    expect(found.ok && found.value.broken.map(({ path }) => path)).toStrictEqual([
      '.gitleaks.toml',
    ]);
  });

  it('no first commit and no salt, told', async () => {
    const { warnings } = await planAt({}, {}, { rootOid: undefined });
    expect(warnings).toHaveLength(1);
  });

  it('.sops.yaml of both trees, each once, marked with whose it is', async () => {
    const rules = (word: string): string => `creation_rules:\n  - path_regex: ${word}\n`;
    const old = { '.sops.yaml': rules('a'), 'x/y/.sops.yaml': rules('b') };
    const { plan } = await planAt(old, {
      ...old,
      '.sops.yaml': rules('c'),
      'z/.sops.yaml': rules('d'),
    });
    const told = plan.sops.map(
      ({ directory, rules: [rule], origin }) => `${directory} ${rule?.pathRegex} ${origin}`,
    );
    const all = [' a protected', ' c commit', 'x/y b undefined', 'z d commit'];
    expect(told.toSorted()).toStrictEqual(all);
  });

  it('another switch, another plan', async () => {
    const tree = await treeOf({});
    const objects = await readerOver(repo);
    const at = { protectedTree: tree, tipTree: tree, rootOid: ROOT };
    const digests = await Promise.all(
      (['Ignore', 'Honour'] as const).map(async (inlineAllow) => {
        const found = await gatherPlan(at, { ...SECRETS_OFF, inlineAllow }, objects);
        return found.ok ? digestPlan(found.value.plan) : '';
      }),
    );
    expect(digests[0] === digests[1]).toBe(false);
  });
});

describe('SopsFinder', () => {
  it('a tree of trees that are one, looked through once and bounded', async () => {
    let below = await repo.head(
      `${await repo.commit({ files: { '.sops.yaml': 'a: 1\n' } })}^{tree}`,
    );
    for (let depth = 0; depth < 12; depth += 1) {
      const entries = Array.from({ length: 4 }, (_, i) => `40000 d${i}\0`);
      const oid = Buffer.from(below, 'hex');
      const bytes = Buffer.concat(entries.flatMap((entry) => [Buffer.from(entry), oid]));
      below = await repo.write('tree', bytes);
    }
    const asked: Oid[] = [];
    const objects = counting(await readerOver(repo), asked);
    const found = await new SopsFinder().find(below, objects);
    expect([found.ok ? '' : found.stop.reason, asked.length]).toStrictEqual(['ScanIncomplete', 13]);
  });

  it('the next tree, only what changed in it is read', async () => {
    const files = { 'a/b/c': '1', 'd/.sops.yaml': 'a: 1\n', 'e/f': '2' };
    const first = await treeOf(files);
    const second = await treeOf({ ...files, 'e/f': '3' });
    const asked: Oid[] = [];
    const objects = counting(await readerOver(repo), asked);
    const finder = new SopsFinder();
    const one = await finder.find(first, objects);
    const before = asked.length;
    const two = await finder.find(second, objects);
    expect([two, asked.length - before]).toStrictEqual([one, 2]);
    expect(one.ok && one.value.map(({ directory }) => directory)).toStrictEqual(['d']);
  });
});

function counting(inner: ObjectReader, asked: Oid[]): ObjectReader {
  return {
    readMany: async (oids) => {
      asked.push(...oids);
      const found = await inner.readMany(oids);
      if (!found.ok) return found;
      return { ok: true, value: new Map<Oid, RawObject>(found.value) };
    },
  };
}
