import * as openpgp from 'openpgp';
import type { GpgKey } from '../../support/gpg.ts';
import { fakedTime } from '../../support/gpg.ts';
import { withSignature } from '../../support/repo-builder.ts';
import { person } from '../../support/trust.ts';
import { commitText, signedCommit } from '../judgement.ts';
import { armoredSignature, graftedKey, renamedIssuer, signWith } from './forge-openpgp.ts';
import { variants } from './case.ts';
import type { AttackCase } from './case.ts';
import { armorIn, gpgExit, library } from './naive.ts';
import { BACKDATED, DECIDED_AT, ENDED_AT, ringOf, ringOfArmored } from './workshop.ts';
import type { Workshop } from './workshop.ts';

const AT_ITS_DATE = ["the library, which looks at the signature's date", 'accepted'] as const;

/** What the library says of the plain commit by this key. */
async function byLibrary(workshop: Workshop, bytes: Uint8Array, key: GpgKey): Promise<string> {
  return library(armorIn(bytes), await workshop.gpg.publicKey(key));
}

const OVER: readonly AttackCase[] = [
  {
    ...{ number: 23, name: 'expired key, back-dated signature', expected: 'KeyExpired' },
    naive: AT_ITS_DATE,
    play: async (workshop) => {
      const key = await workshop.newKey({ expires: '30d' });
      const bytes = await workshop.backdated(key);
      return {
        verdict: await workshop.verdictOn(bytes, key),
        naive: await byLibrary(workshop, bytes, key),
      };
    },
  },
  {
    ...{ number: 23, name: 'life over in the SignerSet, back-dated', expected: 'KeyExpired' },
    naive: ["gpg's exit status", 'accepted'],
    play: async (workshop) => {
      const key = await workshop.newKey();
      const bytes = await workshop.backdated(key);
      const life = { notAfter: ENDED_AT.getTime() };
      const ring = await ringOf(person('P', [await workshop.gpg.publicKey(key)], { life }));
      return {
        verdict: await workshop.verdict(bytes, ring, DECIDED_AT),
        naive: await gpgExit(bytes, key),
      };
    },
  },
  {
    ...{ number: 27, name: 'key revoked as compromised, signature from before' },
    expected: 'KeyRevoked',
    naive: ["gpg's exit status", 'accepted'],
    play: async (workshop) => {
      const key = await workshop.newKey();
      const bytes = await workshop.backdated(key);
      await workshop.gpg.revoke(key, 1, ENDED_AT);
      return { verdict: await workshop.verdictOn(bytes, key), naive: await gpgExit(bytes, key) };
    },
  },
  ...variants(
    [
      ['superseded', 2],
      ['retired', 3],
    ] as const,
    (name, code) => ({
      ...{ number: 28, name: `key ${name}, back-dated signature`, expected: 'KeyRevoked' },
      naive: AT_ITS_DATE,
      play: async (workshop) => {
        const key = await workshop.newKey();
        const bytes = await workshop.backdated(key);
        await workshop.gpg.revoke(key, code, ENDED_AT);
        return {
          verdict: await workshop.verdictOn(bytes, key),
          naive: await byLibrary(workshop, bytes, key),
        };
      },
    }),
  ),
  {
    ...{ number: 34, name: 'key certified anew after the commit', expected: 'accepted' },
    naive: ['the library, which wants a certification as old as the commit', 'refused'],
    play: async (workshop) => {
      const key = await workshop.newKey({ expires: '30d' });
      const bytes = await workshop.backdated(key);
      const renewal = ['--quick-set-expire', key.fingerprint, '3y'];
      await workshop.gpg.gpg([...fakedTime(ENDED_AT), ...renewal]);
      const renewed = await workshop.gpg.publicKey(key, 'export-minimal');
      return {
        verdict: await workshop.verdict(bytes, await ringOfArmored(renewed), DECIDED_AT),
        naive: await library(armorIn(bytes), renewed, { date: BACKDATED }),
      };
    },
  },
];

