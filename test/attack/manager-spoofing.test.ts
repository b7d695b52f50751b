import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { at, stringAt } from '../../src/domain/json.ts';
import { compareLive } from '../../src/drift/compare.ts';
import { holderOf } from '../../src/drift/holder.ts';
import { baselineOf, story } from '../support/drift-story.ts';
import { entry, GuardLine, ref } from '../support/guard-line.ts';

// A field manager's name is a query parameter. A guard that takes `gitward` for itself is told so by
// whoever wants to be left alone.

const recorded = story('deployment');

/** Skips what it takes for its own write: the newest entry is under its name. */
function naive(live: JsonObject): 'own write' | 'foreign' {
  const entries = at(live, 'metadata', 'managedFields');
  const newest = Array.isArray(entries)
    ? (entries as JsonObject[]).toSorted((a, b) =>
        (stringAt(a, 'time') ?? '') < (stringAt(b, 'time') ?? '') ? 1 : -1,
      )[0]
    : undefined;
  return stringAt(newest ?? {}, 'manager') === 'gitward' ? 'own write' : 'foreign';
}

describe("changes under gitward's own name, on a real API server", () => {
  it.each<[string, string]>([
    ['applied', 'spoofed'],
    ['updated', 'spoofedUpdate'],
    ['pruned by an apply that leaves a field out', 'spoofedPrune'],
  ])('%s, naive leaves it alone, gitward finds it', (_, step) => {
    const live = recorded.live[step] ?? {};
    expect(naive(live)).toBe('own write');
    expect(compareLive(baselineOf(recorded), live).length).toBeGreaterThan(0);
  });

  it('the manager told, none but a claim', () => {
    const live = recorded.live['spoofedUpdate'] ?? {};
    const fields = compareLive(baselineOf(recorded), live);
    expect(holderOf(live, fields)).toMatchObject({ manager: 'gitward', operation: 'Update' });
  });

  it('a name made to steer a terminal, shown harmless', () => {
    const live = {
      metadata: {
        managedFields: [
          { manager: `\u001b[2J${'x'.repeat(500)}`, operation: 'Update', fieldsV1: { 'f:a': {} } },
        ],
      },
    };
    const name = holderOf(live, [{ path: '/a', kind: 'changed', steps: ['f:a'] }])?.manager ?? '';
    expect([name.includes('\u001b'), name.length <= 128]).toEqual([false, true]);
  });
});

describe('the object line', () => {
  it.each(['gitward', 'kube-controller-manager', 'argocd-controller'])(
    'edited by a client that calls itself %s, reverted',
    async (manager) => {
      const line = new GuardLine();
      await line.put([entry('a', { k: 'good' })]);
      line.cluster.edit(ref('a'), { k: 'evil' }, manager);
      await line.rest();
      expect([line.cluster.data(ref('a')), line.told]).toEqual([
        { k: 'good' },
        ['DriftReverted a'],
      ]);
    },
  );
});
