import { withSignature } from '../../support/repo-builder.ts';
import { commitText, edit, signedCommit } from '../judgement.ts';
import type { AttackCase, Played } from './case.ts';
import { variants } from './case.ts';
import { armorAnywhere, armorIn, decodedPayload, lastTree, library } from './naive.ts';
import type { Workshop } from './workshop.ts';

const END = ' -----END PGP SIGNATURE-----\n';
const BEGIN = '-----BEGIN PGP SIGNATURE-----';
const EVIL = 'e'.repeat(40);

/** A commit signed by Alice and edited afterwards, and what a reader that looks for armor says. */
async function edited(
  workshop: Workshop,
  from: string,
  to: string,
  base = commitText(),
): Promise<Played> {
  const bytes = edit(await signedCommit(workshop.alice, base), from, to);
  return { verdict: await workshop.verdict(bytes), naive: armorAnywhere(bytes) };
}

/** A commit with Alice's good signature put in as this header text. */
async function withHeader(
  { alice }: Workshop,
  header: (armor: string) => string,
  payload = commitText(),
): Promise<Uint8Array> {
  const armor = (await alice.home.sign(alice, payload)).trimEnd().replaceAll('\n', '\n ');
  return edit(payload, '\n\n', `\n${header(armor)}\n\n`);
}

/** Signed as it is; the naive reader decodes it before it verifies. */
async function exact(workshop: Workshop, payload: Uint8Array): Promise<Played> {
  const bytes = await signedCommit(workshop.alice, payload);
  const key = await workshop.gpg.publicKey(workshop.alice);
  return { verdict: await workshop.verdict(bytes), naive: await decodedPayload(bytes, key) };
}

const ARMOR = ['looks for armor', 'accepted'] as const;
const DECODES = ['decodes the commit before it verifies', 'refused'] as const;

const MISSING: readonly AttackCase[] = [
  {
    ...{ number: 1, name: 'unsigned', expected: 'SignatureMissing' },
    play: async (workshop) => {
      const { repo } = workshop;
      const { bytes } = await repo.object(await repo.commit({ files: { a: '1' } }));
      return { verdict: await workshop.verdict(bytes) };
    },
  },
  {
    ...{ number: 5, name: 'armor only in the message', expected: 'SignatureMissing' },
    naive: ARMOR,
    play: async (workshop) => {
      const armor = await workshop.alice.home.sign(workshop.alice, commitText());
      const bytes = commitText(`change\n\ngpgsig ${armor}`);
      return { verdict: await workshop.verdict(bytes), naive: armorAnywhere(bytes) };
    },
  },
  {
    ...{ number: 42, name: 'only a mergetag of a trusted signer', expected: 'SignatureMissing' },
    naive: ARMOR,
    play: async (workshop) => {
      const bytes = await withHeader(workshop, (armor) => {
        const tagged = `object ${EVIL}\n type commit\n tag v1\n tagger Alice <alice@example.com> 1 +0000`;
        return `mergetag ${tagged}\n \n v1\n ${armor}`;
      });
      return { verdict: await workshop.verdict(bytes), naive: armorAnywhere(bytes) };
    },
  },
];

const TAMPERED: readonly AttackCase[] = [
  {
    ...{ number: 2, name: 'author changed after signing', expected: 'SignatureInvalid' },
    naive: ARMOR,
    play: (workshop) => edited(workshop, 'author Alice', 'author Mallory'),
  },
  {
    ...{ number: 3, name: 'NUL and text behind the message', expected: 'CommitMalformed' },
    naive: ['reads C strings, up to the NUL', 'accepted'],
    play: async (workshop) => {
      const bytes = edit(await signedCommit(workshop.alice), 'change\n', 'change\n\0evil\n');
      const read = bytes.subarray(0, Buffer.from(bytes).indexOf(0));
      return { verdict: await workshop.verdict(bytes), naive: await workshop.git(read) };
    },
  },
  {
    ...{ number: 4, name: 'signature of another commit', expected: 'SignatureInvalid' },
    naive: ARMOR,
    play: (workshop) => edited(workshop, '\n\nchange', '\n\nother change'),
  },
  {
    ...{
      number: 14,
      name: 'two check octets and the signature wrong',
      expected: 'SignatureInvalid',
    },
    play: async (workshop) => {
      const bytes = await flipped(workshop, [LEFT_16, LEFT_16 + 30]);
      return { verdict: await workshop.verdict(bytes) };
    },
  },
];

/** Where the two check octets begin, counted from the end of the hashed and unhashed parts. */
const LEFT_16 = 0;

/** Alice's signature with octets changed, counted from its two unsigned check octets (RFC 9580 §5.2.3). */
async function flipped({ alice }: Workshop, places: readonly number[]): Promise<Uint8Array> {
  const armor = await alice.home.sign(alice, commitText());
  const body = armor.split('\n\n')[1]?.split('\n=')[0] ?? '';
  const packet = Buffer.from(body, 'base64');
  const hashed = 2 + 6 + packet.readUInt16BE(2 + 4);
  const check = hashed + 2 + packet.readUInt16BE(hashed);
  for (const place of places) packet[check + place] = (packet[check + place] ?? 0) ^ 0x55;
  const lines = packet.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return withSignature(commitText(), `${BEGIN}\n\n${lines}\n${END.trim()}\n`);
}

