import { describe, expect, it } from 'vitest';
import type { Condition, ConditionType } from '../api/conditions.ts';
import { stop } from '../domain/stop.ts';
import { conditionsOf } from './conditions.ts';
import type { Findings } from './conditions.ts';

const quiet: Findings = {
  generation: 3,
  now: '2026-11-23T10:00:00Z',
  suspended: false,
  stop: undefined,
  anchored: true,
  drift: undefined,
  blind: undefined,
  secrets: undefined,
  wellSaid: {
    Ready: 'r',
    Stalled: '',
    SourceReady: 's',
    SourceVerified: 'v',
    SecretsClean: 'c',
    Rendered: 'd',
    InSync: 'i',
  },
};

function spell(
  findings: Partial<Findings>,
  previous: readonly Condition[] = [],
): Readonly<Record<string, string>> {
  const conditions = conditionsOf({ ...quiet, ...findings }, previous);
  return Object.fromEntries(conditions.map((one) => [one.type, `${one.status} ${one.reason}`]));
}

const ALL_WELL = {
  Ready: 'True Succeeded',
  SourceReady: 'True Succeeded',
  SourceVerified: 'True Succeeded',
  SecretsClean: 'True Succeeded',
  Rendered: 'True Succeeded',
  InSync: 'True Succeeded',
};

function condition(type: ConditionType, status: Condition['status'], reason: Condition['reason']) {
  const rest = { observedGeneration: 2, message: 'before', lastTransitionTime: 'long ago' };
  return { type, status, reason, ...rest };
}

describe('conditionsOf', () => {
  it.each<[string, Partial<Findings>, object]>([
    ['all well, ready', {}, ALL_WELL],
    [
      'nothing judged yet, all unknown',
      { anchored: false },
      {
        Ready: 'Unknown Pending',
        SourceReady: 'Unknown Pending',
        SourceVerified: 'Unknown Pending',
        SecretsClean: 'Unknown Pending',
        Rendered: 'Unknown Pending',
        InSync: 'Unknown Pending',
      },
    ],
    [
      'suspended, all unknown',
      { suspended: true, stop: stop('GitTimeout', 'x') },
      {
        Ready: 'Unknown Suspended',
        SourceReady: 'Unknown Suspended',
        SourceVerified: 'Unknown Suspended',
        SecretsClean: 'Unknown Suspended',
        Rendered: 'Unknown Suspended',
        InSync: 'Unknown Suspended',
      },
    ],
    [
      'refused head, stalled while the anchor stays in sync',
      { stop: stop('SignatureMissing', 'x') },
      {
        Ready: 'False SignatureMissing',
        Stalled: 'True SignatureMissing',
        SourceReady: 'True Succeeded',
        SourceVerified: 'False SignatureMissing',
        SecretsClean: 'True Succeeded',
        Rendered: 'Unknown Pending',
        InSync: 'True Succeeded',
      },
    ],
    [
      'Git unreachable, reconciling',
      { stop: stop('GitUnreachable', 'x') },
      {
        Ready: 'False GitUnreachable',
        Reconciling: 'True GitUnreachable',
        SourceReady: 'False GitUnreachable',
        SourceVerified: 'Unknown Pending',
        SecretsClean: 'True Succeeded',
        Rendered: 'Unknown Pending',
        InSync: 'True Succeeded',
      },
    ],
    [
      'bad spec, stalled before any stage',
      { stop: stop('InvalidSpec', 'x') },
      {
        Ready: 'False InvalidSpec',
        Stalled: 'True InvalidSpec',
        SourceReady: 'Unknown Pending',
        SourceVerified: 'Unknown Pending',
        SecretsClean: 'True Succeeded',
        Rendered: 'Unknown Pending',
        InSync: 'True Succeeded',
      },
    ],
    [
      'reported drift, ready but not in sync',
      { drift: { reason: 'DriftReported', message: 'x', fault: false } },
      { ...ALL_WELL, Ready: 'True DriftReported', InSync: 'False DriftReported' },
    ],
    [
      'revert that failed, neither',
      { drift: { reason: 'Forbidden', message: 'x', fault: true } },
      { ...ALL_WELL, Ready: 'False Forbidden', InSync: 'False Forbidden' },
    ],
    [
      'watch dead, neither',
      { blind: stop('APIUnavailable', 'x') },
      { ...ALL_WELL, Ready: 'False APIUnavailable', InSync: 'False APIUnavailable' },
    ],
    [
      'a leak in what is live, told, and ready all the same',
      { secrets: { status: 'False', reason: 'SecretLeakFound', message: 'x' } },
      { ...ALL_WELL, SecretsClean: 'False SecretLeakFound' },
    ],
    [
      'a head refused for its signature, what is said of leaks stands',
      {
        secrets: { status: 'Unknown', reason: 'ScanIncomplete', message: 'x' },
        stop: stop('SignatureMissing', 'x'),
      },
      {
        ...ALL_WELL,
        Ready: 'False SignatureMissing',
        Stalled: 'True SignatureMissing',
        SourceVerified: 'False SignatureMissing',
        SecretsClean: 'Unknown ScanIncomplete',
        Rendered: 'Unknown Pending',
      },
    ],
    [
      'a head refused for a leak, only that',
      {
        secrets: { status: 'False', reason: 'SecretLeakFound', message: 'x' },
        stop: stop('SecretLeakFound', 'y'),
      },
      {
        ...ALL_WELL,
        Ready: 'False SecretLeakFound',
        Stalled: 'True SecretLeakFound',
        SecretsClean: 'False SecretLeakFound',
        Rendered: 'Unknown Pending',
      },
    ],
  ])('%s', (_name, findings, expected) => {
    expect(spell(findings)).toEqual(expected);
  });

  it('later stages of a line that ended early, as they were', () => {
    const before = [condition('Rendered', 'False', 'ManifestInvalid')];
    expect(spell({ stop: stop('SignatureMissing', 'x') }, before)).toMatchObject({
      Rendered: 'False ManifestInvalid',
    });
  });

  it('unchanged status, transition time kept; changed, now', () => {
    const before = [
      condition('Ready', 'True', 'Succeeded'),
      condition('InSync', 'False', 'Forbidden'),
    ];
    const times = conditionsOf(quiet, before).map((one) => [one.type, one.lastTransitionTime]);
    expect(Object.fromEntries(times)).toMatchObject({ Ready: 'long ago', InSync: quiet.now });
  });
});
