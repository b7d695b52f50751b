import type { SignerSet } from '../../../src/api/signerset.ts';
import type { Oid } from '../../../src/domain/oid.ts';
import type { Stop } from '../../../src/domain/stop.ts';
import { stop } from '../../../src/domain/stop.ts';
import { LINE_KEY, LineWorld } from '../../support/line/world.ts';
import type { AttackCase } from './case.ts';
import type { Workshop } from './workshop.ts';

/** One passage of the repo line: the last word it said, and of which commit. */
type Said = Readonly<{ reason: string; oid: Oid | undefined }>;

/** The repo line over the workshop's repository, and the commits of its story. */
class Story {
  readonly #world: LineWorld;
  readonly #workshop: Workshop;

  private constructor(world: LineWorld, workshop: Workshop) {
    this.#world = world;
    this.#workshop = workshop;
  }

  static async create(workshop: Workshop): Promise<Story> {
    const { alice, gpg, repo } = workshop;
    const world = await LineWorld.create(repo, alice);
    const keys = [{ openPGP: await gpg.publicKey(alice) }];
    const people = [{ name: 'Alice', emails: ['alice@example.com'], keys }];
    const set = { apiVersion: 'gitward.dev/v1alpha1', kind: 'SignerSet' } as const;
    const signers: SignerSet = { ...set, metadata: { name: 'platform' }, spec: { people } };
    world.cluster.signers = [signers];
    return new Story(world, workshop);
  }

  /** A commit on top of another, or a root; signed by Alice unless told otherwise. */
  async commit(on: Oid | undefined, value: string, isSigned = true): Promise<Oid> {
    const { repo, alice } = this.#workshop;
    if (on === undefined) {
      await repo.git('checkout', '--quiet', '--orphan', `root-${value}`);
    } else {
      await repo.branch(`story-${value}`, on);
    }
    return repo.commit({ files: manifest(value), ...(isSigned ? { sign: alice } : {}) });
  }

  /** A signed merge with `first` as its first parent. */
  async merge(first: Oid, second: Oid): Promise<Oid> {
    const { repo, alice } = this.#workshop;
    await repo.branch('story-merge', first);
    await repo.git('merge', '--quiet', '--no-ff', '--no-commit', '-s', 'ours', second);
    return repo.commit({ sign: alice, message: 'merge\n' });
  }

  /** What the line says of a head. */
  async see(tip: Oid): Promise<Said> {
    this.#world.git.tip = tip;
    const end = await this.#world.pass();
    const last: Stop | undefined = end.stop;
    if (last !== undefined) return { reason: last.reason, oid: last.oid };
    return { reason: this.anchor() === tip ? 'accepted' : 'ignored', oid: tip };
  }

  /** What the line says while the branch is gone. */
  async seeNothing(): Promise<string> {
    this.#world.git.down = stop('RefNotFound', 'the branch is gone');
    const end = await this.#world.pass();
    this.#world.git.down = undefined;
    return end.stop?.reason ?? 'accepted';
  }

  parentOf(oid: Oid): Promise<Oid> {
    return this.#workshop.repo.head(`${oid}^`);
  }

  anchor(): Oid | undefined {
    return this.#world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.anchor.oid;
  }

  /** What a reader of the head's signature alone says. */
  async headOnly(tip: Oid): Promise<string> {
    const { repo, gpg } = this.#workshop;
    const ran = await repo.run(['verify-commit', tip], { env: gpg.env });
    return ran.status === 0 ? 'accepted' : 'refused';
  }
}

function manifest(value: string): Record<string, string> {
  const config = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    ...{ metadata: { name: 'a' }, data: { value } },
  };
  return { 'deploy/a.json': JSON.stringify(config) };
}

const HEAD_ONLY = ["looks at the head's signature alone", 'accepted'] as const;

