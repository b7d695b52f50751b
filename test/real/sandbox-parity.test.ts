import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { controlPlaneMissing, startControlPlane } from '../support/controlplane.ts';
import type { ControlPlane } from '../support/controlplane.ts';
import { prerequisite, requireOrSkip } from '../support/prerequisites.ts';
import { startSandbox } from '../support/sandbox/index.ts';
import type { Sandbox } from '../support/sandbox/index.ts';
import type { Send } from '../support/sandbox/parity/case.ts';
import { APPLY_CASES } from '../support/sandbox/parity/cases-apply.ts';
import { CRUD_CASES } from '../support/sandbox/parity/cases-crud.ts';
import { CUSTOM_CASES, GADGET_CRD, WIDGET_CRD } from '../support/sandbox/parity/cases-custom.ts';
import { READ_CASES } from '../support/sandbox/parity/cases-read.ts';
import { WATCH_CASES } from '../support/sandbox/parity/cases-watch.ts';
import { Dice, generate, withoutOrder } from '../support/sandbox/parity/generate.ts';
import { play } from '../support/sandbox/parity/play.ts';

const CASES = [...CRUD_CASES, ...APPLY_CASES, ...CUSTOM_CASES, ...READ_CASES, ...WATCH_CASES];
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const SERVED = ['/apis/parity.dev/v1/widgets', '/apis/parity2.dev/v1/gadgets'];
const SEED = Number(process.env['PARITY_SEED'] ?? '1');
const GENERATED = 30;
const SETTLE = { timeout: 10_000, interval: 50 };
const DENIED = [{ user: 'alice' }, { user: 'system:serviceaccount:parity:d' }];

const needs = [prerequisite('control plane', controlPlaneMissing)];

async function installCrds(send: Send): Promise<void> {
  for (const body of [WIDGET_CRD, GADGET_CRD]) {
    await send('admin', { method: 'POST', path: CRDS, body });
  }
  for (const path of SERVED) {
    await vi.waitFor(async () => {
      const { status } = await send('admin', { method: 'GET', path });
      if (status !== 200) throw new Error(`${path} is not served yet: ${status}`);
    }, SETTLE);
  }
}

describe.runIf(requireOrSkip('sandbox parity', needs))('the sandbox beside kube-apiserver', () => {
  let real: ControlPlane;
  let sandbox: Sandbox;
  const toReal: Send = (user, { headers, ...request }) => {
    if (request.body === undefined) return real.call(user, { ...request, headers: { ...headers } });
    // Node sends no length with a DELETE by itself, and the server then reads no body.
    const length = `${Buffer.byteLength(JSON.stringify(request.body))}`;
    return real.call(user, { ...request, headers: { ...headers, 'content-length': length } });
  };
  const toSandbox: Send = async (user, { method, path, headers, body }) => {
    const authorization = `Bearer ${user}-token`;
    const response = await fetch(sandbox.url + path, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };

  beforeAll(async () => {
    real = await startControlPlane({ controllers: false });
    sandbox = await startSandbox({ deny: DENIED });
    await Promise.all([toReal, toSandbox].map(installCrds));
  });
  afterAll(async () => {
    await sandbox?.close();
    await real?.close();
  });

  it.each(CASES.map((parityCase, index) => ({ ...parityCase, namespace: `case-${index}` })))(
    '$name: same answers',
    async ({ namespace, ...parityCase }) => {
      const [expected, actual] = await Promise.all(
        [toReal, toSandbox].map((send) => play(send, parityCase, namespace)),
      );
      expect(actual).toEqual(expected);
    },
  );

  it('generated histories of one object under four managers: same answers', async () => {
    const dice = new Dice(SEED);
    for (let index = 0; index < GENERATED; index += 1) {
      const history = generate(dice);
      const [expected, actual] = await Promise.all(
        [toReal, toSandbox].map((send) => play(send, history, `generated-${index}`)),
      );
      const sent = history.steps;
      expect({ sent, replies: actual?.map(withoutOrder) }).toEqual({
        sent,
        replies: expected?.map(withoutOrder),
      });
    }
  });
});
