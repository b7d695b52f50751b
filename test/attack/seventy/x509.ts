import { X509Certificate } from 'node:crypto';
import { person } from '../../support/trust.ts';
import { withSignature } from '../../support/repo-builder.ts';
import { commitText } from '../judgement.ts';
import { variants } from './case.ts';
import type { AttackCase } from './case.ts';
import { sshAlice } from './ssh-people.ts';
import { ringOf } from './workshop.ts';
import type { Workshop } from './workshop.ts';
import { x509Alice } from './x509-people.ts';
import type { Certified } from './x509-people.ts';

const DAY_MS = 86_400_000;

async function judged(
  workshop: Workshop,
  armor: string,
  root: Certified,
  at = Date.now(),
): Promise<string> {
  const ring = await ringOf(x509Alice(root));
  return workshop.verdict(withSignature(commitText(), armor), ring, at);
}

const PINNED: readonly AttackCase[] = [
  {
    ...{ number: 64, name: 'certificate by another authority', expected: 'SignerUntrusted' },
    naive: ['trusts the address in the certificate', 'accepted'],
    play: async (workshop) => {
      const { home, alice, middle } = await workshop.infrastructure();
      const other = await home.root('Root');
      const armor = await home.sign(commitText(), [alice], [alice, middle]);
      const named = new X509Certificate(alice.pem).checkEmail('alice@example.com');
      return {
        verdict: await judged(workshop, armor, other),
        naive: named === undefined ? 'refused' : 'accepted',
      };
    },
  },
  {
    ...{ number: 64, name: 'signature over other bytes', expected: 'SignatureInvalid' },
    naive: ['checks the chain and the signed attributes, not their digest', 'accepted'],
    play: async (workshop) => {
      const { home, root, middle, alice } = await workshop.infrastructure();
      const other = commitText('other\n');
      const armor = await home.sign(other, [alice], [alice, middle]);
      const good = await home.isGood(armor, other, { root });
      return { verdict: await judged(workshop, armor, root), naive: good ? 'accepted' : 'refused' };
    },
  },
  {
    ...{ number: 64, name: 'a second signer beside Alice', expected: 'CommitMalformed' },
    naive: ['openssl cms -verify', 'accepted'],
    play: async (workshop) => {
      const { home, root, middle, alice } = await workshop.infrastructure();
      const bob = await home.leaf('bob@example.com', middle);
      const armor = await home.sign(commitText(), [alice, bob], [alice, bob, middle]);
      const good = await home.isGood(armor, commitText(), { root });
      return { verdict: await judged(workshop, armor, root), naive: good ? 'accepted' : 'refused' };
    },
  },
  {
    ...{ number: 64, name: 'intermediate certificate first', expected: 'accepted' },
    naive: ['takes the first certificate for the signer', 'refused'],
    play: async (workshop) => {
      const { home, root, middle, alice } = await workshop.infrastructure();
      const armor = await home.sign(commitText(), [alice], [middle, alice]);
      const der = Buffer.from(armor.split('\n').slice(1, -2).join(''), 'base64');
      const first = new X509Certificate(der.subarray(der.indexOf(raw(middle))));
      const isFirst = der.indexOf(raw(middle)) < der.indexOf(raw(alice));
      const named = isFirst ? first.checkEmail('alice@example.com') : 'alice@example.com';
      return {
        verdict: await judged(workshop, armor, root),
        naive: named === undefined ? 'refused' : 'accepted',
      };
    },
  },
  {
    ...{
      number: 65,
      name: 'certificate over, signing time inside its life',
      expected: 'KeyExpired',
    },
    naive: ['openssl cms -verify at the signing time', 'accepted'],
    play: async (workshop) => {
      const { home, root, middle, alice } = await workshop.infrastructure();
      const armor = await home.sign(commitText(), [alice], [alice, middle]);
      const good = await home.isGood(armor, commitText(), { root });
      return {
        verdict: await judged(workshop, armor, root, Date.now() + 2 * DAY_MS),
        naive: good ? 'accepted' : 'refused',
      };
    },
  },
];

function raw({ pem }: Certified): Buffer {
  return new X509Certificate(pem).raw;
}

const LABELS: readonly AttackCase[] = variants(
  [
    ['OpenPGP bytes under an SSH label', ['SSH SIGNATURE', 'SignatureFormatUnsupported']],
    ['OpenPGP bytes under a CMS label', ['SIGNED MESSAGE', 'CommitMalformed']],
    ['OpenPGP bytes under a label of nobody', ['QUX SIGNATURE', 'SignatureFormatUnsupported']],
  ],
  (name, [label = '', expected = '']) => ({
    ...{ number: 66, name, expected },
    naive: ['verifies as OpenPGP whatever the label', 'accepted'],
    play: async (workshop) => {
      const { root } = await workshop.infrastructure();
      const { alice, gpg, ssh } = workshop;
      const key = await ssh.newKey('Alice', 'alice@example.com');
      const everybody = await ringOf(
        person('Alice', [await gpg.publicKey(alice)]),
        sshAlice({ line: key.line }),
        x509Alice(root),
      );
      const armor = await alice.home.sign(alice, commitText());
      const renamed = armor.replaceAll('PGP SIGNATURE', label);
      return {
        verdict: await workshop.verdict(withSignature(commitText(), renamed), everybody),
        naive: await workshop.git(withSignature(commitText(), armor)),
      };
    },
  }),
);

/** Rows about X.509, and about labels that say one format and hold another. */
export const X509: readonly AttackCase[] = [...PINNED, ...LABELS];
