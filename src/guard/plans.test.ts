import { describe, expect, it } from 'vitest';
import { entry, GuardLine, ref, SHOP } from '../../test/support/guard-line.ts';
import { objectKey } from '../domain/object-ref.ts';
import { repoKey } from '../domain/repo-key.ts';
import { stop } from '../domain/stop.ts';
import { DesiredIndex } from './index.ts';
import { KeyedLock } from './lock.ts';
import { isAtLeast, isOlder } from './version.ts';

const A = ref('a');
const OTHER = repoKey('payments', 'other');
const names = Array.from({ length: 20 }, (_, at) => `n${String(at).padStart(2, '0')}`);

describe('rollout', () => {
  it('many objects, in order and never more at once than allowed', async () => {
    const line = new GuardLine();
    let busy = 0;
    let most = 0;
    line.cluster.before = async () => {
      most = Math.max(most, ++busy);
      await Promise.resolve();
      busy -= 1;
    };
    const outcomes = await line.put(names.map((name) => entry(name, { k: 'v' })));
    expect(most).toBe(4);
    expect(line.cluster.calls).toEqual(names.map((name) => `apply ${name}`));
    expect(outcomes.map(({ key }) => key)).toEqual(names.map((name) => objectKey(ref(name))));
  });

  it('a next plan, unchanged objects kept without a call', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: '1' }), entry('b', { k: '1' })]);
    line.forget();
    const outcomes = await line.put([entry('a', { k: '1' }), entry('b', { k: '2' })]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      { ok: true, value: 'kept' },
      { ok: true, value: 'applied' },
    ]);
    expect(line.cluster.calls).toEqual(['apply b']);
  });

  it('Audit becomes Enforce, written although nothing changed', async () => {
    const line = new GuardLine();
    line.cluster.edit(A, { k: 'v' }, 'kubectl-create');
    await line.put([entry('a', { k: 'v' }, { mode: 'Audit' })]);
    expect(line.writes).toEqual([]);
    await line.put([entry('a', { k: 'v' })]);
    expect(line.writes).toEqual(['apply a']);
  });

  it('mutated once, asked for again with the next plan', async () => {
    const line = new GuardLine();
    line.cluster.admission = () => ({ k: 'mutated' });
    await line.put([entry('a', { k: 'v' })]);
    line.cluster.admission = (data) => data;
    await line.put([entry('a', { k: 'v' })]);
    expect(line.told).toEqual(['MutatedByAdmission a, open', 'Succeeded a']);
  });

  it('one object refused, the others go on and it is told', async () => {
    const line = new GuardLine();
    line.cluster.fails = (_, name) => (name === 'a' ? stop('Forbidden', 'no') : undefined);
    const outcomes = await line.put([entry('a', { k: 'v' }), entry('b', { k: 'v' })]);
    expect(outcomes.map(({ outcome }) => outcome.ok)).toEqual([false, true]);
    expect(line.cluster.data(ref('b'))).toEqual({ k: 'v' });
  });

  it('pending, an object not reached yet is held to the plan in force', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'old' })]);
    line.guard.stage(SHOP, [entry('a', { k: 'new' }), entry('b', { k: 'new' })]);
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: 'old' });
    await line.guard.rollout(SHOP, { concurrency: 1, method: 'apply' });
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: 'new' });
    await line.guard.commit(SHOP);
    expect(line.guard.entries(SHOP).map(({ key }) => key)).toEqual([
      objectKey(A),
      objectKey(ref('b')),
    ]);
  });

  it('an object left out, guarded no more', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'v' }), entry('b', { k: 'v' })]);
    await line.put([entry('b', { k: 'v' })]);
    line.forget();
    line.cluster.edit(A, { k: 'anything' });
    await line.rest();
    expect([line.cluster.calls, line.told]).toEqual([[], []]);
  });

  it('changed and deleted between its apply and the first list, found', async () => {
    const line = new GuardLine();
    line.guard.stage(SHOP, [entry('a', { k: 'v' }), entry('b', { k: 'v' })]);
    await line.guard.rollout(SHOP, { concurrency: 1, method: 'apply' });
    line.cluster.edit(A, { k: 'evil' });
    line.cluster.remove(ref('b'));
    await line.guard.commit(SHOP);
    await line.rest();
    expect(line.told.toSorted()).toEqual(['DriftReverted a', 'DriftReverted b']);
    expect([line.cluster.data(A), line.cluster.data(ref('b'))]).toEqual([{ k: 'v' }, { k: 'v' }]);
  });
});

