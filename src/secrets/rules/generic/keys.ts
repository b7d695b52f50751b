import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { NAME_HEAD, NOISY_PATHS, SHOWN, unless } from './assignment.ts';

const COMMON = {
  severity: 'high',
  fix: 'Revoke it where it was issued, issue a new one, and read it from a Secret.',
  reference: 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html',
  keywords: ['key', 'secret', 'token', 'credential', 'access', 'private'],
  isGeneric: true,
} as const;

/** A name that says secret somewhere in it, and the rest of it. */
const NAME =
  NAME_HEAD + String.raw`(?:(?i:key|secret|token|credential)|ACCESS|PRIVATE)[\w.-]{0,20}?`;

/**
 * What assigns, and the blank or hyphen that stands for it in notes, tables and command lines. Behind a bracket
 * or comma a value has quotes: else it is the name of something.
 */
const THEN = String.raw`\\{0,3}["'\x60]?\]?(?:[\t =:>|-]{1,6}(?:\\{0,3}["'\x60])?|[\t =:>,(]{1,6}\\{0,3}["'\x60])`;

const END = String.raw`(?:[^\w+/=.-]|\.?\s|$)`;

/** Bits a character of hexadecimal digits; a group that is repeated has fewer. */
const HEX_BITS = 3;

/** The same of letters and digits. */
const MIXED_BITS = 3.5;
const JOINED_BITS = 3.8;

/** Names that say of their value that it is a digest, a number of something, or public. */
const DIGESTS = unless(
  'match',
  String.raw`(?i)(?:sha_?(?:1|2|3|256|384|512)|md5|hash|digest|checksum|fingerprint|thumbprint|commit|revision|etag|integrity|uuid|guid|public|pubkey|nonce|salt|encrypted|wrapped|cipher)`,
  String.raw`(?i)(?:key|token|secrets?|credentials?|tenant|client|account|object|resource|session)[_.-]?(?:id|ref|name|grip)s?\b`,
  String.raw`(?i)(?:cache|primary|foreign|partition|sort|index|map|lookup|row|idempotency|routing|dedup|host)[_.-]?key`,
  String.raw`(?i)(?:csrf|xsrf|\bnext|_next|\bpage|_page|continuation|pagination)[_.-]?token`,
  String.raw`(?i)private[_.-]?mac|key(?:frame|board|word|mesh|vault|_vault|_?auth)|tokeni[sz]`,
  // An entry of a store of secrets is looked up by such a key.
  String.raw`(?i)^key["']?[\t ]{0,3}[:=].{1,6}[0-9a-f]{8}-`,
);

/** One pass of a count, and the identifiers that documents of standards show. */
const COUNTED = unless(
  'secret',
  String.raw`(?i)^(?:(?:0x)?(?:0123456789abcdef)+|(?:0x)?123456789(?:0?abcdef)?|[0-9+/=-]+|[a-z+/=-]+)$`,
  String.raw`(?i)^(?:abc[a-z]{6,24}[0-9]{0,10}[a-z]{0,26}=*|0?1234567890?[a-z]{0,26})$`,
  String.raw`(?i)example|placeholder|changeme|xxxx|deadbeef|canary|your|\.{3}|0123456789(?:[+/_-]|abcdefghijk)`,
  '[xyzXYZ]{3}0123456789$',
  // What is encrypted for sops or Jasypt, in base64.
  '^RU5D[WK]',
  '^(?:123e4567-e89b-12d3-a456-426614174000|550e8400-e29b-41d4-a716-446655440000)$',
);

/** Words with a number: of what a machine drew, hardly anything has so few digits. */
const WORDY = unless('secret', '^[^0-9]*(?:[0-9][^0-9]*){0,3}$');

/** Names of keys: of OpenPGP 16 or 40 digits in capitals; public keys of NATS. */
const KEY_NUMBERS = unless('secret', '^[0-9A-F]{16}(?:[0-9A-F]{24})?$', '^[UAONCX][A-Z2-7]{55}$');

/** Names in programs that hold the name of an algorithm. */
const ALGORITHMS = unless(
  'secret',
  String.raw`(?i)rsa|ecdsa|25519|x509|sha(?:1|256|384|512)|aes(?:128|256)|pkcs|secp|base64|hmac`,
);

/** The same of values with signs in them, where names and dates are nearer. */
const FEW_DIGITS = unless('secret', '^[^0-9]*(?:[0-9][^0-9]*){0,6}$');

/** Hosts, paths, versions, dates, fields of a template. */
const PLACES = unless(
  'secret',
  String.raw`(?i)\.(?:com|org|net|io|dev|local|svc|json|ya?ml|pem|key|crt|txt|md|go|ts|js|py)\b|^[a-z]+:|//|^v?[0-9]{1,4}[.-]|[0-9]{4}-[0-9]{2}-[0-9]{2}|(?:/[a-z_.-]{2,}){2}`,
  String.raw`(?i)[a-z]{7,}[_.-][a-z]{5,}|[_.-][a-z]{5,}[_.-]`,
);

/** `key` alone is a key of a map, or public beside its number. */
const BARE = unless('match', String.raw`(?i)^key["'\x60\\]{0,4}[\t ]{0,10}[:=]`);

const NOT_THESE = [NOISY_PATHS, SHOWN, DIGESTS, COUNTED, KEY_NUMBERS];

/**
 * Values of which the form says that a machine made them, beside a name that says secret. Whether it counts is
 * asked by entropy: a body with a few counted digits in it is told, one that is all count is not.
 */
export const KEY_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'hex-key',
    description: 'Key of hexadecimal digits, or a UUID, behind a name for a secret',
    regex:
      NAME +
      THEN +
      String.raw`((?i:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{48}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))` +
      END,
    entropy: HEX_BITS,
    allowlists: NOT_THESE,
  }),
  rule({
    ...COMMON,
    id: 'mixed-key',
    description: 'Letters and digits in turn behind a name for a secret',
    regex: NAME + THEN + '([0-9A-Za-z]{16,200}={0,2})' + END,
    entropy: MIXED_BITS,
    allowlists: [...NOT_THESE, WORDY, ALGORITHMS],
  }),
  rule({
    ...COMMON,
    id: 'joined-key',
    description: 'Letters and digits in groups, assigned to a name for a secret',
    regex:
      NAME +
      String.raw`\\{0,3}["'\x60]?\]?[\t ]{0,10}[=:]>?[\t ]{0,10}(?:\\{0,3}["'\x60])?([0-9A-Za-z][0-9A-Za-z_+.%/~-]{18,200}={0,2})` +
      END,
    entropy: JOINED_BITS,
    allowlists: [...NOT_THESE, FEW_DIGITS, ALGORITHMS, PLACES, BARE],
  }),
  rule({
    ...COMMON,
    id: 'key-in-notes',
    description: 'Long random value with a blank or hyphen between it and a name for a secret',
    regex: NAME + String.raw`[\t ]?[\t -]([0-9A-Za-z][0-9A-Za-z_+-]{15,200}={0,2})` + END,
    rarity: 0.7,
    allowlists: [...NOT_THESE, ALGORITHMS, PLACES],
  }),
];