/** A row in which the line stands at a first commit and then sees another head. */
function afterAnchor(
  row: Pick<AttackCase, 'number' | 'name' | 'expected'>,
  next: (story: Story, anchor: Oid) => Promise<Oid>,
): AttackCase {
  return {
    ...row,
    naive: HEAD_ONLY,
    play: async (workshop) => {
      const story = await Story.create(workshop);
      const id = `${row.number}-${row.expected}`;
      const anchor = await story.commit(await story.commit(undefined, `${id}-0`), `${id}-1`);
      const first = await story.see(anchor);
      if (first.reason !== 'accepted') return { verdict: `not begun: ${first.reason}` };
      const tip = await next(story, anchor);
      const { reason } = await story.see(tip);
      const isHeld = reason === 'accepted' || story.anchor() === anchor;
      return {
        verdict: isHeld ? reason : 'the anchor moved',
        naive: await story.headOnly(tip),
      };
    },
  };
}

const SHAPES: readonly AttackCase[] = [
  afterAnchor(
    { number: 39, name: 'merge of two signed lines', expected: 'HistoryNotLinear' },
    async (story, anchor) => {
      const side = await story.commit(anchor, '39-side');
      return story.merge(await story.commit(anchor, '39-main'), side);
    },
  ),
  afterAnchor(
    { number: 40, name: 'merge whose first parent is the anchor', expected: 'HistoryNotLinear' },
    async (story, anchor) =>
      story.merge(anchor, await story.commit(await story.parentOf(anchor), '40-side')),
  ),
  afterAnchor(
    { number: 43, name: 'forced to a sibling', expected: 'HistoryRewritten' },
    async (story, anchor) => story.commit(await story.parentOf(anchor), '43-sibling'),
  ),
  afterAnchor(
    { number: 43, name: 'forced back to an ancestor', expected: 'RevisionRolledBack' },
    (story, anchor) => story.parentOf(anchor),
  ),
  afterAnchor({ number: 45, name: 'another root', expected: 'HistoryRewritten' }, (story) =>
    story.commit(undefined, '45-root'),
  ),
];

const RANGES: readonly AttackCase[] = [
  {
    ...{ number: 44, name: 'bad commit forced away, good one in its place', expected: 'accepted' },
    naive: HEAD_ONLY,
    play: async (workshop) => {
      const story = await Story.create(workshop);
      const anchor = await story.commit(undefined, '44-0');
      await story.see(anchor);
      const bad = await story.commit(anchor, '44-bad', false);
      const onBad = await story.commit(bad, '44-on-bad');
      const refused = [await story.see(bad), await story.see(onBad)];
      if (refused.some(({ reason, oid }) => reason !== 'SignatureMissing' || oid !== bad)) {
        return { verdict: `bad commit: ${refused.map(({ reason }) => reason).join()}` };
      }
      const { reason } = await story.see(await story.commit(anchor, '44-good'));
      return { verdict: reason, naive: await story.headOnly(onBad) };
    },
  },
  {
    ...{ number: 46, name: 'good head over an unsigned commit', expected: 'SignatureMissing' },
    naive: HEAD_ONLY,
    play: async (workshop) => {
      const story = await Story.create(workshop);
      const middle = await story.commit(await story.commit(undefined, '46-0'), '46-1', false);
      const tip = await story.commit(middle, '46-2');
      const { reason, oid } = await story.see(tip);
      const verdict = oid === middle ? reason : `${reason}, without the commit`;
      return { verdict, naive: await story.headOnly(tip) };
    },
  },
  {
    ...{ number: 47, name: 'branch deleted, made again beside', expected: 'HistoryRewritten' },
    naive: HEAD_ONLY,
    play: async (workshop) => {
      const story = await Story.create(workshop);
      const root = await story.commit(undefined, '47-0');
      await story.see(await story.commit(root, '47-1'));
      const gone = await story.seeNothing();
      const beside = await story.commit(root, '47-beside');
      const { reason } = await story.see(beside);
      const verdict = gone === 'RefNotFound' ? reason : `while gone: ${gone}`;
      return { verdict, naive: await story.headOnly(beside) };
    },
  },
  {
    ...{ number: 47, name: 'branch deleted, made again further on', expected: 'accepted' },
    play: async (workshop) => {
      const story = await Story.create(workshop);
      const anchor = await story.commit(undefined, '47-a');
      await story.see(anchor);
      await story.seeNothing();
      const { reason } = await story.see(await story.commit(anchor, '47-b'));
      return { verdict: reason };
    },
  },
];

/** Rows about where a head stands in history, through the whole repo line. */
export const HISTORY: readonly AttackCase[] = [...SHAPES, ...RANGES];
