import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  craftArmor,
  craftKey,
  craftSignature,
  mpint,
  strings,
} from '../../../test/support/ssh-craft.ts';
import type { Forgery } from '../../../test/support/ssh-craft.ts';
import type { KeyOwner } from '../format.ts';
import { decodeSshArmor } from './armor.ts';
import { loadSsh } from './ssh.ts';
import { unpackStrings, WireReader, wireString } from './wire.ts';

const payload = Buffer.from('tree …\n\nmessage');
const edwards = craftKey('ssh-ed25519');
const curve = craftKey('ecdsa-sha2-nistp256');
const rsa = craftKey('ssh-rsa');
const touched = craftKey('sk-ssh-ed25519@openssh.com');
const all = [edwards, curve, rsa, touched];

async function judge(armor: string): Promise<string> {
  const owner: KeyOwner = {
    ...{ class: 'person', signerSet: 'team', name: 'alice', emails: [], roles: [], lives: [] },
  };
  const { keys } = loadSsh(
    all.map(({ line }) => ({ material: { kind: 'ssh', line } as const, owner })),
  );
  const signed = { armor: Buffer.from(armor), payload, namespace: 'git' } as const;
  const evidence = await keys.verify(signed, { at: 1, firstSeen: 1 });
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

const forged = (key = edwards, forgery: Forgery = {}): string =>
  craftArmor(craftSignature(key, payload, forgery));

/** Replaces the text of one field by another of the same length. */
const replaced = (from: string, to: string): string => {
  const blob = craftSignature(edwards, payload);
  blob.write(to, blob.indexOf(from), 'latin1');
  return craftArmor(blob);
};

const ORDER = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
);
const pair = (change: (r: Buffer, s: Buffer) => readonly Buffer[]) => (bytes: Buffer) => {
  const reader = new WireReader(bytes);
  return Buffer.concat(change(mpint(reader.positive()), mpint(reader.positive())));
};

/** Rows of name, armor and answer, as names show them. */
function answers(rows: readonly (readonly [string, string, string])[]) {
  return rows.map(([name, armor, answer]) => [name, answer, armor] as const);
}

