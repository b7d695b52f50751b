import * as openpgp from 'openpgp';
import { fakedTime } from '../../support/gpg.ts';
import { withSignature } from '../../support/repo-builder.ts';
import { commitText, edit, keyringOf, signedCommit } from '../judgement.ts';
import { variants } from './case.ts';
import type { AttackCase, Played } from './case.ts';
import { armorIn, gpgExit, library } from './naive.ts';
import { BACKDATED, BORN, DECIDED_AT } from './workshop.ts';
import type { Workshop } from './workshop.ts';

const GPG_EXIT = ["gpg's exit status", 'accepted'] as const;

/** A signature made by one gpg call of one key, and what gpg's exit status says of it. */
async function madeBy(
  workshop: Workshop,
  algorithm: string,
  ...extra: readonly string[]
): Promise<Played> {
  const key = await workshop.newKey({ algorithm });
  const bytes = await workshop.backdated(key, ...extra);
  return { verdict: await workshop.verdictOn(bytes, key), naive: await gpgExit(bytes, key) };
}

/** Two signature packets in one armor; the library tells of the first one. */
async function twoPackets(workshop: Workshop, second: 'bad' | 'good' | 'unknown'): Promise<Played> {
  const { alice, gpg } = workshop;
  const bob = await workshop.newKey();
  const both = await signedCommit(alice, commitText(), ['-u', bob.fingerprint]);
  const keyring = await keyringOf(...(second === 'unknown' ? [alice] : [alice, bob]));
  const parts = [
    await alice.home.sign(alice, commitText()),
    await bob.home.sign(bob, commitText('other\n')),
  ];
  const packets = await Promise.all(
    parts.map(async (armor) => bytesOf(await openpgp.readSignature({ armoredSignature: armor }))),
  );
  const joined = openpgp.armor(openpgp.enums.armor.signature, Buffer.concat(packets));
  const bytes = second === 'bad' ? withSignature(commitText(), joined.replaceAll('\r', '')) : both;
  const keys = await gpg.publicKey(alice);
  return {
    verdict: await workshop.verdict(bytes, keyring),
    naive: await anyGood(armorIn(bytes), keys),
  };
}

function bytesOf(signature: openpgp.Signature): Uint8Array {
  const written: unknown = signature.write();
  if (!(written instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  return written;
}

/** One good signature is enough for this one. */
async function anyGood(armor: string, key: string): Promise<string> {
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: commitText() }),
    signature: await openpgp.readSignature({ armoredSignature: armor.replaceAll('\n ', '\n') }),
    verificationKeys: await openpgp.readKey({ armoredKey: key }),
  });
  const all = await Promise.all(result.signatures.map((one) => one.verified.catch(() => false)));
  return all.includes(true) ? 'accepted' : 'refused';
}

/** gpg's own output of another kind where a detached signature belongs. */
async function otherOutput(workshop: Workshop, ...args: readonly string[]): Promise<string> {
  const { alice, gpg } = workshop;
  const made = await gpg.gpg([...args, '-u', alice.fingerprint, '--armor'], commitText());
  return workshop.verdict(withSignature(commitText(), made.toString()));
}

const PACKETS: readonly AttackCase[] = [
  ...variants(
    [
      [7, 'bad'],
      [8, 'unknown'],
      [9, 'good'],
    ].map(([number, second]) => [`${number}`, second] as const),
    (number, second) => ({
      ...{ number: Number(number), name: `two packets, good and ${second}` },
      expected: 'SignatureFormatUnsupported',
      naive: ['one good signature is enough', 'accepted'],
      play: (workshop) => twoPackets(workshop, second as 'bad' | 'good' | 'unknown'),
    }),
  ),
  {
    ...{ number: 17, name: 'inline-signed message', expected: 'SignatureFormatUnsupported' },
    play: async (workshop) => ({ verdict: await otherOutput(workshop, '--sign') }),
  },
  {
    ...{ number: 18, name: 'clear-signed message', expected: 'SignatureFormatUnsupported' },
    play: async (workshop) => ({ verdict: await otherOutput(workshop, '--clear-sign') }),
  },
  {
    ...{ number: 22, name: 'packet of version 3', expected: 'SignatureFormatUnsupported' },
    play: async (workshop) => {
      // As git-gui 0.10.0's tag carries one: version 3 has no subpackets (RFC 4880 §5.2.2).
      const id = Buffer.from(workshop.alice.fingerprint.slice(-16), 'hex');
      const head = Buffer.of(3, 5, 0, 0x45, 0, 0, 0);
      const tail = Buffer.concat([Buffer.of(22, 8, 0, 0, 0, 8), Buffer.of(0x80)]);
      const body = Buffer.concat([head, id, tail, Buffer.of(0, 8, 0x80)]);
      const packet = Buffer.concat([Buffer.of(0xc2, body.length), body]);
      const armor = openpgp.armor(openpgp.enums.armor.signature, packet).replaceAll('\r', '');
      return { verdict: await workshop.verdict(withSignature(commitText(), armor)) };
    },
  },
  {
    ...{ number: 22, name: 'packet nobody can read', expected: 'SignatureFormatUnsupported' },
    play: async (workshop) => {
      const packet = Buffer.of(0xc2, 4, 4, 0, 0x63, 0x63);
      const armor = openpgp.armor(openpgp.enums.armor.signature, packet).replaceAll('\r', '');
      return { verdict: await workshop.verdict(withSignature(commitText(), armor)) };
    },
  },
];

