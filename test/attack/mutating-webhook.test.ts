import { describe, expect, it } from 'vitest';
import { compareLive } from '../../src/drift/compare.ts';
import { baselineOf, built, changed, story } from '../support/drift-story.ts';
import { entry, GuardLine, ref, SHOP } from '../support/guard-line.ts';

// A webhook rewrites what gitward applies. Its answer is what a naive guard compares with from then on:
// the evil value becomes the baseline and nobody ever hears of it.

const A = ref('a');
const evil = (data: Record<string, string>): Record<string, string> => ({ ...data, k: 'evil' });

describe('rewritten at the first apply', () => {
  const { git, answer } = story('deployment');
  const image = ['spec', 'template', 'spec', 'containers', 0, 'image'];
  const rewritten = changed(answer, image, 'registry.example.com/web:evil');

  it('naive, live equals the answer and all is well', () => {
    expect(compareLive(baselineOf({ git, answer: rewritten }), rewritten)).toEqual([]);
  });

  it('gitward, MutatedByAdmission', async () => {
    expect(built({ git, answer: rewritten }).mutated).toEqual([
      'changed /spec/template/spec/containers[name=web]/image',
    ]);
    const line = new GuardLine();
    line.cluster.admission = evil;
    await line.put([entry('a', { k: 'good' })]);
    expect(line.told).toEqual(['MutatedByAdmission a, open']);
  });

  it('the webhook is removed and the object healed by hand, over', async () => {
    const line = new GuardLine();
    line.cluster.admission = evil;
    await line.put([entry('a', { k: 'good' })]);
    line.cluster.admission = (data) => data;
    line.cluster.edit(A, { k: 'good' });
    await line.rest();
    expect(line.told.at(-1)).not.toBe('MutatedByAdmission a, open');
    expect(line.cluster.data(A)).toEqual({ k: 'good' });
    expect(line.guard.drifts(SHOP)).not.toContainEqual(expect.objectContaining({ open: true }));
  });
});

describe('rewritten from some day on', () => {
  it('the object changed through the webhook too, so that live equals the new answer', async () => {
    const line = new GuardLine();
    await line.put([entry('a', { k: 'good' })]);
    line.cluster.admission = evil;
    line.cluster.edit(A, { k: 'evil' });
    await line.rest();
    // Naive: confirmed by dry-run, so the baseline was stale; taken over in silence.
    expect(line.told).toEqual(['MutatedByAdmission a, open']);
    await line.clock.advance(600_000);
    expect(line.writes.length).toBeLessThanOrEqual(2);
  });

  it('a rewritten spelling only, a new baseline in silence', async () => {
    const { git, answer } = story('deployment');
    const cpu = ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'cpu'];
    expect(built({ git, answer: changed(answer, cpu, '1') }).mutated).toEqual([]);
    expect(built({ git, answer: changed(answer, cpu, '2') }).mutated).toEqual([
      'changed /spec/template/spec/containers[name=web]/resources/limits/cpu',
    ]);
  });
});
