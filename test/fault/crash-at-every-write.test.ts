import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireOrSkip, tool } from '../support/prerequisites.ts';
import type { Occasion } from '../support/sandbox/index.ts';
import { until } from '../support/world/poll.ts';
import { Rig, isOperatorWrite, nameWrite } from './rig.ts';
import { ObjectHistory } from './object-history.ts';

/** One phase of the history: what happens from outside. What must come of it, the learn run tells. */
type Phase = Readonly<{
  name: string;
  act(rig: Rig): Promise<void>;
  done(rig: Rig): Promise<boolean>;
}>;

const PHASES: readonly Phase[] = [
  {
    name: 'first commit',
    act: async (rig) => {
      await rig.setHead(rig.commits.first);
      await rig.world.guard();
    },
    done: (rig) => isApplied(rig, rig.commits.first),
  },
  {
    name: 'second commit',
    act: (rig) => rig.setHead(rig.commits.second),
    done: (rig) => isApplied(rig, rig.commits.second),
  },
  {
    name: 'drift',
    act: (rig) => rig.edit(),
    done: async (rig) => {
      const items = (await rig.world.repo())?.status?.targets[0]?.drift.items ?? [];
      return items.some(({ outcome }) => outcome === 'DriftReverted');
    },
  },
  {
    name: 'unsigned commit',
    act: (rig) => rig.setHead(rig.commits.unsigned),
    done: async (rig) => (await readyOf(rig)) === 'False SignatureMissing',
  },
];

/** What the unperturbed run did and led to. */
type Lesson = Readonly<{ writes: readonly string[]; state: object; history: readonly string[] }>;

const needs = ['git', 'gpg', 'kubectl'].map(tool);

describe.runIf(requireOrSkip('crash at every write', needs))('kill -9 at every write', () => {
  let rig: Rig;
  let history: ObjectHistory;
  const lessons: Lesson[] = [];
  beforeAll(async () => {
    rig = await Rig.start();
    history = await ObjectHistory.follow(rig.sandbox.url);
    await rig.reset();
    await rig.operate();
    for (const phase of PHASES) lessons.push(await learn(phase));
    for (const [index, { writes }] of lessons.entries()) {
      console.log(`${PHASES[index]?.name}: ${writes.join(' · ')}`);
    }
  });
  afterAll(async () => {
    history?.close();
    await rig?.world.close();
  });

  it.each(PHASES.map((phase, index) => [phase.name, index] as const))(
    '%s, the same end wherever the process dies',
    async (_name, index) => {
      const { writes } = lessonOf(index);
      expect(writes.length).toBeGreaterThan(1);
      for (let nth = 1; nth <= writes.length; nth += 1) {
        for (const when of ['before', 'after'] as const) await crashRun(index, nth, when);
      }
    },
  );

  async function learn(phase: Phase): Promise<Lesson> {
    const writes: string[] = [];
    await history.forget();
    const forget = rig.sandbox.faults.add({
      match: (occasion) => {
        if (isOperatorWrite(occasion)) writes.push(nameWrite(occasion));
        return false;
      },
      effect: { kind: 'reset' },
    });
    await phase.act(rig);
    await until(phase.name, async () => (await phase.done(rig)) || undefined);
    await rig.world.pass();
    forget();
    // The pass that was asked for is a status write of its own.
    const own = writes.lastIndexOf('patch guardedrepos/status shop');
    return {
      writes: writes.toSpliced(own, 1),
      state: await rig.state(),
      history: history.seen(),
    };
  }

  async function crashRun(index: number, nth: number, when: 'before' | 'after'): Promise<void> {
    await rig.reset();
    await history.forget();
    await rig.operate();
    for (let phase = 0; phase < index; phase += 1) await replay(phase);
    await history.forget();
    const struck = crashAt(nth, when);
    await PHASES[index]?.act(rig);
    await until('the end of the process', async () => rig.world.operator.exited || undefined, {
      explain: () => `write ${nth} never came:\n${rig.world.operator.tail()}`,
    });
    await rig.operate();
    await settled(index, `killed ${when} write ${nth}, ${struck()}`);
  }

  async function replay(index: number): Promise<void> {
    await PHASES[index]?.act(rig);
    await settled(index, 'on the way');
  }

  /** The state of the learn run is reached, a whole pass leaves it as it is, and nothing was written twice. */
  async function settled(index: number, what: string): Promise<void> {
    const { state, history: changes } = lessonOf(index);
    const isThere = async (): Promise<true | undefined> =>
      isDeepStrictEqual(await rig.state(), state) || undefined;
    await until(what, isThere, { deadlineMs: 15_000 }).catch(() => undefined);
    await rig.world.pass();
    expect(await rig.state(), what).toEqual(state);
    await until(what, async () => history.seen().length >= changes.length || undefined);
    expect(history.seen(), what).toEqual(changes);
    await history.forget();
  }

  /** Kills the process when its nth write comes in: before it is carried out, or after and unanswered. */
  function crashAt(nth: number, when: 'before' | 'after'): () => string {
    const { pid } = rig.world.operator;
    let count = 0;
    let struck = '';
    const match = (occasion: Occasion): boolean => {
      if (!isOperatorWrite(occasion)) return false;
      count += 1;
      if (count !== nth) return false;
      struck = nameWrite(occasion);
      process.kill(pid, 'SIGKILL');
      return true;
    };
    const effect = { kind: when === 'before' ? 'reset' : 'lose-answer' } as const;
    rig.sandbox.faults.add({ match, effect });
    return () => struck;
  }

  function lessonOf(index: number): Lesson {
    const lesson = lessons[index];
    if (lesson === undefined) throw new Error(`phase ${index} was not learnt`);
    return lesson;
  }
});

async function isApplied({ world }: Rig, oid: string): Promise<boolean> {
  const applied = (await world.repo())?.status?.targets[0]?.applied;
  return applied?.endsWith(oid) === true;
}

async function readyOf({ world }: Rig): Promise<string> {
  const ready = (await world.repo())?.status?.conditions.find(({ type }) => type === 'Ready');
  return `${ready?.status} ${ready?.reason}`;
}
