import type { SignerKey, SignerSet } from '../signerset.ts';
import { LABEL, LABELS } from './shape.ts';
import type { ListShape, ShapeOf, TextShape } from './shape.ts';
import { EMAIL, LIFE, SIGNER_KEY } from './signer-key.ts';

const NAME: TextShape = {
  kind: 'text',
  minLength: 1,
  maxLength: 128,
  pattern: "^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._@+'-]*$",
  form: "a name of letters, digits, spaces and ._@+'-",
};

const KEYS: ListShape<ShapeOf<SignerKey>> = {
  kind: 'list',
  minItems: 1,
  maxItems: 16,
  items: SIGNER_KEY,
};

const ROOTS: ShapeOf<NonNullable<SignerSet['spec']['sigstoreRoots']>> = {
  kind: 'list',
  minItems: 0,
  maxItems: 4,
  unique: { by: 'field', field: 'name' },
  items: {
    kind: 'object',
    fields: {
      name: LABEL,
      trustedRoot: {
        kind: 'text',
        minLength: 2,
        maxLength: 262_144,
        pattern: '^[ \\t\\r\\n]*[{]',
        form: 'the JSON text of a Sigstore trusted root',
      },
      transparency: { kind: 'choice', values: ['Required', 'DecisionTime'] },
    },
  },
};

/** What `crds/signersets.yaml` says of `spec`, field for field; a test compares the two. */
export const SIGNER_SET_SPEC: ShapeOf<SignerSet['spec']> = {
  kind: 'object',
  rules: ['sigstore-root'],
  fields: {
    people: {
      kind: 'list',
      minItems: 0,
      maxItems: 500,
      unique: { by: 'field', field: 'name' },
      items: {
        kind: 'object',
        rules: ['life-order'],
        fields: {
          name: NAME,
          emails: {
            kind: 'optional',
            shape: {
              kind: 'list',
              minItems: 0,
              maxItems: 16,
              unique: { by: 'item' },
              items: EMAIL,
            },
          },
          roles: { kind: 'optional', shape: LABELS },
          ...LIFE,
          keys: KEYS,
        },
      },
    },
    forges: {
      kind: 'optional',
      shape: {
        kind: 'list',
        minItems: 0,
        maxItems: 16,
        unique: { by: 'field', field: 'name' },
        items: { kind: 'object', fields: { name: NAME, keys: KEYS } },
      },
    },
    sigstoreRoots: { kind: 'optional', shape: ROOTS },
  },
};
