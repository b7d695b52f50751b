import { describe, expect, it } from 'vitest';
import { ANCHOR, commitOf, goodBy, oid, ONE, reasonsOf, TWO } from '../../test/support/verdict.ts';
import { verdictOn } from '../../test/support/verdict.ts';
import type { TagEvidence } from './evidence.ts';
import type { Footing, KnownTags } from './judgement.ts';
import { compareVersions, highestTag } from './version.ts';

const OLD = oid('8');
const NEW = oid('9');

const [onAnchor, onRoot, onStart]: readonly Footing[] = [
  { kind: 'anchor', oid: ANCHOR, sourceChanged: false },
  { kind: 'root' },
  { kind: 'startAt', oid: ANCHOR },
];

/** TWO is tagged, after `last` was accepted and `known` are remembered. */
function judge(
  name: string,
  last: string | undefined,
  more: Partial<TagEvidence> = {},
  known: KnownTags['oids'] = new Map(),
): readonly string[] {
  const tag = { name, oid: NEW, signature: goodBy('Ada'), contained: 'inBranch', ...more } as const;
  const tags = { last: last === undefined ? undefined : { name: last, oid: OLD }, oids: known };
  return reasonsOf(verdictOn({ tag }, { tags }));
}

describe('the version of a tag', () => {
  it.each<[string, string, string | undefined, readonly string[]]>([
    ['the first one', 'v1.0.0', undefined, []],
    ['higher', 'v1.0.1', 'v1.0.0', []],
    ['higher by number, not by text', 'v1.10.0', 'v1.9.0', []],
    ['lower', 'v1.0.0', 'v1.0.1', ['RevisionRolledBack']],
    ['its pre-release', 'v1.0.0-rc.1', 'v1.0.0', ['RevisionRolledBack']],
    ['its release', 'v1.0.0', 'v1.0.0-rc.1', []],
    ['the same without the v', '1.0.0', 'v1.0.0', ['HistoryRewritten']],
    ['the same with other build metadata', 'v1.0.0+evil', 'v1.0.0', ['HistoryRewritten']],
    ['the same name on another commit', 'v1.0.0', 'v1.0.0', ['HistoryRewritten']],
    ['no version after a version', 'latest', 'v1.0.0', []],
    ['a version after no version', 'v1.0.0', 'latest', []],
    [
      'the same name that is no version, on another commit',
      'latest',
      'latest',
      ['HistoryRewritten'],
    ],
  ])('%s', (_name, tag, last, expected) => expect(judge(tag, last)).toEqual(expected));

  it('the same spelled otherwise on the same commit, accepted', () => {
    const history = { tip: ANCHOR, base: ANCHOR, commits: [], end: { kind: 'base' } } as const;
    const tag = {
      name: '1.0.0',
      oid: NEW,
      signature: goodBy('Ada'),
      contained: 'inBranch',
    } as const;
    const tags = { last: { name: 'v1.0.0', oid: OLD }, oids: new Map() };
    expect(reasonsOf(verdictOn({ history, tag }, { tags }))).toEqual([]);
  });
});

describe('a known tag', () => {
  it.each<[string, KnownTags['oids'], readonly string[]]>([
    ['where it was', new Map([['v1.0.0', NEW]]), []],
    ['moved', new Map([['v1.0.0', OLD]]), ['HistoryRewritten']],
    ['another one moved', new Map([['v0.9.0', OLD]]), []],
  ])('%s', (_name, known, expected) =>
    expect(judge('v1.0.0', undefined, {}, known)).toEqual(expected),
  );
});

describe('where the tagged commit lies', () => {
  it.each<[string, TagEvidence['contained'], Footing | undefined, readonly string[]]>([
    ['in the branch', 'inBranch', onAnchor, []],
    ['outside the branch', 'outside', onAnchor, ['HistoryRewritten']],
    ['no branch, on the anchor', 'noBranch', onAnchor, []],
    ['no branch, on startAt', 'noBranch', onStart, []],
    ['no branch and nothing pinned', 'noBranch', onRoot, ['HistoryRewritten']],
    ['in the branch and nothing pinned', 'inBranch', onRoot, []],
  ])('%s', (_name, contained, footing, expected) => {
    if (footing === undefined) throw new Error('no footing');
    const tag = { name: 'v1.0.0', oid: NEW, signature: goodBy('Ada'), contained };
    const root = footing.kind === 'root';
    const commits = [commitOf(TWO, ONE), { ...commitOf(ONE, ANCHOR), parents: [] }];
    const history = { tip: TWO, base: undefined, commits, end: { kind: 'root' } } as const;
    const evidence = root ? { tag, history, relation: 'elsewhere' as const } : { tag };
    expect(reasonsOf(verdictOn(evidence, { footing }))).toEqual(expected);
  });
});

describe('highestTag', () => {
  const tags = ['v1.2.0', '1.10.0', 'v1.9.0', 'v2.0.0-rc.1', 'nightly', 'v3', 'x/v9.0.0'];
  it.each<[string, string, string | undefined]>([
    ['a range', '^1.0', '1.10.0'],
    ['any version, no pre-release', '*', '1.10.0'],
    ['a range that names a pre-release', '>=2.0.0-rc.0', 'v2.0.0-rc.1'],
    ['nothing that fits', '^4.0', undefined],
    ['no range', 'latest', undefined],
  ])('%s', (_name, range, expected) => expect(highestTag(tags, range)).toBe(expected));

  it('two spellings, the same one whatever the order of the server', () => {
    const both = ['v1.0.0', '1.0.0', '1.0.0+build'];
    expect([highestTag(both, '*'), highestTag(both.toReversed(), '*')]).toEqual(['1.0.0', '1.0.0']);
  });

  it('names of any length, compared only where they are versions', () => {
    const long = `1.0.0-${'a'.repeat(122)}`;
    expect([compareVersions(long, '1.0.0'), compareVersions(`${long}a`, '1.0.0')]).toEqual([
      -1,
      undefined,
    ]);
  });
});
