import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { parseOid } from '../../src/domain/oid.ts';
import { ok } from '../../src/domain/result.ts';
import { gather } from '../../src/reconcile/gather/gather.ts';
import type { GatherGround } from '../../src/reconcile/gather/ground.ts';
import type { ObjectReader } from '../../src/reconcile/ports.ts';
import { SECRETS_OFF } from '../../src/reconcile/gather/scan-plan.ts';
import { DEFAULT_RENDER_LIMITS } from '../../src/render/limits.ts';
import { inlineWork } from '../../src/worker/inline.ts';
import { loadObjects } from '../support/object-store.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';
import { trustIn } from '../support/trust.ts';
import { verdictOn } from '../support/verdict.ts';

// G13: a merge hidden behind others, criss-cross, an octopus, another root, the anchor as a second
// parent. Random graphs, with git's own rev-list as the oracle. The naive reader follows first parents.

const COMMITS = 24;
const GRAPHS = 40;

/** The parents of each commit, as numbers of earlier ones. */
type Graph = readonly (readonly number[])[];

const graphs: fc.Arbitrary<Graph> = fc.tuple(
  ...Array.from({ length: COMMITS }, (_, i) =>
    fc.oneof(
      // Mostly straight on, or else no range would ever be accepted.
      { weight: 6, arbitrary: fc.constant(i === 0 ? [] : [i - 1]) },
      {
        weight: 1,
        arbitrary: fc.uniqueArray(fc.nat(Math.max(i - 1, 0)), { maxLength: i === 0 ? 0 : 3 }),
      },
    ),
  ),
);

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
});
afterAll(() => repo.remove());

/** Writes the commits of all graphs with one call of git; a graph's commits in order. */
async function write(all: readonly Graph[]): Promise<readonly (readonly Oid[])[]> {
  const lines: string[] = [];
  const mark = (graph: number, commit: number): number => graph * COMMITS + commit + 1;
  for (const [g, graph] of all.entries()) {
    for (const [c, parents] of graph.entries()) {
      lines.push(`commit refs/heads/g${g}-${c}`, `mark :${mark(g, c)}`);
      lines.push(`committer A <a@example.com> ${1_700_000_000 + c} +0000`, 'data 1', `${g % 10}`);
      const [first, ...others] = parents;
      // fast-import would take the branch itself for the parent.
      if (first !== undefined) lines.push(`from :${mark(g, first)}`);
      for (const other of others) lines.push(`merge :${mark(g, other)}`);
      lines.push(`M 100644 inline n`, `data <<E`, `${g} ${c}`, 'E', '');
    }
  }
  const ran = await repo.run(['fast-import', '--quiet', '--force'], { input: lines.join('\n') });
  if (ran.status !== 0) throw new Error(ran.stderr);
  const refs = await repo.git('for-each-ref', '--format=%(refname:short) %(objectname)');
  const named = new Map(refs.split('\n').map((line) => [line.split(' ')[0], line.split(' ')[1]]));
  return all.map((graph, g) =>
    graph.map((_, c) => {
      const oid = parseOid(named.get(`g${g}-${c}`) ?? '');
      if (oid === undefined) throw new Error(`no commit ${g}-${c}`);
      return oid;
    }),
  );
}

function groundOf(objects: ObjectReader): GatherGround {
  const verify = { signatures: 'None', bindIdentity: 'None', forge: 'Deny' } as const;
  return {
    ...{ objects, work: inlineWork(), at: 0, trust: trustIn(), verify, targets: [] },
    ...{ render: DEFAULT_RENDER_LIMITS, maxRangeCommits: 1_000, firstSeen: () => undefined },
    secrets: { spec: SECRETS_OFF },
  };
}

async function accepts(tip: Oid, anchor: Oid, objects: ObjectReader): Promise<boolean> {
  const footing = { kind: 'anchor', oid: anchor, sourceChanged: false } as const;
  const ground = groundOf(objects);
  const gathered = await gather({ oid: tip, approvals: [] }, footing, ground);
  if (!gathered.ok) return false;
  const { verify } = ground;
  return verdictOn(gathered.value.evidence, { footing, verify }).kind === 'accepted';
}

/** Is the anchor among the first parents of the tip? */
function naive(graph: Graph, tip: number, anchor: number): boolean {
  for (let at: number | undefined = tip; at !== undefined; at = graph[at]?.[0]) {
    if (at === anchor) return true;
  }
  return false;
}

/** All commits that git lists, none where it fails. */
async function revList(...args: readonly string[]): Promise<readonly string[]> {
  return (await repo.git('rev-list', ...args)).split('\n').filter((line) => line !== '');
}

describe('random histories', () => {
  it('accepted only if git finds no merge in the range and the anchor below the tip', async () => {
    const all = fc.sample(graphs, { numRuns: GRAPHS, seed: 20_251 });
    const written = await write(all);
    const { objects } = await loadObjects(repo);
    const reader: ObjectReader = {
      readMany: async (oids) =>
        ok(
          new Map(
            oids.flatMap((oid) =>
              [objects.get(oid)].flatMap((raw) => (raw === undefined ? [] : [[oid, raw]])),
            ),
          ),
        ),
    };
    const count = { accepted: 0, fooled: 0, refused: 0 };
    for (const [g, graph] of all.entries()) {
      const oids = written[g] ?? [];
      const [tipAt, anchorAt] = [COMMITS - 1, COMMITS - 1 - (g % 12)];
      const [tip, anchor] = [oids[tipAt], oids[anchorAt]];
      if (tip === undefined || anchor === undefined) throw new Error('not written');
      const merges = await revList('--min-parents=2', `${anchor}..${tip}`);
      const below = (await repo.run(['merge-base', '--is-ancestor', anchor, tip])).status === 0;
      const isAccepted = await accepts(tip, anchor, reader);
      expect({ g, isAccepted }).toEqual({ g, isAccepted: below && merges.length === 0 });
      if (isAccepted) count.accepted += 1;
      else if (naive(graph, tipAt, anchorAt)) count.fooled += 1;
      else count.refused += 1;
    }
    expect(Object.values(count).every((one) => one > 0)).toBe(true);
  }, 30_000);
});