describe('signature blobs', () => {
  it.each(
    answers([
      ['honest', forged(), 'good'],
      ['honest, of a touched hardware key with more flags', forged(touched, { flags: 5 }), 'good'],
      ['another namespace', forged(edwards, { namespace: 'file' }), 'SignatureInvalid'],
      ['a longer namespace', forged(edwards, { namespace: 'git\0' }), 'SignatureInvalid'],
      ['no namespace', forged(edwards, { namespace: '' }), 'SignatureInvalid'],
      ['version 2', forged(edwards, { version: 2 }), 'SignatureFormatUnsupported'],
      ['version 0', forged(edwards, { version: 0 }), 'SignatureFormatUnsupported'],
      ['another magic', replaced('SSHSIG', 'SSHSIX'), 'SignatureFormatUnsupported'],
      ['a reserved field in use', forged(edwards, { reserved: 'x' }), 'CommitMalformed'],
      ['bytes after it', forged(edwards, { trailing: 'x' }), 'CommitMalformed'],
      ['bytes after the inner one', forged(edwards, { innerTrailing: 'x' }), 'CommitMalformed'],
      ['SHA-1', forged(edwards, { hash: 'sha1' }), 'SignatureWeak'],
      ['MD5', forged(edwards, { hash: 'md5' }), 'SignatureWeak'],
      ['SHA-384', forged(edwards, { hash: 'sha384' }), 'SignatureFormatUnsupported'],
      ['a hash it was not made with', replaced('sha512', 'sha256'), 'SignatureInvalid'],
      ['RSA with SHA-1', forged(rsa, { algorithm: 'ssh-rsa' }), 'SignatureWeak'],
      ['DSA by name', forged(edwards, { algorithm: 'ssh-dss' }), 'SignatureWeak'],
      [
        'an unknown algorithm',
        forged(edwards, { algorithm: 'ssh-ed448' }),
        'SignatureFormatUnsupported',
      ],
      [
        'an algorithm of another key',
        forged(edwards, { algorithm: curve.type }),
        'CommitMalformed',
      ],
      [
        'an algorithm of hardware keys',
        forged(edwards, { algorithm: touched.type }),
        'CommitMalformed',
      ],
      [
        'an algorithm of plain keys',
        forged(touched, { algorithm: edwards.type }),
        'CommitMalformed',
      ],
      ['a hardware key nobody touched', forged(touched, { flags: 0 }), 'SignatureInvalid'],
      ['only verified, not touched', forged(touched, { flags: 4 }), 'SignatureInvalid'],
      ["another key's blob shown", forged(edwards, { shown: touched.blob }), 'CommitMalformed'],
      [
        "another's key of the same kind shown",
        forged(craftKey('ssh-ed25519'), { shown: edwards.blob }),
        'SignatureInvalid',
      ],
      [
        'a listed key with a byte more',
        forged(edwards, { shown: Buffer.concat([edwards.blob, Buffer.of(0)]) }),
        'CommitMalformed',
      ],
      ['no key', forged(edwards, { shown: Buffer.of() }), 'SignatureFormatUnsupported'],
      ['a DSA key', forged(edwards, { shown: strings('ssh-dss', 'p') }), 'SignatureWeak'],
      [
        'an unknown key',
        forged(edwards, { shown: strings('ssh-ed448', 'x') }),
        'SignatureFormatUnsupported',
      ],
      ['63 bytes', forged(edwards, { rewrite: (b) => b.subarray(1) }), 'SignatureInvalid'],
      [
        '65 bytes',
        forged(edwards, { rewrite: (b) => Buffer.concat([b, b.subarray(0, 1)]) }),
        'SignatureInvalid',
      ],
      [
        'RSA with an octet more',
        forged(rsa, { rewrite: (b) => Buffer.concat([Buffer.of(0), b]) }),
        'SignatureInvalid',
      ],
      ['RSA of no octet', forged(rsa, { rewrite: () => Buffer.of() }), 'SignatureInvalid'],
    ]),
  )('%s, %s', async (_, answer, armor) => {
    expect(await judge(armor)).toBe(answer);
  });

  it.each<readonly [string, (r: Buffer, s: Buffer) => readonly Buffer[]]>([
    ['r and s exchanged', (r, s) => [s, r]],
    ['r alone', (r) => [r]],
    ['three numbers', (r, s) => [r, s, s]],
    ['r of 0', (_, s) => [strings(''), s]],
    ['s of the order', (r) => [r, mpint(ORDER)]],
    ['s of 2^256', (r) => [r, mpint(Buffer.concat([Buffer.of(1), Buffer.alloc(32)]))]],
    ['s padded', (r, s) => [r, strings(Buffer.concat([Buffer.of(0, 0), s.subarray(4)]))]],
    ['s negative', (r) => [r, strings(Buffer.alloc(32, 0xff))]],
  ])('ECDSA, %s, invalid', async (_, change) => {
    expect(await judge(forged(curve, { rewrite: pair(change) }))).toBe('SignatureInvalid');
  });
});

describe('RSA keys that nobody makes', () => {
  const modulus = Buffer.alloc(256, 0xff);
  it.each([
    ['sound', strings('ssh-rsa', Buffer.of(1, 0, 1)), 'SignerUntrusted'],
    ['exponent 1', strings('ssh-rsa', Buffer.of(1)), 'CommitMalformed'],
    ['even exponent', strings('ssh-rsa', Buffer.of(4)), 'CommitMalformed'],
    ['no exponent', strings('ssh-rsa', ''), 'CommitMalformed'],
    ['negative exponent', strings('ssh-rsa', Buffer.of(0x81)), 'CommitMalformed'],
    ['padded exponent', strings('ssh-rsa', Buffer.of(0, 3)), 'CommitMalformed'],
    ['huge exponent', strings('ssh-rsa', Buffer.alloc(9, 0x7f)), 'CommitMalformed'],
  ])('%s', async (_, start, answer) => {
    const shown = Buffer.concat([start, mpint(modulus)]);
    expect(await judge(forged(rsa, { shown }))).toBe(answer);
  });

  it.each([
    ['even', Buffer.concat([Buffer.alloc(256, 0xff), Buffer.of(2)])],
    ['of 16392 bits', Buffer.alloc(2_049, 0xff)],
  ])('modulus %s, malformed', async (_, n) => {
    const shown = Buffer.concat([strings('ssh-rsa', Buffer.of(3)), mpint(n)]);
    expect(await judge(forged(rsa, { shown }))).toBe('CommitMalformed');
  });
});

