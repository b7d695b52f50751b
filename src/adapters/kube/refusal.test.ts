import { describe, expect, it } from 'vitest';
import type { Json } from '../../domain/json.ts';
import type { ApiError } from './api-error.ts';
import { parseStatus } from './api-error.ts';
import { refusalOf } from './refusal.ts';
import type { Attempt } from './refusal.ts';
import { withoutValue } from './refusal-text.ts';

const CANARY = 'C4n4ry';
const as = { namespace: 'payments', name: 'deployer' };
const DEPLOYMENT: Attempt = {
  act: 'apply',
  ref: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'payments', name: 'web' },
  served: {
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    resource: 'deployments',
    namespaced: true,
  },
  as,
};
const SECRET: Attempt = {
  act: 'apply',
  ref: { group: '', version: 'v1', kind: 'Secret', namespace: 'payments', name: 's' },
  served: { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true },
  as,
};
const DRY_RUN: Attempt = { ...DEPLOYMENT, act: 'dryRun' };

type Parts = Readonly<{ reason?: string; message?: string; details?: Json }>;
const answer = (code: number, { reason = '', message = '', details = {} }: Parts): ApiError =>
  parseStatus(code, { reason, message, details });
const rbac = (verb: string, resource: string, group = ''): Parts => ({
  reason: 'Forbidden',
  message: `x is forbidden: User "u" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "payments"`,
});
const webhook = (why: string): Parts => ({
  message: `admission webhook "policy.example.com" denied the request: ${why}`,
});

