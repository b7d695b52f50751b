import { describe, expect, it } from 'vitest';
import { stringAt } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { ApiError } from './api-error.ts';
import { listPages } from './list-pages.ts';
import type { ApiClient, ApiResult } from './request.ts';

const page = (version: string, names: readonly string[], next = ''): ApiResult =>
  ok({
    metadata: { resourceVersion: version, ...(next === '' ? {} : { continue: next }) },
    items: names.map((name) => ({ name })),
  });
const expired: ApiError = {
  kind: 'status',
  code: 410,
  reason: 'Expired',
  message: '',
  details: { group: '', kind: '', name: '', causes: [] },
};

async function list(...answers: readonly ApiResult[]) {
  const queries: unknown[] = [];
  const told: string[] = [];
  const client: ApiClient = {
    call: ({ query }) => {
      queries.push(query);
      const answer = answers[queries.length - 1];
      if (answer === undefined) throw new Error('one call too many');
      return Promise.resolve(answer);
    },
    stream: () => Promise.reject(new Error('not used')),
    close: () => Promise.resolve(),
  };
  const result = await listPages(
    client,
    { path: ['api'] },
    {
      begin: (version) => void told.push(`begin ${version}`),
      item: (object: JsonObject) => void told.push(stringAt(object, 'name') ?? ''),
    },
  );
  return { result, told, queries };
}

describe('listPages', () => {
  it('three pages, are one list at the version of the first', async () => {
    const { result, told, queries } = await list(
      page('10', ['a'], 'T1'),
      page('10', ['b'], 'T2'),
      page('10', ['c']),
    );
    expect(result).toEqual(ok('10'));
    expect(told).toEqual(['begin 10', 'a', 'b', 'c']);
    expect(queries).toEqual([
      { limit: '500' },
      { limit: '500', continue: 'T1' },
      { limit: '500', continue: 'T2' },
    ]);
  });

  it('410 at page 2, starts over with larger pages', async () => {
    const { result, told, queries } = await list(
      page('10', ['a'], 'T1'),
      stopped(expired),
      page('20', ['a', 'b']),
    );
    expect([result, told]).toEqual([ok('20'), ['begin 10', 'a', 'begin 20', 'a', 'b']]);
    expect(queries.at(-1)).toEqual({ limit: '1000' });
  });

  it('410 for ever, is given up', async () => {
    const { result, queries } = await list(...Array.from({ length: 4 }, () => stopped(expired)));
    expect([result, queries.length]).toEqual([stopped(expired), 4]);
  });

  it('a page beyond the byte cap, is asked for in smaller pieces', async () => {
    const { result, queries } = await list(
      stopped({ kind: 'tooLarge', maxBytes: 1 }),
      page('10', []),
    );
    expect([result, queries.at(-1)]).toEqual([ok('10'), { limit: '62' }]);
  });

  it.each([
    [
      'no items but null, as old servers say it',
      { metadata: { resourceVersion: '5' }, items: null },
      ok('5'),
    ],
    ['no resourceVersion', { metadata: {}, items: [] }, 'unusable'],
    ['items that are no list', { metadata: { resourceVersion: '5' }, items: {} }, 'unusable'],
  ])('%s, is read or refused', async (_name, json, expected) => {
    const { result } = await list(ok(json));
    expect(result.ok ? result : result.stop.kind).toEqual(expected);
  });
});
