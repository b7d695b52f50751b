import { CONFIG_MAPS, DEPLOYMENTS, WIDGETS } from './case.ts';
import type { ParityCase, Reply, Step } from './case.ts';
import { listAt } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/** A small generator of numbers: the same seed yields the same sequences everywhere (LCG of ANSI C). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  roll(sides: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#state >>> 16) % sides;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.roll(list.length)] ?? list[0];
  }

  some(list: readonly string[]): string[] {
    return list.filter(() => this.roll(2) === 0);
  }

  /** Each field with even odds. */
  fields(fields: { readonly [key: string]: () => Value }): Dict {
    const kept = this.some(Object.keys(fields));
    return Object.fromEntries(kept.map((key) => [key, fields[key]?.() ?? null]));
  }

  map(...keys: readonly string[]): Dict {
    return this.fields(Object.fromEntries(keys.map((key) => [key, () => this.pick(['1', '2'])])));
  }
}

function metadata(dice: Dice): Dict {
  return {
    name: 'o',
    ...dice.fields({
      labels: () => dice.map('a', 'b'),
      annotations: () => dice.map('x'),
      finalizers: () => dice.some(['x.dev/a', 'x.dev/b', 'x.dev/c']),
    }),
  };
}

function configMap(dice: Dice): Dict {
  const body = dice.fields({ data: () => dice.map('p', 'q', 'r') });
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(dice), ...body };
}

function container(dice: Dice, name: string): Dict {
  const quantity = (): Value => dice.pick(['1000m', '1', '1024Mi', '0.5']);
  const ports: Value[] = [{ containerPort: 80 }, { containerPort: 81, protocol: 'UDP', name: 'u' }];
  const options = {
    args: () => dice.pick<Value>([['x'], ['x', 'y'], []]),
    env: () => dice.some(['A', 'B']).map((key) => ({ name: key, ...dice.map('value') })),
    ports: () => ports.slice(dice.roll(3)),
    resources: () => ({ limits: dice.fields({ cpu: quantity, memory: quantity }) }),
    securityContext: () =>
      dice.pick<Value>([{}, { runAsUser: 0 }, { capabilities: { drop: ['ALL'] } }]),
    readinessProbe: () => ({ httpGet: { port: 80 } }),
    tty: () => dice.roll(2) === 0,
  };
  return { name, image: dice.pick(['a:1', 'b', 'c:2']), ...dice.fields(options) };
}

function deployment(dice: Dice): Dict {
  const containers = ['c', ...dice.some(['d', 'e'])].map((name) => container(dice, name));
  const strategies: readonly [Value, ...Value[]] = [
    { type: 'Recreate' },
    { type: 'RollingUpdate' },
    {},
  ];
  const labels = { app: 'o', ...dice.map('t') };
  const spec = {
    selector: { matchLabels: { app: 'o' } },
    template: { metadata: { labels }, spec: { containers } },
    ...dice.fields({ replicas: () => dice.roll(3), strategy: () => dice.pick(strategies) }),
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: metadata(dice), spec };
}

function widget(dice: Dice): Dict {
  const free: readonly [Value, ...Value[]] = [{}, { a: 1 }, { a: { b: [2], c: 'x' }, d: null }];
  const options = {
    count: () => 1 + dice.roll(3),
    nested: () => dice.map('a'),
    list: () => dice.some(['x', 'y']),
    set: () => dice.some(['x', 'y', 'z']),
    keyed: () => dice.some(['k', 'm']).map((name) => ({ name, ...dice.map('value') })),
    labels: () => dice.map('l', 'm'),
    free: () => dice.pick(free),
    maybe: () => dice.pick<Value>([null, 'x']),
  };
  const spec = { mode: dice.pick(['A', 'B']), ...dice.fields(options) };
  return { apiVersion: 'parity.dev/v1', kind: 'Widget', metadata: metadata(dice), spec };
}

type Kind = readonly [path: string, make: (dice: Dice) => Dict];

function stepOf(dice: Dice, path: string, body: Dict): Step {
  const [applier, updater] = [dice.pick(['g', 'h']), dice.pick(['u', 'v'])];
  const dryRun = dice.pick(['', '', '', '&dryRun=All']);
  const force = dice.pick(['', '&force=true']);
  const updates = `${path}/o?fieldManager=${updater}`;
  switch (dice.roll(7)) {
    case 0:
      return { method: 'POST', path: `${path}?fieldManager=${updater}`, body };
    case 1:
      return { method: 'PUT', path: updates, body };
    case 2:
      return { method: 'PATCH', path: updates, body, type: 'application/merge-patch+json' };
    case 3:
      return {
        method: 'PATCH',
        path: updates,
        body,
        type: 'application/strategic-merge-patch+json',
      };
    default: {
      const query = `fieldManager=${applier}${force}${dryRun}`;
      return {
        method: 'PATCH',
        path: `${path}/o?${query}`,
        body,
        type: 'application/apply-patch+yaml',
      };
    }
  }
}

const KINDS: readonly [Kind, ...Kind[]] = [
  [CONFIG_MAPS, configMap],
  [DEPLOYMENTS, deployment],
  [WIDGETS, widget],
];

/** A random history of one object under four managers. */
export function generate(dice: Dice): ParityCase {
  const [path, make] = dice.pick(KINDS);
  const steps = Array.from({ length: 3 + dice.roll(7) }, () => stepOf(dice, path, make(dice)));
  return {
    name: 'generated',
    steps: steps.flatMap((step) => [step, { method: 'GET', path: `${path}/o` }]),
  };
}

/** Several causes are counted, and texts of a 500 left out: both come in the random order of Go's maps. */
export function withoutOrder({ status, body }: Reply): Reply {
  const causes = listAt(body, 'details', 'causes').length;
  if (status === 500) return { status, body: null };
  return { status, body: causes > 1 ? causes : body };
}
