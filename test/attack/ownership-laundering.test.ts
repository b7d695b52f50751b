import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { at } from '../../src/domain/json.ts';
import { ownFields } from '../../src/drift/baseline.ts';
import { compareLive } from '../../src/drift/compare.ts';
import { compileProjection } from '../../src/drift/projection.ts';
import type { Projection } from '../../src/drift/projection.ts';
import { baselineOf, built, changed, story } from '../support/drift-story.ts';
import { entry, GuardLine, ref } from '../support/guard-line.ts';

// Whoever overwrites a field takes it out of our own managedFields entry. The naive guard asks the live
// entry what to look at, and so looks away exactly where somebody was.

/** Git's values at the paths that the live entry still lists. */
function naive(git: JsonObject, live: JsonObject): boolean {
  const owned = compileProjection(ownFields(live));
  return owned === undefined || agrees(owned, git, live);
}

function agrees(owned: Projection, git: JsonObject, live: JsonObject): boolean {
  return owned.fields.every(({ name, owned: below }) => {
    const [left, right] = [at(git, name), at(live, name)];
    if (below.leaf) return JSON.stringify(left) === JSON.stringify(right);
    // Only maps matter for what is attacked here.
    return agrees(below, (left ?? {}) as JsonObject, (right ?? {}) as JsonObject);
  });
}

const recorded = story('configmap');

describe('a field taken from us and changed', () => {
  const live = recorded.live['changed'] ?? {};

  it('naive, looks at what is still ours and sees nothing', () => {
    expect(naive(recorded.git, live)).toBe(true);
    expect(at(live, 'data', 'currency')).toBe('USD');
  });

  it('gitward, looks at what it owned when it applied', () => {
    expect(compareLive(baselineOf(recorded), live)).toMatchObject([
      { kind: 'changed', path: '/data/currency' },
    ]);
  });
});

describe('a field changed, used, and put back', () => {
  const deployment = story('deployment');
  const live = deployment.live['imagePutBack'] ?? {};

  it('naive, compares values and sees nothing', () => {
    expect(at(live, 'spec')).toEqual(at(deployment.live['untouched'], 'spec'));
  });

  it('gitward, misses its ownership', () => {
    expect(compareLive(baselineOf(deployment), live)).toMatchObject([
      { kind: 'ownershipLost', path: '/spec/template/spec/containers[name=web]/image' },
    ]);
  });
});

describe('managedFields reset to hide who wrote', () => {
  it('naive, owns nothing any more and looks at nothing', () => {
    const live = changed(recorded.live['untouched'] ?? {}, ['metadata', 'managedFields'], [{}]);
    expect(naive(recorded.git, changed(live, ['data', 'currency'], 'USD'))).toBe(true);
  });

  it('gitward, reverts and owns again', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'good' })]);
    line.cluster.delivers = false;
    line.cluster.edit(ref('a'), { k: 'evil' });
    line.cluster.wipeOwnership(ref('a'));
    line.cluster.delivers = true;
    line.cluster.flush();
    await line.rest();
    expect([line.cluster.data(ref('a')), line.told]).toEqual([{ k: 'good' }, ['DriftReverted a']]);
    expect(ownFields(line.cluster.live(ref('a')) ?? {})).toEqual({ 'f:data': { 'f:k': {} } });
  });
});

describe('a webhook that takes a field out of the record of our own apply', () => {
  // It changes the value, too: the answer is what the naive guard takes for the truth.
  const path = ['metadata', 'managedFields', 0, 'fieldsV1', 'f:data', 'f:currency'];
  const answer = changed(changed(recorded.answer, path, undefined), ['data', 'currency'], 'USD');

  it('naive, the projection of the answer agrees with Git', () => {
    expect(naive(recorded.git, answer)).toBe(true);
  });

  it('gitward, misses what Git sets', () => {
    expect(built({ git: recorded.git, answer }).mutated).toEqual(['ownershipLost /data/currency']);
  });
});
