import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/** Puts defaults into a value; what has another form than expected stays as it is. */
export type Fill = (value: Json) => Json;

const object =
  (defaults: JsonObject, fields: Readonly<Record<string, Fill>> = {}): Fill =>
  (value) => {
    if (!isJsonObject(value)) return value;
    const whole = { ...defaults, ...value };
    const filled = Object.entries(fields).flatMap(([name, fill]) => {
      const found = whole[name];
      return found === undefined ? [] : [[name, fill(found)] as const];
    });
    return { ...whole, ...Object.fromEntries(filled) };
  };

const each =
  (fill: Fill): Fill =>
  (value) =>
    Array.isArray(value) ? value.map(fill) : value;

/** The defaults of `crds/guardedrepos.yaml`, for a spec that was stored under an older schema. */
export const fillRepoSpec: Fill = object(
  {
    suspend: false,
    interval: '1m',
    timeout: '60s',
    mode: 'Enforce',
    deletionPolicy: 'Orphan',
  },
  {
    source: object({ maxStaleness: '24h' }),
    verify: object(
      {
        signatures: 'EveryCommit',
        bindIdentity: 'Committer',
        forge: 'Deny',
        onUntrusted: 'Freeze',
        maxPending: '24h',
        secrets: {},
      },
      {
        rules: each(object({ threshold: 1 })),
        secrets: object({ mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' }),
      },
    ),
    targets: each(object({ drift: {} }, { drift: object({ onDrift: 'Revert' }) })),
  },
);

/** The defaults of `crds/signersets.yaml`, for a spec from an older schema or from a file. */
export const fillSignerSpec: Fill = object(
  {},
  { sigstoreRoots: each(object({ transparency: 'Required' })) },
);