describe('refusalOf', () => {
  it.each([
    [
      'RBAC, patch',
      403,
      rbac('patch', 'deployments', 'apps'),
      { attempt: DEPLOYMENT, reason: 'Forbidden' },
    ],
    [
      'RBAC in a dry-run',
      403,
      rbac('patch', 'deployments', 'apps'),
      { attempt: DRY_RUN, reason: 'Forbidden' },
    ],
    [
      'impersonation',
      403,
      rbac('impersonate', 'serviceaccounts'),
      { attempt: DEPLOYMENT, reason: 'Forbidden' },
    ],
    [
      'create without a word',
      403,
      { message: 'deployments.apps "web" is forbidden: ' },
      { attempt: DRY_RUN, reason: 'Forbidden' },
    ],
    [
      'RBAC escalation',
      403,
      {
        message:
          'roles "r" is forbidden: user "u" (groups=["g"]) is attempting to grant RBAC permissions not currently held:\n{}',
      },
      { attempt: DRY_RUN, reason: 'Forbidden' },
    ],
    [
      'quota',
      403,
      { message: 'pods "a" is forbidden: exceeded quota: q' },
      { attempt: DEPLOYMENT, reason: 'Forbidden' },
    ],
    [
      'quota in a dry-run',
      403,
      { message: 'pods "a" is forbidden: exceeded quota: q' },
      { attempt: DRY_RUN, reason: 'DryRunDenied' },
    ],
    ['webhook, 400', 400, webhook('no'), { attempt: DEPLOYMENT, reason: 'Forbidden' }],
    ['webhook in a dry-run, 400', 400, webhook('no'), { attempt: DRY_RUN, reason: 'DryRunDenied' }],
    ['webhook in a dry-run, 403', 403, webhook('no'), { attempt: DRY_RUN, reason: 'DryRunDenied' }],
    [
      'webhook in a dry-run, a code of its own',
      418,
      webhook('no'),
      { attempt: DRY_RUN, reason: 'DryRunDenied' },
    ],
    [
      'webhook without dry-run',
      400,
      { message: 'admission webhook "w" does not support dry run' },
      { attempt: DRY_RUN, reason: 'DryRunDenied' },
    ],
    [
      'webhook that can not be reached',
      500,
      { reason: 'InternalError', message: 'Internal error occurred: failed calling webhook "w"' },
      { attempt: DEPLOYMENT, reason: 'APIUnavailable' },
    ],
    [
      'namespace gone',
      404,
      { reason: 'NotFound', details: { kind: 'namespaces', name: 'payments' } },
      { attempt: DEPLOYMENT, reason: 'ApplyConflict' },
    ],
    [
      'namespace terminating',
      403,
      { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } },
      { attempt: DEPLOYMENT, reason: 'ApplyConflict' },
    ],
    ['conflict', 409, { reason: 'Conflict' }, { attempt: DEPLOYMENT, reason: 'ApplyConflict' }],
    ['invalid', 422, { reason: 'Invalid' }, { attempt: DEPLOYMENT, reason: 'ManifestInvalid' }],
    [
      'typo',
      500,
      {
        message: 'failed to create typed patch object: .spec.replcas: field not declared in schema',
      },
      { attempt: DEPLOYMENT, reason: 'ManifestInvalid' },
    ],
    [
      'typo, newer server',
      500,
      {
        message:
          'failed to create typed patch object (payments/web; apps/v1, Kind=Deployment): .spec.replcas: field not declared in schema',
      },
      { attempt: DEPLOYMENT, reason: 'ManifestInvalid' },
    ],
    [
      'no base64',
      500,
      {
        message:
          'failed to convert new object to proper version: illegal base64 data at input byte 0',
      },
      { attempt: SECRET, reason: 'ManifestInvalid' },
    ],
    [
      'strict decoding',
      400,
      { reason: 'BadRequest', message: 'strict decoding error: unknown field "spec.a"' },
      { attempt: DEPLOYMENT, reason: 'ManifestInvalid' },
    ],
    ['too large', 413, {}, { attempt: DEPLOYMENT, reason: 'ManifestInvalid' }],
    ['no server-side apply', 415, {}, { attempt: DEPLOYMENT, reason: 'ManifestInvalid' }],
    [
      'another 500',
      500,
      { reason: 'InternalError', message: 'etcdserver: request timed out' },
      { attempt: DEPLOYMENT, reason: 'APIUnavailable' },
    ],
    [
      'a webhook that speaks like a conversion',
      500,
      { reason: 'InternalError', message: 'failed to create typed patch object' },
      { attempt: DEPLOYMENT, reason: 'APIUnavailable' },
    ],
    [
      'overload',
      429,
      { reason: 'TooManyRequests' },
      { attempt: DEPLOYMENT, reason: 'APIUnavailable' },
    ],
    [
      'credentials refused',
      401,
      { reason: 'Unauthorized' },
      { attempt: DEPLOYMENT, reason: 'APIUnavailable' },
    ],
    ['away', 503, {}, { attempt: DRY_RUN, reason: 'APIUnavailable' }],
  ])('%s, stops with its reason', (_name, code, parts, { attempt, reason }) => {
    expect(refusalOf(answer(code, parts), attempt)).toMatchObject({ reason, object: attempt.ref });
  });

  it.each([
    [{ kind: 'unreachable', message: 'ECONNREFUSED' } as const],
    [{ kind: 'timeout', afterMs: 5 } as const],
    [{ kind: 'fenced' } as const],
  ])('%j, is tried again', (error) => {
    expect(refusalOf(error, DEPLOYMENT)).toMatchObject({ reason: 'APIUnavailable', kind: 'retry' });
  });

  it("the server's wish for the next try, is passed on", () => {
    const error = parseStatus(503, {}, 7_000);
    expect(refusalOf(error, DEPLOYMENT)).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('a missing right, names account, verb, resource, object and the rule to add', () => {
    expect(refusalOf(answer(403, rbac('patch', 'deployments', 'apps')), DEPLOYMENT).message).toBe(
      'Deployment/payments/web: ServiceAccount payments/deployer ' +
        '(system:serviceaccount:payments:deployer) may not patch deployments.apps "web" in namespace ' +
        'payments. Grant it by RBAC: {apiGroups: ["apps"], resources: ["deployments"], ' +
        'resourceNames: ["web"], verbs: ["patch"]}.',
    );
  });

  it('a missing create, names create without a resourceName, which RBAC can not grant', () => {
    const error = answer(403, { message: 'deployments.apps "web" is forbidden: ' });
    expect(refusalOf(error, DEPLOYMENT).message).toContain(
      '{apiGroups: ["apps"], resources: ["deployments"], verbs: ["create"]}',
    );
  });

  it('a refused impersonation, says where to grant what', () => {
    expect(refusalOf(answer(403, rbac('impersonate', 'serviceaccounts')), DEPLOYMENT).message).toBe(
      'Deployment/payments/web: gitward may not act as ServiceAccount payments/deployer ' +
        '(system:serviceaccount:payments:deployer). In namespace payments, bind a Role with this ' +
        'rule to gitward\'s own account: {apiGroups: [""], resources: ["serviceaccounts"], ' +
        'resourceNames: ["deployer"], verbs: ["impersonate"]}.',
    );
  });

  const causes = [
    { reason: 'FieldValueInvalid', field: 'data.a', message: `Invalid value: "${CANARY}": bad` },
  ];
  it.each([
    ['422', 422, { message: `invalid: "${CANARY}"`, details: { causes } }],
    ['422 without causes', 422, { message: `invalid: "${CANARY}"` }],
    [
      'typed 500',
      500,
      {
        message: `failed to create typed patch object: .data.a: expected string, got &value.valueUnstructured{Value:"${CANARY}"}`,
      },
    ],
    ['strict 400', 400, { message: `json: cannot unmarshal ${CANARY}` }],
    ['webhook 400', 400, webhook(CANARY)],
    ['webhook 403', 403, webhook(CANARY)],
    ['409', 409, { message: CANARY }],
    ['500', 500, { message: CANARY }],
    ['another code', 418, { message: CANARY }],
  ])(
    'a Secret refused with %s, never shows a value (a plain quote would)',
    (_name, code, parts) => {
      const error = answer(code, parts);
      expect(JSON.stringify(error)).toContain(CANARY);
      expect(JSON.stringify(refusalOf(error, SECRET))).not.toContain(CANARY);
      expect(JSON.stringify(refusalOf(error, { ...SECRET, act: 'dryRun' }))).not.toContain(CANARY);
    },
  );
});

describe('withoutValue', () => {
  it.each([
    [
      'Invalid value: -1: must be greater than or equal to 0',
      'Invalid value: must be greater than or equal to 0',
    ],
    ['Invalid value: "a\\": b": must be c', 'Invalid value: must be c'],
    [
      'Invalid value: map[string]string{"a":"x: y"}: `selector` does not match',
      'Invalid value: `selector` does not match',
    ],
    [
      'Invalid value: []string{"10.96.0.78"}: may not change once set',
      'Invalid value: may not change once set',
    ],
    [
      'Unsupported value: "x": supported values: "A", "B"',
      'Unsupported value: supported values: "A", "B"',
    ],
    ['Duplicate value: "x"', 'Duplicate value'],
    ['Invalid value: "unterminated', 'Invalid value'],
    ['Required value', 'Required value'],
  ])('%s, becomes %s', (message, expected) => {
    expect(withoutValue(message)).toBe(expected);
  });
});