describe('elliptic keys that nobody makes', () => {
  const point = curve.blob.subarray(-65);
  const named = (curveName: string, q: Uint8Array): Buffer => strings(curve.type, curveName, q);
  it.each([
    ['another curve named', named('nistp384', point)],
    ['not on the curve', named('nistp256', Buffer.concat([point.subarray(0, 64), Buffer.of(1)]))],
    ['compressed', named('nistp256', Buffer.concat([Buffer.of(2), point.subarray(1, 33)]))],
    ['the point at infinity', named('nistp256', Buffer.of(0))],
  ])('%s, malformed', async (_, shown) => {
    expect(await judge(forged(curve, { shown }))).toBe('CommitMalformed');
  });
});

describe('armor', () => {
  const blob = craftSignature(edwards, payload);
  const text = blob.toString('base64');
  const block = (...lines: readonly string[]): string =>
    `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
  it.each(
    answers([
      ['lines of 64', craftArmor(blob, 64), 'good'],
      ['lines of 76', craftArmor(blob, 76), 'good'],
      ['one line', block(text), 'good'],
      ['a longer last line', block(text.slice(0, 4), text.slice(4)), 'CommitMalformed'],
      [
        'a short line inside',
        block(
          text.slice(0, 70),
          text.slice(70, 74),
          text.slice(74, 144),
          text.slice(144, 214),
          text.slice(214),
        ),
        'CommitMalformed',
      ],
      ['an empty line', block(text.slice(0, 70), '', text.slice(70)), 'SignatureFormatUnsupported'],
      ['nothing', block(), 'SignatureFormatUnsupported'],
      ['a header', block('Comment: x', '', text), 'SignatureFormatUnsupported'],
      ['blanks', block(`${text} `), 'SignatureFormatUnsupported'],
      ['padding inside', block('AA==', 'AAAA'), 'CommitMalformed'],
      ['bits left over', block('AB=='), 'CommitMalformed'],
      ['no padding', block(text.replace(/=+$/, '').slice(0, -1)), 'CommitMalformed'],
      ['another label', craftArmor(blob).replaceAll('SSH', 'PGP'), 'CommitMalformed'],
      ['text before', `x${craftArmor(blob)}`, 'CommitMalformed'],
      ['text after', `${craftArmor(blob)}x`, 'CommitMalformed'],
      ['too long', block('A'.repeat(200_000)), 'CommitMalformed'],
    ]),
  )('%s, %s', async (_, answer, armor) => {
    expect(await judge(armor)).toBe(answer);
  });

  it('any octets in lines of any width, decoded to themselves', () => {
    const octets = fc.uint8Array({ minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(octets, fc.integer({ min: 1, max: 100 }), (bytes, width) => {
        const decoded = decodeSshArmor(Buffer.from(craftArmor(bytes, width)));
        expect(decoded).toStrictEqual({ ok: true, value: Buffer.from(bytes) });
      }),
    );
  });
});

describe('the wire', () => {
  it('strings written, read the same', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 20 }), (fields) => {
        const packed = Buffer.concat(fields.map((field) => wireString(field)));
        expect(unpackStrings(packed, 20)).toStrictEqual(fields.map((field) => Buffer.from(field)));
        expect(unpackStrings(packed, fields.length - 1)).toBe(undefined);
      }),
    );
  });

  it('any octets, an end to reading', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const found = unpackStrings(bytes, 1_000);
        const again = found && Buffer.concat(found.map((field) => wireString(field)));
        expect(again ?? Buffer.from(bytes)).toStrictEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each<readonly [string, readonly number[], number | undefined]>([
    ['1', [0, 0, 0, 1, 1], 1],
    ['128 with its zero', [0, 0, 0, 2, 0, 128], 128],
    ['zero', [0, 0, 0, 0], undefined],
    ['zero in an octet', [0, 0, 0, 1, 0], undefined],
    ['padded', [0, 0, 0, 2, 0, 1], undefined],
    ['negative', [0, 0, 0, 1, 128], undefined],
    ['cut off', [0, 0, 0, 2, 1], undefined],
    ['longer than can be', [255, 255, 255, 255, 1], undefined],
  ])('mpint %s', (_, octets, value) => {
    const reader = new WireReader(Uint8Array.from(octets));
    const number = reader.positive();
    expect(reader.isWhole ? number[0] : undefined).toBe(value);
  });
});
