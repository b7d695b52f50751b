import { describe, expect, it } from 'vitest';
import { entry, GuardLine, ref, SHOP } from '../../test/support/guard-line.ts';
import { stop } from '../domain/stop.ts';
import { HEAT_DECAY_MS } from '../drift/fight.ts';

const A = ref('a');
const DOWN = stop('APIUnavailable', 'down');
const DENIED = stop('Forbidden', 'may not patch');

async function guarding(changes: Parameters<typeof entry>[2] = {}): Promise<GuardLine> {
  const line = new GuardLine();
  if (changes.mode === 'Audit') line.cluster.edit(A, { k: 'good' }, 'kubectl-create');
  await line.put([entry('a', { k: 'good' }, changes)]);
  line.forget();
  return line;
}

describe('drift of one object', () => {
  it('its own rollout, no drift and no call', async () => {
    const line = await guarding();
    await line.clock.advance(600_000);
    expect([line.cluster.calls, line.told]).toEqual([[], []]);
  });

  it('edited, reverted and told with its manager', async () => {
    const line = await guarding();
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: 'good' });
    expect(line.cluster.calls).toEqual(['dryRun a', 'apply a']);
    expect(line.records).toMatchObject([
      { outcome: 'DriftReverted', manager: 'kubectl-edit', open: false, kind: 'fields' },
    ]);
    expect(line.records[0]?.fields.map(({ path }) => path)).toEqual(['/data/k']);
    expect(line.stages).toEqual(['candidate', 'confirmed', 'reverted']);
  });

  it('put back by hand, ownership regained', async () => {
    const line = await guarding();
    line.cluster.delivers = false;
    line.cluster.edit(A, { k: 'evil' });
    line.cluster.edit(A, { k: 'good' });
    line.cluster.delivers = true;
    line.cluster.flush();
    await line.rest();
    expect(line.told).toEqual(['DriftReverted a']);
    expect(JSON.stringify(line.cluster.live(A))).toContain('gitward');
  });

  it('managedFields wiped, regained', async () => {
    const line = await guarding();
    line.cluster.wipeOwnership(A);
    await line.rest();
    expect([line.told, line.writes]).toEqual([['DriftReverted a'], ['apply a']]);
  });

  it('deleted, recreated', async () => {
    const line = await guarding();
    line.cluster.remove(A);
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: 'good' });
    expect(line.records).toMatchObject([{ outcome: 'DriftReverted', kind: 'deleted' }]);
  });

  it('deleted and recreated otherwise by somebody, taken over', async () => {
    const line = await guarding();
    line.cluster.delivers = false;
    line.cluster.remove(A);
    line.cluster.edit(A, { k: 'evil', other: 'x' }, 'kubectl-create');
    line.cluster.delivers = true;
    line.cluster.flush();
    await line.rest();
    expect(line.cluster.data(A)).toEqual({ k: 'good', other: 'x' });
    expect(line.told).toEqual(['DriftReverted a']);
  });

  it('told that an earlier life of it ended, one look and nothing else', async () => {
    const line = await guarding();
    line.cluster.tell({ kind: 'gone', ref: A, object: {}, uid: 'long ago' });
    await line.rest();
    expect([line.cluster.calls, line.told]).toEqual([['read a', 'dryRun a'], []]);
  });

  it('on its way out, told, looked at rarely, recreated once it is gone', async () => {
    const line = await guarding();
    line.cluster.remove(A, true);
    await line.clock.advance(300_000);
    expect(line.told).toEqual(['DriftReported a, open']);
    expect(line.writes).toEqual([]);
    expect(line.cluster.calls.length).toBeLessThanOrEqual(12);
    line.cluster.remove(A);
    await line.rest();
    expect(line.told).toEqual(['DriftReported a, open', 'DriftReverted a']);
  });

  it('a foreign key added, left alone', async () => {
    const line = await guarding();
    line.cluster.edit(A, { other: 'x' });
    await line.rest();
    expect([line.cluster.calls, line.told]).toEqual([[], []]);
  });

  it.each([
    ['Report', { onDrift: 'Report' }],
    ['Audit', { mode: 'Audit' }],
  ] as const)('%s, told once and never written', async (_, changes) => {
    const line = await guarding(changes);
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    line.cluster.edit(A, { k: 'eviler' });
    await line.rest();
    expect(line.told).toEqual(['DriftReported a, open']);
    line.cluster.remove(A);
    await line.rest();
    expect(line.told).toEqual(['DriftReported a, open', 'DriftReported a, open']);
    expect(line.writes).toEqual([]);
  });

  it('Report, healed by hand, over', async () => {
    const line = await guarding({ mode: 'Audit' });
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    line.cluster.edit(A, { k: 'good' });
    await line.rest();
    expect(line.told).toEqual(['DriftReported a, open', 'Succeeded a']);
  });
});