const KINDS: readonly AttackCase[] = [
  {
    ...{ number: 15, name: 'text-mode signature', expected: 'SignatureFormatUnsupported' },
    naive: GPG_EXIT,
    play: (workshop) => madeBy(workshop, 'ed25519', '--textmode'),
  },
  {
    ...{ number: 16, name: 'line ends changed under a text-mode signature' },
    expected: 'SignatureFormatUnsupported',
    naive: ['git verify-commit', 'accepted'],
    play: async (workshop) => {
      const signed = await signedCommit(workshop.alice, commitText(), ['--textmode']);
      const bytes = edit(signed, '\nchange\n', '\nchange\r\n');
      return { verdict: await workshop.verdict(bytes), naive: await workshop.git(bytes) };
    },
  },
  ...variants(
    [
      ['SHA1', 'accepted'],
      ['RIPEMD160', 'accepted'],
      ['MD5', 'refused'],
    ],
    (digest, naive) => ({
      ...{ number: 19, name: `digest ${digest}`, expected: 'SignatureWeak' },
      naive: ["gpg's exit status", naive],
      play: (workshop) =>
        madeBy(workshop, 'rsa2048', '--allow-weak-digest-algos', `--digest-algo=${digest}`),
    }),
  ),
  ...variants(
    [
      ['rsa1024', 20],
      ['dsa2048', 20],
      ['brainpoolP256r1', 21],
      ['secp256k1', 21],
    ],
    (algorithm, number) => ({
      ...{ number, name: `key ${algorithm}` },
      expected: number === 20 ? 'SignatureWeak' : 'SignatureFormatUnsupported',
      naive: GPG_EXIT,
      play: (workshop) => madeBy(workshop, algorithm),
    }),
  ),
  {
    ...{ number: 35, name: 'critical notation nobody knows', expected: 'SignatureInvalid' },
    play: async (workshop) => {
      const key = await workshop.newKey();
      const bytes = await workshop.backdated(key, '--sig-notation=!only@example.com=tests');
      return { verdict: await workshop.verdictOn(bytes, key) };
    },
  },
];

const DATES: readonly AttackCase[] = [
  {
    ...{ number: 24, name: 'expired signature', expected: 'SignatureInvalid' },
    naive: ["the library at the signature's date", 'accepted'],
    play: async (workshop) => {
      const key = await workshop.newKey();
      const bytes = await workshop.backdated(key, '--default-sig-expire=1d');
      const armored = await workshop.gpg.publicKey(key);
      const naive = await library(armorIn(bytes), armored, { date: BACKDATED });
      return { verdict: await workshop.verdictOn(bytes, key), naive };
    },
  },
  {
    ...{ number: 25, name: 'dated years ahead', expected: 'SignatureInvalid' },
    naive: GPG_EXIT,
    play: async (workshop) => {
      const key = await workshop.newKey();
      const ahead = fakedTime(new Date(DECIDED_AT + 5 * 365 * 86_400_000));
      const bytes = await signedCommit(key, commitText(), ahead);
      return { verdict: await workshop.verdictOn(bytes, key), naive: await gpgExit(bytes, key) };
    },
  },
  {
    ...{ number: 26, name: 'older than its key', expected: 'SignatureInvalid' },
    naive: ['verifies with the bare public key', 'accepted'],
    play: async (workshop) => {
      const key = await workshop.newKey();
      const earlier = fakedTime(new Date(BORN.getTime() - 86_400_000));
      const extra = [...earlier, '--ignore-time-conflict'];
      const bytes = await signedCommit(key, commitText(), extra);
      const naive = await bareKey(bytes, await workshop.gpg.publicKey(key));
      return { verdict: await workshop.verdictOn(bytes, key), naive };
    },
  },
];

/** Verifies the packet with the primary key's numbers and asks nothing else. */
async function bareKey(bytes: Uint8Array, armored: string): Promise<string> {
  const armor = armorIn(bytes).replaceAll('\n ', '\n');
  const { packets } = await openpgp.readSignature({ armoredSignature: armor });
  const message = await openpgp.createMessage({ binary: commitText() });
  const { keyPacket } = await openpgp.readKey({ armoredKey: armored });
  const verify: unknown = Reflect.get(packets[0] ?? {}, 'verify');
  if (typeof verify !== 'function') return 'refused';
  // Both parts are the library's own; its types leave this method out.
  const asked = [keyPacket, 0, message.packets[0], null, true, openpgp.config];
  const done: unknown = Reflect.apply(verify, packets[0], asked);
  return Promise.resolve(done).then(
    () => 'accepted',
    () => 'refused',
  );
}

/** Rows about the signature packet itself. */
export const SIGNATURES: readonly AttackCase[] = [...PACKETS, ...KINDS, ...DATES];
