import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { isOlder } from './resource-version.ts';
import { Tracker } from './tracker.ts';

const object = (name: string, version: number | string, uid = `${name}-1`): JsonObject => ({
  metadata: { name, namespace: 'n', uid, resourceVersion: String(version) },
});

function bench(): {
  tracker: Tracker;
  told: string[];
  list: (version: number, ...items: JsonObject[]) => void;
} {
  const told: string[] = [];
  const say = (one: JsonObject): string => {
    const { name, resourceVersion } = one['metadata'] as { name: string; resourceVersion: string };
    return `${name}@${resourceVersion}`;
  };
  const tracker = new Tracker({
    upsert: (one, to) => void told.push(to === 'all' ? say(one) : `(${say(one)})`),
    gone: ({ name, uid }) => void told.push(`-${name}/${uid}`),
  });
  const list = (version: number, ...items: JsonObject[]): void => {
    tracker.beginList(true);
    tracker.listVersion(String(version));
    for (const item of items) tracker.listed(item);
    tracker.endList();
  };
  return { tracker, told, list };
}

describe('Tracker', () => {
  it('two lists, tell first sight, change and absence', () => {
    const { told, list } = bench();
    list(10, object('a', 3), object('b', 4), object('c', 5));
    told.push('|');
    list(20, object('a', 3), object('b', 14));
    expect(told).toEqual(['a@3', 'b@4', 'c@5', '|', '(a@3)', 'b@14', '-c/c-1']);
  });

  it('an object that was made anew between lists, is told gone first', () => {
    const { told, list } = bench();
    list(10, object('a', 3));
    list(20, object('a', 15, 'a-2'));
    expect(told).toEqual(['a@3', '-a/a-1', 'a@15']);
  });

  it('a deletion of an older uid that comes late, does not touch the new object', () => {
    const { tracker, told, list } = bench();
    list(20, object('a', 15, 'a-2'));
    tracker.deleted(object('a', 12, 'a-1'));
    expect([told, tracker.size]).toEqual([['a@15'], 1]);
  });

  it('events twice and out of order, are told once and never back', () => {
    const { tracker, told } = bench();
    for (const version of [5, 5, 7, 6]) tracker.seen(object('a', version));
    expect(told).toEqual(['a@5', 'a@7']);
  });

  it('versions that are no numbers, are told whenever they differ', () => {
    const { tracker, told } = bench();
    for (const version of ['x', 'x', 'w']) tracker.seen(object('a', version));
    expect(told).toEqual(['a@x', 'a@w']);
  });

  it('a list beside a watch that is further, tells nothing old', () => {
    const { tracker, told } = bench();
    tracker.seen(object('a', 30));
    tracker.beginList(true);
    tracker.listVersion('30');
    tracker.seen(object('b', 31));
    tracker.seen(object('a', 32));
    tracker.listed(object('a', 25));
    tracker.endList();
    expect([told, tracker.unbrought, tracker.size]).toEqual([['a@30', 'b@31', 'a@32'], 0, 2]);
  });

  it('a list that is older than what was seen (restored etcd), counts again', () => {
    const { tracker, told, list } = bench();
    list(50, object('a', 40));
    list(20, object('a', 12));
    tracker.seen(object('a', 21));
    expect(told).toEqual(['a@40', 'a@12', 'a@21']);
  });

  it('changes that the watch did not bring, are counted until it does', () => {
    const { tracker, list } = bench();
    list(10, object('a', 3), object('b', 4), object('c', 5));
    list(20, object('a', 13), object('b', 14));
    expect(tracker.unbrought).toBe(3);
    tracker.seen(object('a', 13));
    tracker.deleted(object('c', 15));
    expect(tracker.unbrought).toBe(1);
  });

  it('what is no object, is refused', () => {
    const { tracker, told } = bench();
    const bad = { metadata: { name: 'a' } };
    expect([tracker.seen(bad), tracker.deleted(bad), tracker.listed(bad)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect(told).toEqual([]);
  });

  it('any history with any lost events, ends after a list in what the server holds', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('write', 'delete', 'recreate'),
      lost: fc.boolean(),
      listed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const server = new Map<string, JsonObject>();
        const view = new Map<string, string>();
        const tracker = new Tracker({
          upsert: (one) => void view.set(nameOf(one), JSON.stringify(one)),
          gone: ({ name, uid }) => {
            if (view.get(name)?.includes(`"${uid}"`) === true) view.delete(name);
          },
        });
        let version = 0;
        const list = (): void => {
          tracker.beginList(true);
          tracker.listVersion(String(version));
          for (const one of server.values()) tracker.listed(one);
          tracker.endList();
        };
        for (const { name, act, lost, listed } of steps) {
          version += 1;
          const before = server.get(name);
          const uid = before === undefined || act === 'recreate' ? `u${version}` : uidOf(before);
          const now = object(name, version, uid);
          if (act === 'delete') server.delete(name);
          else server.set(name, now);
          if (!lost && act === 'delete' && before !== undefined) tracker.deleted(now);
          if (!lost && act !== 'delete') tracker.seen(now);
          if (listed) list();
        }
        list();
        const held = [...server].map(([name, one]) => [name, JSON.stringify(one)]);
        expect(new Map(view)).toEqual(new Map(held.map(([name = '', one = '']) => [name, one])));
      }),
    );
  });
});

const nameOf = (one: JsonObject): string => (one['metadata'] as { name: string }).name;
const uidOf = (one: JsonObject): string => (one['metadata'] as { uid: string }).uid;

describe('isOlder', () => {
  it.each([
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['18446744073709551615', '18446744073709551616', true],
    ['a', '10', false],
    ['', '10', false],
    ['010', '11', false],
  ])('%s against %s, is %s', (left, right, expected) => {
    expect(isOlder(left, right)).toBe(expected);
  });
});
