import { describe, expect, it } from 'vitest';
import { at } from '../../src/domain/json.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { entry, GuardLine, ref } from '../support/guard-line.ts';

// A watch may bring what was long ago: a lagging API server, a relist beside a watch. Whoever acts on it
// reverts what nobody changed, or undoes a rollout.

const A = ref('a');

async function rolledOutTwice(): Promise<Readonly<{ line: GuardLine; old: JsonObject }>> {
  const line = new GuardLine();
  await line.put([entry('a', { k: 'old' })]);
  const old = line.cluster.live(A) ?? {};
  await line.put([entry('a', { k: 'new' })]);
  line.forget();
  return { line, old };
}

describe('an event from before the last rollout', () => {
  it('naive, differs from Git and would be reverted', async () => {
    const { line, old } = await rolledOutTwice();
    const wanted = at(line.guard.entries(entry('a', {}).repo)[0]?.manifest.object ?? {}, 'data');
    expect(at(old, 'data')).not.toEqual(wanted);
  });

  it('gitward, looks again and does nothing', async () => {
    const { line, old } = await rolledOutTwice();
    line.cluster.tell({ kind: 'upsert', ref: A, object: old, uid: 'u1' });
    await line.rest();
    expect([line.writes, line.told]).toEqual([[], []]);
    expect(line.cluster.calls).toEqual(['read a', 'dryRun a']);
  });

  it('the same with versions that are no numbers, does nothing', async () => {
    const { line, old } = await rolledOutTwice();
    const metadata = { ...(at(old, 'metadata') as JsonObject), resourceVersion: 'opaque' };
    const object = { ...old, metadata };
    line.cluster.tell({ kind: 'upsert', ref: A, object, uid: 'u1' });
    await line.rest();
    expect([line.writes, line.told]).toEqual([[], []]);
  });
});

describe('events of our own writes', () => {
  it('late, after the next edit was reverted, no further write', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'good' })]);
    line.cluster.delivers = false;
    line.cluster.edit(A, { k: 'evil' });
    const edited = line.cluster.live(A) ?? {};
    line.cluster.delivers = true;
    line.cluster.flush();
    await line.rest();
    line.forget();
    line.cluster.tell({ kind: 'upsert', ref: A, object: edited, uid: 'u1' });
    await line.rest();
    expect([line.writes, line.told]).toEqual([[], []]);
  });
});

describe('an object that was there a moment ago', () => {
  it('its last event after its deletion, recreated once and told as deleted', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'good' })]);
    line.forget();
    line.cluster.delivers = false;
    line.cluster.edit(A, { k: 'evil' });
    const edited = line.cluster.live(A) ?? {};
    line.cluster.remove(A);
    line.cluster.delivers = true;
    line.cluster.tell({ kind: 'upsert', ref: A, object: edited, uid: 'u1' });
    await line.rest();
    expect(line.writes).toEqual(['apply a']);
    expect(line.records[0]).toMatchObject({ outcome: 'DriftReverted', kind: 'deleted' });
  });

  it('the API server restored from a backup, older versions are looked at all the same', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'good' })]);
    line.cluster.rewind(50);
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    expect([line.cluster.data(A), line.told]).toEqual([{ k: 'good' }, ['DriftReverted a']]);
  });
});
