import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { gatherLeaks } from '../../src/reconcile/gather/leaks.ts';
import { SECRETS_OFF, gatherPlan } from '../../src/reconcile/gather/scan-plan.ts';
import { inlineWork } from '../../src/worker/inline.ts';
import { commitsOf, readerOver, tokenFor } from '../support/leaks.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { CommitOptions, TestRepo } from '../support/repo-builder.ts';

/**
 * A commit that brings a secret also brings what is to silence it. The naive scanner reads its rules from
 * the commit that it judges, as scanners do that run on a checkout; ours from what was accepted before.
 */
const TOKEN = tokenFor('smuggled');
const SECRETS = { ...SECRETS_OFF, mode: 'Block' } as const;
const leak = `token: ${TOKEN}\n`;

let repo: TestRepo;
let base: Oid;
let mends: Oid;

beforeAll(async () => {
  repo = await buildRepo();
  await repo.commit({ files: { README: 'x\n' } });
  base = await repo.commit({ files: { 'docs/allowed.md': 'x\n' } });
  await repo.branch('broken', base);
  mends = await repo.commit({ files: { '.gitleaks.toml': 'no = = toml\n' } });
});
afterAll(() => repo.remove());

type Seen = Readonly<{ leaks: number; gaps: number }>;

async function scan(tip: Oid, anchor: Oid, isNaive: boolean): Promise<Seen> {
  const objects = await readerOver(repo);
  const commits = await commitsOf(repo, `${anchor}..${tip}`);
  const [tipTree, anchorTree] = [
    await repo.head(`${tip}^{tree}`),
    await repo.head(`${anchor}^{tree}`),
  ];
  const at = { protectedTree: isNaive ? tipTree : anchorTree, tipTree, rootOid: base };
  const how = await gatherPlan(at, SECRETS, objects);
  if (!how.ok) throw new Error(how.stop.message);
  const found = await gatherLeaks(commits, how.value, { objects, work: inlineWork() });
  if (!found.ok) throw new Error(found.stop.message);
  return { leaks: found.value.leaks.length, gaps: found.value.gaps.length };
}

async function pushed(files: NonNullable<CommitOptions['files']>, on = base): Promise<Oid> {
  await repo.branch('attack', on);
  return repo.commit({ files });
}

const config = (more: string): string => `[extend]\nuseDefault = true\n\n${more}`;

describe('an allowlist in the pushed commit', () => {
  it.each<[string, () => Promise<Record<string, string>>]>([
    [
      'a path of the configuration',
      async () => ({
        '.gitleaks.toml': config("[allowlist]\npaths = ['''.*''']\n"),
        'a.yaml': leak,
      }),
    ],
    [
      'a word of the configuration',
      async () => ({
        '.gitleaks.toml': config(`[[allowlists]]\nregexes = ['''gh[p]_''']\n`),
        'a.yaml': leak,
      }),
    ],
    [
      'a place of the ignore file',
      async () => ({ '.gitleaksignore': `a.yaml:${await ruleOf()}:1\n`, 'a.yaml': leak }),
    ],
    [
      'the baseline',
      async () => ({
        '.gitward/baseline.json': JSON.stringify([
          { RuleID: await ruleOf(), File: 'a.yaml', StartLine: 1, Secret: 'REDACTED', Commit: '' },
        ]),
        'a.yaml': leak,
      }),
    ],
  ])('%s, blocked; the naive scanner is silent', async (_name, filesOf) => {
    const tip = await pushed(await filesOf());
    expect((await scan(tip, base, false)).leaks).toBe(1);
    expect((await scan(tip, base, true)).leaks).toBe(0);
  });

  it('once accepted, in force; for the same secret at a path that only looks like it, not', async () => {
    const paths = "[allowlist]\npaths = ['''^docs/allowed\\.md$''']\n";
    const anchor = await pushed({ '.gitleaks.toml': config(paths) });
    const there = await pushed({ 'docs/allowed.md': leak }, anchor);
    expect(await scan(there, anchor, false)).toStrictEqual({ leaks: 0, gaps: 0 });
    for (const path of ['docs/allowed.md.yaml', 'x/docs/allowed.md', 'docs/Allowed.md']) {
      const renamed = await pushed({ 'docs/allowed.md': leak, [path]: leak }, anchor);
      expect((await scan(renamed, anchor, false)).leaks).toBe(1);
    }
  });

  it('rules that cannot be read, no clean head; absent ones, no demand', async () => {
    expect(await scan(mends, base, false)).toStrictEqual({ leaks: 0, gaps: 1 });
    const deleted = await pushed({ '.gitleaks.toml': null }, mends);
    expect(await scan(deleted, mends, false)).toStrictEqual({ leaks: 0, gaps: 0 });
  });

  it('rules that mend broken ones, only what they demand', async () => {
    const more = config(
      "[allowlist]\npaths = ['''.*''']\n\n[[rules]]\nid = 'team-word'\nregex = '''team-[0-9]{8}'''\n",
    );
    const tip = await pushed(
      { '.gitleaks.toml': more, 'a.yaml': leak, b: 'team-12345678\n' },
      mends,
    );
    expect(await scan(tip, mends, false)).toStrictEqual({ leaks: 2, gaps: 0 });
  });

  it('a .sops.yaml that cannot be read, no clean head; and one that mends it', async () => {
    const tip = await pushed({ 'a/.sops.yaml': 'creation_rules: [\n' });
    expect(await scan(tip, base, false)).toStrictEqual({ leaks: 0, gaps: 1 });
    const rules = 'creation_rules:\n  - path_regex: .*\\.enc\\.yaml$\n';
    const mended = await pushed({ 'a/.sops.yaml': rules }, tip);
    expect(await scan(mended, tip, false)).toStrictEqual({ leaks: 0, gaps: 0 });
  });
});

/** What the token's rule is called. */
async function ruleOf(): Promise<string> {
  const tip = await pushed({ 'a.yaml': leak });
  const objects = await readerOver(repo);
  const tree = await repo.head(`${tip}^{tree}`);
  const at = { protectedTree: tree, tipTree: tree, rootOid: base };
  const how = await gatherPlan(at, SECRETS, objects);
  if (!how.ok) throw new Error(how.stop.message);
  const commits = await commitsOf(repo, `${base}..${tip}`);
  const found = await gatherLeaks(commits, how.value, { objects, work: inlineWork() });
  return found.ok ? (found.value.leaks[0]?.finding.rule ?? '') : '';
}
