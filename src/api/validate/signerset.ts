import type { SignerSet } from '../signerset.ts';
import type { ShapeOf } from './shape.ts';

/** What `crds/signersets.yaml` says of `spec`, field for field; a test compares the two. */
export const SIGNER_SET_SPEC: ShapeOf<SignerSet['spec']> = {
  kind: 'object',
  fields: {
    people: {
      kind: 'list',
      minItems: 0,
      maxItems: 500,
      unique: { by: 'field', field: 'name' },
      items: {
        kind: 'object',
        fields: {
          name: {
            kind: 'text',
            minLength: 1,
            maxLength: 128,
            pattern: "^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._@+'-]*$",
            form: "a name of letters, digits, spaces and ._@+'-",
          },
          keys: {
            kind: 'list',
            minItems: 1,
            maxItems: 16,
            items: {
              kind: 'object',
              fields: {
                openPGP: {
                  kind: 'text',
                  minLength: 128,
                  maxLength: 65_536,
                  pattern:
                    '^[ \\t\\r\\n]*-----BEGIN PGP PUBLIC KEY BLOCK-----\\r?\\n(([^-\\n][^\\n]*)?\\n)*-----END PGP PUBLIC KEY BLOCK-----[ \\t\\r\\n]*$',
                  form: 'one armored OpenPGP public key, as gpg --armor --export prints it',
                },
              },
            },
          },
        },
      },
    },
  },
};