describe('what cannot be done', () => {
  it('the confirm fails, unconfirmed, nothing written, then reverted', async () => {
    const line = await guarding();
    line.cluster.fails = (act) => (act === 'dryRun' ? DOWN : undefined);
    line.cluster.edit(A, { k: 'evil' });
    await line.clock.advance(5_000);
    expect([line.told, line.writes]).toEqual([['DriftUnconfirmed a, open'], []]);
    line.cluster.fails = () => undefined;
    await line.clock.advance(5_000);
    expect(line.told).toEqual(['DriftUnconfirmed a, open', 'DriftReverted a']);
  });

  it('the confirm fails and the drift heals, over', async () => {
    const line = await guarding();
    line.cluster.fails = (act) => (act === 'dryRun' ? DOWN : undefined);
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    line.cluster.fails = () => undefined;
    line.cluster.edit(A, { k: 'good' }, 'gitward');
    await line.clock.advance(5_000);
    expect([line.told.at(-1), line.cluster.data(A)]).toEqual(['Succeeded a', { k: 'good' }]);
  });

  it('the revert is forbidden, told once, tried rarely', async () => {
    const line = await guarding();
    line.cluster.fails = (act) => (act === 'apply' ? DENIED : undefined);
    line.cluster.edit(A, { k: 'evil' });
    await line.clock.advance(300_000);
    expect(line.told).toEqual(['Forbidden a, open']);
    expect(line.writes.length).toBeLessThanOrEqual(11);
    line.cluster.fails = () => undefined;
    await line.clock.advance(60_000);
    expect(line.told).toEqual(['Forbidden a, open', 'DriftReverted a']);
  });

  it('the namespace is going, no hot loop', async () => {
    const line = await guarding();
    const gone = stop('ApplyConflict', 'namespace payments is being deleted');
    line.cluster.fails = (act) => (act === 'apply' ? gone : undefined);
    line.cluster.remove(A);
    await line.clock.advance(300_000);
    expect(line.told).toEqual(['ApplyConflict a, open']);
    expect(line.cluster.calls.length).toBeLessThanOrEqual(40);
  });

  it('admission rewrites what Git says, told once, not fought', async () => {
    const line = new GuardLine();
    line.cluster.admission = (data) => ({ ...data, k: 'mutated' });
    await line.put([entry('a', { k: 'good' })]);
    await line.clock.advance(300_000);
    expect([line.told, line.writes]).toEqual([['MutatedByAdmission a, open'], ['apply a']]);
  });

  it('admission begins to rewrite, the next revert tells', async () => {
    const line = await guarding();
    line.cluster.admission = (data) => ({ ...data, k: 'mutated' });
    line.cluster.edit(A, { k: 'evil' });
    await line.clock.advance(300_000);
    expect([line.told, line.writes]).toEqual([['MutatedByAdmission a, open'], ['apply a']]);
  });

  it('somebody keeps at it, one fight, one revert per pause, over when it cools', async () => {
    const line = await guarding();
    const attack = async (times: number, everyMs: number): Promise<void> => {
      for (let round = 0; round < times; round++) {
        line.cluster.edit(A, { k: `evil ${round}`, [`x${round}`]: 'y' });
        await line.clock.advance(everyMs);
      }
    };
    await attack(10, 100);
    expect(line.told).toEqual([
      ...Array.from({ length: 5 }, () => 'DriftReverted a'),
      'RevertFight a, open',
    ]);
    line.forget();
    await attack(1_200, 250);
    expect(line.told).toEqual([]);
    expect(line.writes.length).toBeGreaterThanOrEqual(9);
    expect(line.writes.length).toBeLessThanOrEqual(11);
    expect(line.cluster.calls.length).toBeLessThanOrEqual(40);
    await line.clock.advance(3 * HEAT_DECAY_MS);
    expect([line.told, line.cluster.data(A)?.['k']]).toEqual([['Succeeded a'], 'good']);
    expect(line.clock.pending()).toBe(0);
    line.forget();
    await attack(1, 0);
    expect(line.told).toEqual(['DriftReverted a']);
  });
});

describe('order and ends', () => {
  it('changed again while it is reverted, reverted again, one after the other', async () => {
    const line = await guarding();
    let busy = 0;
    let most = 0;
    let edits = 3;
    line.cluster.before = async (act) => {
      if (act === 'read') return;
      most = Math.max(most, ++busy);
      if (act === 'apply' && edits-- > 0) line.cluster.edit(A, { k: `evil ${edits}` });
      await Promise.resolve();
      busy -= 1;
    };
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect([most, line.cluster.data(A)]).toEqual([1, { k: 'good' }]);
  });

  it('dropped while it is confirmed, nothing told or written', async () => {
    const line = await guarding();
    let release: () => void = () => undefined;
    line.cluster.before = () => new Promise<void>((resolve) => (release = resolve));
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    line.guard.drop(SHOP);
    release();
    await line.clock.advance(60_000);
    expect([line.told, line.writes, line.guard.drifts(SHOP)]).toEqual([[], [], []]);
    expect([line.cluster.watching, line.clock.pending()]).toEqual([0, 0]);
  });

  it('a new plan while it is confirmed, judged by the new plan', async () => {
    const line = await guarding();
    let release: (() => void) | undefined;
    line.cluster.before = () =>
      release === undefined ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    const done = line.put([entry('a', { k: 'better' })]);
    await line.rest();
    release?.();
    await line.rest();
    await done;
    expect(line.cluster.data(A)).toEqual({ k: 'better' });
    expect(line.guard.drifts(SHOP).filter((record) => record.open)).toEqual([]);
  });
});
