import { DATE_TIME_LENGTH, DATE_TIME_PATTERN } from '../date-time.ts';
import type { LifeSpec, SignerKey } from '../signerset.ts';
import { LABEL } from './shape.ts';
import type { ObjectShape, ShapeOf, TextShape } from './shape.ts';

const ADDRESS = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_.{|}~-]+@[\\p{L}\\p{M}\\p{N}.-]+";
const BLANK = '[ \\t\\r\\n]*';

/** An OpenPGP block, PEM, SSH line or JSON may stand between blank lines, as YAML block scalars leave them. */
const OPENPGP: TextShape = {
  kind: 'text',
  minLength: 128,
  maxLength: 65_536,
  pattern: `^${BLANK}-----BEGIN PGP PUBLIC KEY BLOCK-----\\r?\\n(([^-\\n][^\\n]*)?\\n)*-----END PGP PUBLIC KEY BLOCK-----${BLANK}$`,
  form: 'one armored OpenPGP public key, as gpg --armor --export prints it',
};

const SSH_LINE: TextShape = {
  kind: 'text',
  minLength: 50,
  maxLength: 16_384,
  pattern: `^${BLANK}[a-z][a-z0-9.@-]{2,63} [A-Za-z0-9+/]{40,}={0,2}( [^\\r\\n]*)?${BLANK}$`,
  form: 'one SSH public key in one line, as a .pub file holds it: type, base64, comment',
};

const PEM: TextShape = {
  kind: 'text',
  minLength: 128,
  maxLength: 65_536,
  pattern: `^${BLANK}(-----BEGIN CERTIFICATE-----\\r?\\n([A-Za-z0-9+/=]+\\r?\\n)+-----END CERTIFICATE-----${BLANK})+$`,
  form: 'certificates in PEM, with nothing between them',
};

const IDENTITY: TextShape = {
  kind: 'text',
  minLength: 3,
  maxLength: 1_024,
  pattern: `^(${ADDRESS}|[a-z][a-z0-9+.-]*:[!-~]+)$`,
  form: 'an e-mail address or a URI',
};

const MOMENT: TextShape = {
  kind: 'text',
  minLength: DATE_TIME_LENGTH,
  maxLength: DATE_TIME_LENGTH,
  pattern: DATE_TIME_PATTERN,
  form: 'a moment in UTC such as 2026-01-31T08:00:00Z',
  rules: ['date-exists'],
};

const AUTHORITY: ShapeOf<NonNullable<SignerKey['sshAuthority']>> = {
  kind: 'object',
  fields: {
    key: SSH_LINE,
    principals: {
      kind: 'list',
      minItems: 1,
      maxItems: 16,
      unique: { by: 'item' },
      items: {
        kind: 'text',
        minLength: 1,
        maxLength: 254,
        pattern: "^!?[\\p{L}\\p{M}\\p{N}#$%&'*+/=?^_.{|}~@:-]+$",
        form: 'a principal, or a pattern with * and ?, without blanks, commas and quotes',
      },
    },
  },
};

const X509: ShapeOf<NonNullable<SignerKey['x509']>> = {
  kind: 'object',
  fields: { authorities: PEM, san: IDENTITY },
};

const SIGSTORE: ShapeOf<NonNullable<SignerKey['sigstore']>> = {
  kind: 'object',
  fields: {
    identity: IDENTITY,
    issuer: {
      kind: 'text',
      minLength: 10,
      maxLength: 1_024,
      pattern: '^https://[!-~]+$',
      form: 'the https URL of an issuer',
    },
    root: LABEL,
  },
};

/** The fields of a life: of a person and of a key. */
export const LIFE: ShapeOf<LifeSpec>['fields'] = {
  notBefore: { kind: 'optional', shape: MOMENT },
  notAfter: { kind: 'optional', shape: MOMENT },
  revoked: {
    kind: 'optional',
    shape: {
      kind: 'object',
      fields: {
        reason: { kind: 'choice', values: ['Compromised', 'Superseded', 'Retired'] },
        at: MOMENT,
      },
    },
  },
};

/** What `crds/signersets.yaml` says of one key. */
export const SIGNER_KEY: ShapeOf<SignerKey> & ObjectShape = {
  kind: 'object',
  rules: ['one-key', 'life-order'],
  fields: {
    openPGP: { kind: 'optional', shape: OPENPGP },
    ssh: { kind: 'optional', shape: SSH_LINE },
    sshAuthority: { kind: 'optional', shape: AUTHORITY },
    x509: { kind: 'optional', shape: X509 },
    sigstore: { kind: 'optional', shape: SIGSTORE },
    ...LIFE,
  },
};

/** An address that a person may write in commits, or a pattern of such. */
export const EMAIL: TextShape = {
  kind: 'text',
  minLength: 3,
  maxLength: 254,
  pattern:
    "^!?[\\p{L}\\p{M}\\p{N}#$%&'*+/=?^_.{|}~-][\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_.{|}~-]*@[\\p{L}\\p{M}\\p{N}.*?-]+$",
  form: 'an e-mail address, or a pattern with * and ?; ! in front excludes',
};
