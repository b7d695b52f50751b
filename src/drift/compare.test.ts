import { describe, expect, it } from 'vitest';
import { baselineOf, changed, story } from '../../test/support/drift-story.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Ownership } from './baseline.ts';
import { compareLive } from './compare.ts';

const found = (file: string, step: string, ownership: Ownership = 'applied'): readonly string[] => {
  const recorded = story(file);
  const live = recorded.live[step] ?? {};
  return compareLive(baselineOf(recorded, ownership), live).map((d) => `${d.kind} ${d.path}`);
};

const WEB = '/spec/template/spec/containers[name=web]';

describe('what a real API server made of changes', () => {
  it.each<[string, string, readonly string[]]>([
    ['deployment', 'untouched', []],
    ['deployment', 'imageChanged', [`changed ${WEB}/image`]],
    ['deployment', 'imagePutBack', [`ownershipLost ${WEB}/image`]],
    ['deployment', 'argsLonger', [`changed ${WEB}/args`]],
    ['deployment', 'envRemoved', [`removed ${WEB}/env`]],
    ['deployment', 'scaled', ['changed /spec/replicas']],
    ['deployment', 'managedFieldsReset', ['ownershipLost ']],
    ['deployment', 'labelRemoved', ['removed /metadata/labels']],
    ['deployment', 'foreignAdded', []],
    ['deployment', 'respelled', []],
    ['deployment', 'spoofed', [`changed ${WEB}/image`]],
    ['deployment', 'spoofedUpdate', [`changed ${WEB}/image`]],
    ['configmap', 'untouched', []],
    ['configmap', 'changed', ['changed /data/currency']],
    ['configmap', 'keyRemoved', ['removed /data/currency']],
    ['configmap', 'dataRemoved', ['removed /data']],
    ['configmap', 'keyAdded', []],
    ['service', 'untouched', []],
    ['networkpolicy', 'untouched', []],
    ['networkpolicy', 'narrowed', ['changed /spec/podSelector']],
    ['custom', 'untouched', []],
    ['custom', 'setShorter', ['changed /spec/set']],
    ['custom', 'respelled', ['changed /spec/size']],
    ['custom', 'zeroRemoved', ['removed /spec/n']],
    ['secret', 'untouched', []],
  ])('%s %s, %j', (file, step, expected) => {
    expect(found(file, step)).toEqual(expected);
  });

  it('pruned by somebody under our own name, found by value', () => {
    expect(found('deployment', 'spoofedPrune')).toContain(
      'removed /spec/template/spec/nodeSelector',
    );
  });

  it.each(['imagePutBack', 'managedFieldsReset'])(
    '%s in Audit, where we own nothing, no drift',
    (step) => {
      expect(found('deployment', step, 'compared')).toEqual([]);
    },
  );

  it('applied by force by a second tool in the same spelling, what the server spells anew is lost', () => {
    // The server compares the tool's `1000m` with its own `1`, and sees a conflict.
    expect(found('deployment', 'coOwned')).toEqual([
      'ownershipLost /spec/paused',
      `ownershipLost ${WEB}/env[name=B]/value`,
      `ownershipLost ${WEB}/resources`,
    ]);
  });

  it('a key added to a map that is owned as a whole, found', () => {
    const recorded = story('deployment');
    const live = changed(
      recorded.live['untouched'] ?? {},
      ['spec', 'selector', 'matchLabels', 'x'],
      'y',
    );
    expect(compareLive(baselineOf(recorded), live)).toEqual([
      { kind: 'changed', path: '/spec/selector', steps: ['f:spec', 'f:selector'] },
    ]);
  });

  it('a set member of a Secret, neither path nor step tells it', () => {
    const recorded = story('secret');
    const baseline = baselineOf(recorded);
    const live = changed(recorded.live['untouched'] ?? {}, ['metadata', 'finalizers'], []);
    expect(compareLive(baseline, live)).toEqual([
      { kind: 'removed', path: '/metadata/finalizers[…]', steps: ['f:metadata', 'f:finalizers'] },
    ]);
  });

  it('a live object of another shape altogether, drift and no throw', () => {
    const recorded = story('deployment');
    const odd: JsonObject = { metadata: 'x', spec: [1] };
    expect(compareLive(baselineOf(recorded), odd).length).toBeGreaterThan(0);
  });
});

describe('an entry of ours that is gone', () => {
  const recorded = story('configmap');
  const baseline = baselineOf(recorded);
  const unowned = changed(recorded.live['untouched'] ?? {}, ['metadata', 'managedFields'], []);

  it('with some values changed, both told', () => {
    const live = changed(unowned, ['data', 'currency'], 'USD');
    expect(compareLive(baseline, live).map(({ path }) => path)).toEqual(['/data/currency', '']);
  });

  it('with every value changed, nothing beside that is told', () => {
    const live = { ...unowned, data: {}, metadata: { managedFields: [] } };
    expect(compareLive(baseline, live).map(({ path }) => path)).toEqual([
      '/data/a.b',
      '/data/currency',
      '/metadata/labels',
    ]);
  });
});