const MALFORMED: readonly AttackCase[] = [
  {
    ...{ number: 6, name: 'two gpgsig headers', expected: 'CommitMalformed' },
    naive: ARMOR,
    play: async (workshop) => {
      const bytes = await withHeader(workshop, (armor) => `gpgsig ${armor}\ngpgsig ${armor}`);
      return { verdict: await workshop.verdict(bytes), naive: armorAnywhere(bytes) };
    },
  },
  {
    ...{ number: 10, name: 'a second, bad armor block', expected: 'CommitMalformed' },
    naive: ['the library, which reads the first block', 'accepted'],
    play: async (workshop) => {
      const second = `\n ${BEGIN}\n \n iQ==\n${END.trimEnd()}`;
      const bytes = await withHeader(workshop, (armor) => `gpgsig ${armor}${second}`);
      const key = await workshop.gpg.publicKey(workshop.alice);
      return { verdict: await workshop.verdict(bytes), naive: await library(armorIn(bytes), key) };
    },
  },
  ...variants(
    [
      ['second tree first', ['tree ', `tree ${EVIL}\ntree `]],
      ['second tree behind the committer', ['\ngpgsig', `\ntree ${EVIL}\ngpgsig`]],
      ['tree behind the signature', [END, `${END}tree ${EVIL}\n`]],
    ],
    (name, [from = '', to = '']) => ({
      ...{ number: 38, name, expected: 'CommitMalformed' },
      naive: ['lets the last header count', name.includes('first') ? 'a'.repeat(40) : EVIL],
      play: async (workshop) => {
        const bytes = edit(await signedCommit(workshop.alice), from, to);
        return { verdict: await workshop.verdict(bytes), naive: lastTree(bytes) };
      },
    }),
  ),
  {
    ...{ number: 38, name: 'late parent header', expected: 'CommitMalformed' },
    naive: ['git verify-commit', 'accepted'],
    play: async (workshop) => {
      const payload = edit(commitText(), '\n\n', `\nparent ${EVIL}\n\n`);
      const bytes = await signedCommit(workshop.alice, payload);
      return { verdict: await workshop.verdict(bytes), naive: await workshop.git(bytes) };
    },
  },
  {
    ...{ number: 41, name: 'the same parent twice', expected: 'CommitMalformed' },
    naive: ['git verify-commit', 'accepted'],
    play: async (workshop) => {
      const parent = `\nparent ${'b'.repeat(40)}`;
      const payload = edit(commitText(), '\nauthor', `${parent}${parent}\nauthor`);
      const bytes = await signedCommit(workshop.alice, payload);
      return { verdict: await workshop.verdict(bytes), naive: await workshop.git(bytes) };
    },
  },
];

const KINDS: readonly AttackCase[] = [
  {
    ...{ number: 11, name: 'only gpgsig-sha256', expected: 'SignatureFormatUnsupported' },
    naive: ARMOR,
    play: async (workshop) => {
      const bytes = await withHeader(workshop, (armor) => `gpgsig-sha256 ${armor}`);
      return { verdict: await workshop.verdict(bytes), naive: armorAnywhere(bytes) };
    },
  },
  {
    ...{ number: 11, name: 'gpgsig-sha256 beside gpgsig', expected: 'accepted' },
    naive: DECODES,
    play: async (workshop) => {
      const both = (armor: string): string => `gpgsig-sha256 ${armor}\ngpgsig ${armor}`;
      const bytes = await withHeader(workshop, both);
      const key = await workshop.gpg.publicKey(workshop.alice);
      return { verdict: await workshop.verdict(bytes), naive: await decodedPayload(bytes, key) };
    },
  },
];

const HONEST: readonly AttackCase[] = [
  {
    ...{ number: 12, name: "GitHub's empty line behind the armor", expected: 'accepted' },
    naive: DECODES,
    play: async (workshop) => {
      const bytes = edit(await signedCommit(workshop.alice), END, `${END} \n`);
      const key = await workshop.gpg.publicKey(workshop.alice);
      return { verdict: await workshop.verdict(bytes), naive: await decodedPayload(bytes, key) };
    },
  },
  {
    ...{
      number: 13,
      name: 'two check octets wrong, as GitHub once wrote them',
      expected: 'accepted',
    },
    naive: ['the library as it comes', 'refused'],
    play: async (workshop) => {
      const bytes = await flipped(workshop, [LEFT_16, LEFT_16 + 1]);
      const key = await workshop.gpg.publicKey(workshop.alice);
      return { verdict: await workshop.verdict(bytes), naive: await library(armorIn(bytes), key) };
    },
  },
  {
    ...{ number: 36, name: 'message in Latin-1 and a header that says so', expected: 'accepted' },
    naive: DECODES,
    play: (workshop) =>
      exact(workshop, edit(commitText('caf\xe9\n'), '\n\n', '\nencoding ISO-8859-1\n\n')),
  },
  {
    ...{
      number: 37,
      name: 'CRLF, blanks at line ends, blank lines at the end',
      expected: 'accepted',
    },
    naive: DECODES,
    play: (workshop) => exact(workshop, commitText('change  \r\n\r\nbody\t\r\n\n\n')),
  },
];

/** Rows about the bytes of one commit. */
export const COMMITS: readonly AttackCase[] = [
  ...MISSING,
  ...TAMPERED,
  ...MALFORMED,
  ...KINDS,
  ...HONEST,
];