describe('a start after a time away', () => {
  it.each([
    ['edited', (line: GuardLine) => line.cluster.edit(A, { k: 'evil' })],
    ['deleted', (line: GuardLine) => line.cluster.remove(A)],
    ['put back by hand', (line: GuardLine) => line.cluster.wipeOwnership(A)],
  ])('%s meanwhile, found by the first list, told and undone', async (_, harm) => {
    const before = new GuardLine();
    await before.put([entry('a', { k: 'good' })]);
    harm(before);
    before.guard.drop(SHOP);
    const line = new GuardLine(before.cluster);
    line.forget();
    const [outcome] = await line.put([entry('a', { k: 'good' })], 'compare');
    expect(outcome?.outcome).toEqual({ ok: true, value: 'compared' });
    expect(line.told).toEqual(['DriftReverted a']);
    expect(line.cluster.data(A)).toEqual({ k: 'good' });
  });

  it('nothing happened meanwhile, one dry-run an object and no write', async () => {
    const before = new GuardLine();
    await before.put([entry('a', { k: 'good' })]);
    before.guard.drop(SHOP);
    const line = new GuardLine(before.cluster);
    line.forget();
    await line.put([entry('a', { k: 'good' })], 'compare');
    expect([line.cluster.calls, line.told]).toEqual([['dryRun a'], []]);
  });

  it('Audit, an object added to a kind that is watched already, compared with what is live', async () => {
    const line = new GuardLine();
    line.cluster.edit(A, { k: 'good' }, 'kubectl-create');
    line.cluster.edit(ref('b'), { k: 'evil' }, 'kubectl-create');
    await line.put([entry('a', { k: 'good' }, { mode: 'Audit' })]);
    await line.put([
      entry('a', { k: 'good' }, { mode: 'Audit' }),
      entry('b', { k: 'good' }, { mode: 'Audit' }),
    ]);
    expect(line.told).toEqual(['DriftReported b, open']);
  });
});

describe('what can be seen', () => {
  it('a kind that is not served, blind with its name, and seen again with the next plan', async () => {
    const line = new GuardLine();
    line.cluster.served = new Set(['ConfigMap', 'Free']);
    line.guard.stage(SHOP, [entry('a', { k: 'v' }), entry('b', { k: 'v' }, { kind: 'Free' })]);
    line.cluster.served = new Set(['ConfigMap']);
    await line.guard.commit(SHOP);
    const blind = line.guard.watchHealth(SHOP);
    expect([blind?.reason, blind?.message.includes('Free of v1')]).toEqual([
      'APIUnavailable',
      true,
    ]);
    line.cluster.served = new Set(['ConfigMap', 'Free']);
    await line.guard.commit(SHOP);
    expect([line.guard.watchHealth(SHOP), line.cluster.watching]).toEqual([undefined, 2]);
  });

  it('dropped while its kinds are looked up, no watch is opened', async () => {
    const line = new GuardLine();
    line.guard.stage(SHOP, [entry('a', { k: 'v' })]);
    const committed = line.guard.commit(SHOP);
    line.guard.drop(SHOP);
    await committed;
    expect(line.cluster.watching).toBe(0);
  });
});

describe('two who want one object', () => {
  it.each([
    ['two targets', [entry('a', { k: '1' }), entry('a', { k: '2' }, { target: 'other' })]],
    ['two repos', [entry('a', { k: '2' }, { repo: OTHER })]],
  ])('%s, ApplyConflict, and the plan in force stays', async (_, entries) => {
    const line = new GuardLine();
    await line.put([entry('a', { k: '1' })]);
    const staged = line.guard.stage(entries[0]?.repo ?? SHOP, entries);
    expect(staged).toMatchObject({ ok: false, stop: { reason: 'ApplyConflict', object: A } });
    expect(line.guard.entries(SHOP)).toHaveLength(1);
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: '1' });
  });

  it('given up by one, free for the other', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: '1' }), entry('b', { k: '1' })]);
    await line.put([entry('b', { k: '1' })]);
    await line.put([entry('a', { k: '2' }, { repo: OTHER })]);
    expect(line.cluster.data(A)).toEqual({ k: '2' });
  });

  it('staged and replaced before it was in force, free again', () => {
    const index = new DesiredIndex();
    const keyed = (name: string): Parameters<DesiredIndex['stage']>[1] => [
      { ...entry(name, {}), key: objectKey(ref(name)) },
    ];
    index.stage(SHOP, keyed('a'));
    index.stage(SHOP, keyed('b'));
    expect(index.stage(OTHER, keyed('a')).ok).toBe(true);
    expect(index.size).toBe(2);
    index.drop(SHOP);
    index.drop(OTHER);
    expect(index.size).toBe(0);
  });
});

describe('small parts', () => {
  it('work on one key, in order, also after a failure; keys do not wait for each other', async () => {
    const lock = new KeyedLock<string>();
    const done: string[] = [];
    const failing = lock.run('a', () => Promise.reject(new Error('bug')));
    const after = lock.run('a', async () => void done.push('after'));
    const other = lock.run('b', async () => void done.push('other'));
    await expect(failing).rejects.toThrow('bug');
    await Promise.all([after, other]);
    expect([done.toSorted(), lock.isHeld('a'), lock.isHeld('b')]).toEqual([
      ['after', 'other'],
      false,
      false,
    ]);
  });

  it.each<[string, string, boolean, boolean]>([
    ['9', '10', true, false],
    ['10', '9', false, true],
    ['10', '10', false, true],
    ['abc', 'abd', false, false],
    ['abc', 'abc', false, true],
    ['', '1', false, false],
    ['1', '', false, false],
  ])('versions %j and %j, older %s, at least %s', (left, right, older, atLeast) => {
    expect([isOlder(left, right), isAtLeast(left, right)]).toEqual([older, atLeast]);
  });
});
