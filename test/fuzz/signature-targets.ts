import * as openpgp from 'openpgp';
import { verifyBytes, loadKeyring } from '../../src/signature/index.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { decodeArmor } from '../../src/signature/armor.ts';
import { loadOpenPgp } from '../../src/signature/openpgp.ts';
import { splitPackets } from '../../src/signature/packets.ts';
import { importAllowedSigners } from '../../src/signature/ssh/allowed-signers.ts';
import { parseCertificate as parseSshCertificate } from '../../src/signature/ssh/certificate.ts';
import { parseKeyLine } from '../../src/signature/ssh/key-line.ts';
import { importRevokedKeys } from '../../src/signature/ssh/revoked.ts';
import { parseSshSignature } from '../../src/signature/ssh/sshsig.ts';
import { wireString } from '../../src/signature/ssh/wire.ts';
import { parseCertificate } from '../../src/signature/x509/certificate.ts';
import { parseDer } from '../../src/signature/x509/der.ts';
import { decodeCertificates } from '../../src/signature/x509/pem.ts';
import { readFields } from '../../src/signature/x509/protobuf.ts';
import { readTrustedRoot } from '../../src/signature/x509/trusted-root.ts';
import { craftArmor, craftCertificate, craftKey, craftSignature } from '../support/ssh-craft.ts';
import { person, trustIn } from '../support/trust.ts';
import {
  certify,
  EMAIL_PROTECTION,
  keyUsage,
  names,
  purposes,
} from '../support/x509/certificates.ts';
import { makeCms } from '../support/x509/cms.ts';
import { holds, latin1, texts, utf8 } from './target.ts';
import type { Target } from './target.ts';

const PAYLOAD = Buffer.from('tree x\n\nmessage\n');
const NOW = Date.UTC(2025, 5, 1);
const WHEN = { at: NOW, firstSeen: NOW };

const ssh = craftKey('ssh-ed25519');
const authority = craftKey('ecdsa-sha2-nistp256');
const hardware = craftKey('sk-ssh-ed25519@openssh.com');
const root = certify({ name: 'Root' });
const leaf = certify({
  ...{ name: 'Alice', by: root },
  extensions: [names('alice@example.com'), keyUsage(0x80), purposes(EMAIL_PROTECTION)],
});

type Pgp = Readonly<{ armored: string; signature: Uint8Array; key: Uint8Array }>;

let made: Promise<Pgp> | undefined;

/** A key and a signature by it, made once. */
function pgp(): Promise<Pgp> {
  made ??= makePgp();
  return made;
}

