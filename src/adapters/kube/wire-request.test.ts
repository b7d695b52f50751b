import { describe, expect, it } from 'vitest';
import { pathOf } from './request.ts';
import type { ApiRequest } from './request.ts';
import { toWire } from './wire-request.ts';

const ROLES = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' };
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };

function wire(request: Partial<ApiRequest>): unknown {
  const result = toWire({ method: 'GET', path: ['api'], ...request }, '');
  return result.ok ? result.value : result.stop.kind;
}

describe('toWire', () => {
  it.each([
    [
      'a name with a colon and capitals',
      pathOf(ROLES, 'a', 'MyRole:System'),
      '/apis/rbac.authorization.k8s.io/v1/namespaces/a/roles/MyRole%3ASystem',
    ],
    ['a collection of one namespace', pathOf(CONFIG_MAPS, 'a'), '/api/v1/namespaces/a/configmaps'],
    ['a collection of all namespaces', pathOf(CONFIG_MAPS, ''), '/api/v1/configmaps'],
    [
      'a sub-resource',
      pathOf(CONFIG_MAPS, 'a', 'b', 'status'),
      '/api/v1/namespaces/a/configmaps/b/status',
    ],
    ['a name with a space and a question mark', ['api', 'a b?c#d'], '/api/a%20b%3Fc%23d'],
  ])('%s, is spelled as the server reads it', (_name, path, expected) => {
    expect(wire({ path })).toMatchObject({ path: expected });
  });

  it.each([
    ['an empty name, which would be the collection', pathOf(CONFIG_MAPS, 'a', '')],
    ['a dot', ['api', '.']],
    ['two dots', pathOf(CONFIG_MAPS, 'a', '..')],
    ['a slash', pathOf(CONFIG_MAPS, 'a', 'b/status')],
    ['a percent sign', pathOf(CONFIG_MAPS, 'a', '%2e%2e')],
  ])('%s, is refused', (_name, path) => {
    expect(wire({ path })).toBe('refused');
  });

  it('a query and a body, are encoded and typed', () => {
    const body = { type: 'application/merge-patch+json', json: { a: [1, null] } };
    expect(wire({ method: 'PATCH', query: { fieldManager: 'a b&c' }, body })).toEqual({
      method: 'PATCH',
      path: '/api?fieldManager=a+b%26c',
      headers: { accept: 'application/json', 'content-type': 'application/merge-patch+json' },
      body: '{"a":[1,null]}',
    });
  });

  it('a ServiceAccount, is impersonated by its user name', () => {
    expect(wire({ as: { namespace: 'payments', name: 'deployer.v2' } })).toMatchObject({
      headers: { 'impersonate-user': 'system:serviceaccount:payments:deployer.v2' },
    });
  });

  it.each([
    ['an empty name', { namespace: 'a', name: '' }],
    ['an empty namespace', { namespace: '', name: 'a' }],
    ['a colon that would shift the parts', { namespace: 'a', name: 'b:c' }],
    ['a line break', { namespace: 'a', name: 'b\r\nImpersonate-Group: system:masters' }],
    ['a trailing dot', { namespace: 'a', name: 'b.' }],
    ['a name of 254 characters', { namespace: 'a', name: 'b'.repeat(254) }],
  ])('a ServiceAccount with %s, is refused before anything is sent', (_name, as) => {
    expect(wire({ as })).toBe('refused');
  });

  it('a server below a path prefix, keeps the prefix', () => {
    const result = toWire({ method: 'GET', path: ['api', 'v1'] }, '/k8s/clusters/c-1');
    expect(result).toMatchObject({ ok: true, value: { path: '/k8s/clusters/c-1/api/v1' } });
  });
});