const SUBKEYS: readonly AttackCase[] = [
  {
    ...{ number: 29, name: 'subkey without its signature back', expected: 'SignerUntrusted' },
    naive: ['takes any key of the block', 'accepted'],
    play: async (workshop) => {
      const key = await workshop.newKey({ usage: 'cert' });
      await workshop.gpg.addSubkey(key, { at: BACKDATED });
      const bytes = await signedCommit(key);
      const stripped = await openpgp.readKey({ armoredKey: await workshop.gpg.publicKey(key) });
      for (const binding of stripped.subkeys.flatMap((one) => one.bindingSignatures)) {
        const unhashed = binding.unhashedSubpackets;
        binding.unhashedSubpackets = unhashed.filter(({ type }) => type !== EMBEDDED_SIGNATURE);
      }
      const armored = stripped.armor();
      return {
        verdict: await workshop.verdict(bytes, await ringOfArmored(armored)),
        naive: await anyKeyNamed(bytes, armored),
      };
    },
  },
  {
    ...{ number: 30, name: 'a key that may not sign', expected: 'SignerUntrusted' },
    naive: ['takes any key of the block', 'accepted'],
    play: async (workshop) => {
      const key = await workshop.gpg.newKey('Carol', 'carol@example.com', { usage: 'cert' });
      const armored = await workshop.gpg.publicKey(key);
      const secret = await secretOf(key);
      const bytes = withSignature(commitText(), armoredSignature(await signWith(secret)));
      return {
        verdict: await workshop.verdict(bytes, await ringOfArmored(armored)),
        naive: await anyKeyNamed(bytes, armored),
      };
    },
  },
  {
    ...{ number: 31, name: "Mallory's subkey grafted on Alice's key", expected: 'SignerUntrusted' },
    naive: ['takes any key of the block', 'accepted'],
    play: async (workshop) => {
      const { alice, mallory } = workshop;
      const { armored, signature } = await graftedKey(
        await secretOf(alice),
        await secretOf(mallory),
      );
      const bytes = withSignature(commitText(), signature);
      return {
        verdict: await workshop.verdict(bytes, await ringOfArmored(armored)),
        naive: await anyKeyNamed(bytes, armored),
      };
    },
  },
];

const LOOK_ALIKES: readonly AttackCase[] = [
  {
    ...{
      number: 32,
      name: "Mallory's signature under Alice's key id",
      expected: 'SignerUntrusted',
    },
    naive: ['trusts the key id', 'accepted'],
    play: async (workshop) => {
      const { alice, mallory } = workshop;
      const armor = await mallory.home.sign(mallory, commitText());
      const forged = await renamedIssuer(armor, mallory.fingerprint, alice.fingerprint);
      const bytes = withSignature(commitText(), forged);
      const named = (await openpgp.readSignature({ armoredSignature: forged })).getSigningKeyIDs();
      const isAlices = named[0]?.toHex().toUpperCase() === alice.fingerprint.slice(-16);
      return { verdict: await workshop.verdict(bytes), naive: isAlices ? 'accepted' : 'refused' };
    },
  },
  {
    ...{
      number: 32,
      name: "Alice's key id and no fingerprint at all",
      expected: 'SignatureInvalid',
    },
    naive: ['trusts the key id', 'accepted'],
    play: async (workshop) => {
      const { alice, mallory } = workshop;
      const id = Buffer.from(alice.fingerprint.slice(-16), 'hex');
      const forged = armoredSignature(await signWith(await secretOf(mallory), id));
      const named = (await openpgp.readSignature({ armoredSignature: forged })).getSigningKeyIDs();
      const isAlices = named[0]?.toHex() === id.toString('hex');
      return {
        verdict: await workshop.verdict(withSignature(commitText(), forged)),
        naive: isAlices ? 'accepted' : 'refused',
      };
    },
  },
  {
    ...{ number: 33, name: 'another key with the same name and mail', expected: 'SignerUntrusted' },
    naive: ['trusts the user id', 'accepted'],
    play: async (workshop) => {
      const { mallory } = workshop;
      const bytes = await signedCommit(mallory);
      const claimed = await openpgp.readKey({ armoredKey: await mallory.home.publicKey(mallory) });
      const isAlice = claimed.getUserIDs().includes('Alice <alice@example.com>');
      return { verdict: await workshop.verdict(bytes), naive: isAlice ? 'accepted' : 'refused' };
    },
  },
];

const EMBEDDED_SIGNATURE = 32;

async function secretOf(key: GpgKey): Promise<openpgp.PrivateKey> {
  return openpgp.readPrivateKey({ armoredKey: await key.home.secretKey(key) });
}

/** Finds the key id somewhere in the block, and asks no further. */
async function anyKeyNamed(bytes: Uint8Array, armored: string): Promise<string> {
  const armor = armorIn(bytes).replaceAll('\n ', '\n');
  const [id] = (await openpgp.readSignature({ armoredSignature: armor })).getSigningKeyIDs();
  const block = await openpgp.readKey({ armoredKey: armored });
  return id !== undefined && block.getKeys(id).length > 0 ? 'accepted' : 'refused';
}

/** Rows about whose key it is and whether it still counts. */
export const KEYS: readonly AttackCase[] = [...OVER, ...SUBKEYS, ...LOOK_ALIKES];