async function makePgp(): Promise<Pgp> {
  const userIDs = { name: 'Alice', email: 'alice@example.com' };
  const date = new Date(NOW - 86_400_000);
  const options = { type: 'ecc', curve: 'ed25519Legacy', userIDs, date, format: 'object' } as const;
  const { privateKey } = await openpgp.generateKey(options);
  const message = await openpgp.createMessage({ binary: PAYLOAD });
  const how = { message, signingKeys: privateKey, detached: true, format: 'binary', date } as const;
  const key: unknown = privateKey.toPublic().write();
  if (!(key instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  const signature = await openpgp.sign(how);
  return { armored: privateKey.toPublic().armor(), signature, key };
}

let ring: Promise<Keyring> | undefined;

/** Everybody of these targets, trusted. */
function keyring(): Promise<Keyring> {
  ring ??= (async () => {
    const { armored } = await pgp();
    const holder = person('Alice', [armored]);
    const others = [
      { kind: 'ssh', line: ssh.line },
      { kind: 'ssh', line: hardware.line },
      { kind: 'sshAuthority', line: authority.line, principals: ['alice@example.com'] },
      { kind: 'x509', authorities: root.pem, san: 'alice@example.com' },
    ] as const;
    const keys = [...holder.keys, ...others.map((material) => ({ material, life: {} }))];
    return (await loadKeyring(trustIn({ ...holder, keys }))).keyring;
  })();
  return ring;
}

/** Whatever the armor holds, judging it ends in evidence; good only for the payload as it is. */
async function judged(format: 'openpgp' | 'ssh' | 'x509', armor: Uint8Array): Promise<void> {
  const given = { keyring: await keyring(), when: WHEN };
  const signed = { armor, payload: PAYLOAD, namespace: 'git' } as const;
  const found = await verifyBytes(format, signed, given);
  if (found.kind === 'bad') {
    // A library may throw; what we wrote ourselves answers.
    const hasThrown = found.detail.startsWith('its signature cannot be checked');
    holds(format === 'openpgp' || !hasThrown, `no throw: ${found.detail}`);
    return;
  }
  const other = { ...signed, payload: Buffer.concat([PAYLOAD, Buffer.of(0)]) };
  holds((await verifyBytes(format, other, given)).kind === 'bad', 'good for one payload alone');
}

const armored = (type: openpgp.enums.armor, bytes: Uint8Array): string =>
  openpgp.armor(type, bytes, undefined, undefined, undefined, true).replaceAll('\r', '');

const OPENPGP: readonly Target[] = [
  {
    name: 'OpenPGP armor',
    words: [
      '-----BEGIN PGP SIGNATURE-----',
      '-----END PGP SIGNATURE-----',
      '\n\n',
      '=AAAA',
      'Hash: x',
    ],
    seeds: async () => texts(armored(openpgp.enums.armor.signature, (await pgp()).signature)),
    run: (bytes) => {
      const decoded = decodeArmor(bytes);
      if (!decoded.ok) return;
      const body = Buffer.from(decoded.value).toString('base64');
      holds(latin1(bytes).replaceAll('\n', '').includes(body), 'base64 of the bytes, and no other');
    },
  },
  {
    name: 'OpenPGP packets',
    words: ['\u0088', '\u00c2', '\u0099', '\u00ff\u00ff\u00ff\u00ff'],
    seeds: async () => [(await pgp()).signature, (await pgp()).key],
    run: (bytes) => {
      const split = splitPackets(bytes);
      if (!split.ok) return;
      const inside = split.value.reduce((sum, { body }) => sum + body.length, 0);
      holds(inside + 2 * split.value.length <= bytes.length, 'packets fit into their input');
    },
  },
  {
    name: 'OpenPGP signature',
    words: ['\u0088', '\u0004\u0000\u0016\u0008', '\u0005\u0002'],
    seeds: async () => [(await pgp()).signature],
    run: (bytes) => judged('openpgp', Buffer.from(armored(openpgp.enums.armor.signature, bytes))),
  },
  {
    name: 'OpenPGP key loader',
    words: ['\u0099', '\u00b4', '\u0088', 'Alice <alice@example.com>'],
    seeds: async () => [(await pgp()).key],
    run: async (bytes) => {
      const material = {
        kind: 'openpgp',
        armored: armored(openpgp.enums.armor.publicKey, bytes),
      } as const;
      const owner = { ...person('Alice', []), lives: [] };
      const { usable, problems } = await loadOpenPgp([{ material, owner }]);
      holds(usable + problems.length > 0, 'a key that is not used is a problem told');
    },
  },
];

const SSH: readonly Target[] = [
  {
    name: 'SSHSIG blob',
    words: ['SSHSIG', '\0\0\0\u0001', '\0\0\0\u0003git', 'sha512', 'ssh-ed25519'],
    seeds: async () => [
      craftSignature(ssh, PAYLOAD),
      craftSignature(hardware, PAYLOAD),
      certified(),
    ],
    run: async (bytes) => {
      const parsed = parseSshSignature(bytes);
      if (parsed.ok) {
        const { publicKey, namespace, hash, signature } = parsed.value;
        const fields = [publicKey, namespace, '', hash, signature].map((field) =>
          wireString(field),
        );
        const head = Buffer.concat([Buffer.from('SSHSIG'), Buffer.of(0, 0, 0, 1)]);
        holds(Buffer.concat([head, ...fields]).equals(bytes), 'written again, the same bytes');
      }
      await judged('ssh', Buffer.from(craftArmor(bytes)));
    },
  },
  {
    name: 'SSH armor',
    words: ['-----BEGIN SSH SIGNATURE-----', '-----END SSH SIGNATURE-----', '=', '\r'],
    seeds: async () => texts(craftArmor(craftSignature(ssh, PAYLOAD))),
    run: (bytes) => judged('ssh', bytes),
  },
  {
    name: 'SSH certificate',
    words: ['ssh-ed25519-cert-v01@openssh.com', '\0\0\0\0', '\u00ff\u00ff\u00ff\u00ff'],
    seeds: async () => [craftCertificate(authority, ssh)],
    run: (bytes) => {
      const parsed = parseSshCertificate(Buffer.from(bytes));
      if (parsed.ok) holds(parsed.value.signed.length < bytes.length, 'signed bytes are a part');
    },
  },
  {
    name: 'SSH key line',
    words: ['ssh-ed25519 ', 'ecdsa-sha2-nistp256 ', 'ssh-rsa ', 'AAAA', ' '],
    seeds: async () => texts(ssh.line, `${authority.line} ca`, hardware.line),
    run: (bytes) => {
      const parsed = parseKeyLine(utf8(bytes));
      if (parsed.ok)
        holds(parsed.value.fingerprint.startsWith('SHA256:'), 'a key has a fingerprint');
    },
  },
  {
    name: 'allowed_signers',
    words: [
      'cert-authority ',
      'namespaces="git"',
      'valid-before="2026"',
      'valid-after=',
      '!',
      '*',
      '"',
      ',',
    ],
    seeds: async () =>
      texts(
        `alice@example.com ${ssh.line}\n# x\n*@example.com,!b@example.com cert-authority ${authority.line}\n`,
        `a namespaces="git",valid-before="20300101Z" ${hardware.line}\n`,
      ),
    run: (bytes) => {
      const text = utf8(bytes);
      const { holders } = importAllowedSigners(text, 'team');
      for (const { keys } of holders) {
        for (const { material } of keys) {
          const kinds = ['ssh', 'sshAuthority'];
          holds(kinds.includes(material.kind), 'a file of allowed signers lists SSH keys');
        }
      }
      importRevokedKeys(text, holders);
    },
  },
];

function certified(): Buffer {
  return craftSignature(ssh, PAYLOAD, { shown: craftCertificate(authority, ssh) });
}

const X509: readonly Target[] = [
  {
    name: 'DER',
    words: [
      '\u0030\u0080',
      '\u0002\u0001\0',
      '\u0005\0',
      '\u00a0',
      '\u0030\u0084\u00ff\u00ff\u00ff\u00ff',
    ],
    seeds: async () => [leaf.bytes, makeCms({ payload: PAYLOAD, leaf })],
    run: (bytes) => {
      const parsed = parseDer(bytes);
      if (parsed.ok) holds(parsed.value.body.length < bytes.length, 'a body is a part');
    },
  },
  {
    name: 'CMS',
    words: ['\u0030\u0082', '\u0031', '\u00a0', '\u0004', '\u002a\u0086\u0048\u0086\u00f7\r'],
    seeds: async () => [
      makeCms({ payload: PAYLOAD, leaf }),
      makeCms({ payload: PAYLOAD, leaf, certificates: [root, leaf] }),
    ],
    run: (bytes) => {
      const lines = (
        Buffer.from(bytes)
          .toString('base64')
          .match(/.{1,64}/g) ?? []
      ).join('\n');
      const armor = `-----BEGIN SIGNED MESSAGE-----\n${lines}\n-----END SIGNED MESSAGE-----\n`;
      return judged('x509', Buffer.from(armor));
    },
  },
  {
    name: 'X.509 certificate',
    words: ['\u0055\u001d\u0011', '\u0030', '\u0017\r', '\u0018', '\u0001\u0001\u00ff'],
    seeds: async () => [leaf.bytes, root.bytes],
    run: (bytes) => {
      const parsed = parseCertificate(bytes);
      if (parsed.ok) holds(/^[0-9A-F]{64}$/.test(parsed.value.fingerprint), 'it has a fingerprint');
    },
  },
  {
    name: 'PEM and trusted root',
    words: ['-----BEGIN CERTIFICATE-----', '"tlogs"', '"rawBytes"', '[', '{', 'null', '"start":'],
    seeds: async () =>
      texts(root.pem, '{"mediaType":"x","tlogs":[],"certificateAuthorities":[],"ctlogs":[]}'),
    run: (bytes) => {
      decodeCertificates(utf8(bytes));
      readTrustedRoot({ trustedRoot: utf8(bytes), transparency: 'Required' });
    },
  },
  {
    name: 'protobuf',
    words: ['\n', '\u0012', '\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0080\u0001'],
    seeds: async () => [Buffer.from('0a0568656c6c6f10011801', 'hex')],
    run: (bytes) => void readFields(bytes),
  },
];

/** What is read of signatures and keys. */
export const SIGNATURE_TARGETS: readonly Target[] = [...OPENPGP, ...SSH, ...X509];
