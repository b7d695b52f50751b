import { importAllowedSigners } from '../../../src/signature/ssh/allowed-signers.ts';
import { matchesPrincipal } from '../../../src/signature/index.ts';
import { withSignature } from '../../support/repo-builder.ts';
import type { SshKey } from '../../support/ssh.ts';
import { craftArmor, craftCertificate, craftKey, craftSignature } from '../../support/ssh-craft.ts';
import type { CertificateForgery, CraftedKey, Forgery } from '../../support/ssh-craft.ts';
import { commitText } from '../judgement.ts';
import type { AttackCase, Played } from './case.ts';
import { variants } from './case.ts';
import { sshRing, validates } from './ssh-people.ts';
import { BACKDATED, DECIDED_AT, ENDED_AT, ringOf } from './workshop.ts';
import type { Workshop } from './workshop.ts';

const VALIDATES = ['ssh-keygen -Y check-novalidate', 'accepted'] as const;

/** A hand-made signature by a listed key, and whether ssh-keygen finds its bytes in order. */
async function crafted(
  workshop: Workshop,
  key: CraftedKey,
  forgery: Forgery = {},
): Promise<Played> {
  const armor = craftArmor(craftSignature(key, commitText(), forgery));
  const ring = await sshRing({ line: key.line });
  return {
    verdict: await workshop.verdict(withSignature(commitText(), armor), ring),
    naive: await validates(workshop.ssh, armor, { payload: commitText() }),
  };
}

const PLAIN: readonly AttackCase[] = [
  {
    ...{ number: 57, name: 'signature of a file, not of a commit', expected: 'SignatureInvalid' },
    naive: ['asks no namespace', 'accepted'],
    play: async (workshop) => {
      const { ssh } = workshop;
      const key = await ssh.newKey('Alice', 'alice@example.com');
      const armor = await ssh.sign(key, commitText(), { namespace: 'file' });
      const bytes = withSignature(commitText(), armor);
      return {
        verdict: await workshop.verdict(bytes, await sshRing(key)),
        naive: await validates(ssh, armor, { payload: commitText(), namespace: 'file' }),
      };
    },
  },
  {
    ...{ number: 57, name: 'signature of an approval, not of a commit' },
    expected: 'SignatureInvalid',
    play: async (workshop) => {
      const { ssh } = workshop;
      const key = await ssh.newKey('Alice', 'alice@example.com');
      const armor = await ssh.sign(key, commitText(), { namespace: 'gitward-approval' });
      return {
        verdict: await workshop.verdict(withSignature(commitText(), armor), await sshRing(key)),
      };
    },
  },
  {
    ...{
      number: 58,
      name: 'key outside its validity, commit dated inside',
      expected: 'KeyExpired',
    },
    naive: ["ssh-keygen at the commit's date, as git asks it", 'accepted'],
    play: async (workshop) => {
      const { ssh } = workshop;
      const key = await ssh.newKey('Alice', 'alice@example.com');
      const armor = await ssh.sign(key, commitText());
      const ring = await sshRing({ line: key.line, life: { notAfter: ENDED_AT.getTime() } });
      const allowed = `alice@example.com valid-before="20240601" ${key.line}\n`;
      const made = { armor, payload: commitText() };
      const at = { at: BACKDATED.getTime() };
      const isAllowed = await ssh.isAllowed(made, allowed, 'alice@example.com', at);
      return {
        verdict: await workshop.verdict(withSignature(commitText(), armor), ring, DECIDED_AT),
        naive: isAllowed ? 'accepted' : 'refused',
      };
    },
  },
  {
    ...{ number: 59, name: 'RSA of 1024 bits', expected: 'SignatureWeak' },
    naive: VALIDATES,
    play: (workshop) => crafted(workshop, craftKey('ssh-rsa', 1_024)),
  },
  {
    ...{ number: 59, name: 'RSA signature over SHA-1', expected: 'SignatureWeak' },
    play: async (workshop) => {
      const forgery = { algorithm: 'ssh-rsa' };
      const { verdict } = await crafted(workshop, craftKey('ssh-rsa'), forgery);
      return { verdict };
    },
  },
  ...variants(
    [
      ['signature of another kind than its key', { algorithm: 'ecdsa-sha2-nistp256' }],
      ['octets behind the signature', { trailing: 'x' }],
      ['octets behind the inner signature', { innerTrailing: 'x' }],
      ['something in the reserved field', { reserved: 'x' }],
    ] as const,
    (name, forgery) => ({
      ...{ number: 60, name, expected: 'CommitMalformed' },
      play: async (workshop) => {
        const { verdict } = await crafted(workshop, craftKey('ssh-ed25519'), forgery);
        return { verdict };
      },
    }),
  ),
  {
    ...{ number: 61, name: 'hardware key that nobody touched', expected: 'SignatureInvalid' },
    naive: VALIDATES,
    play: (workshop) => crafted(workshop, craftKey('sk-ssh-ed25519@openssh.com'), { flags: 0 }),
  },
];

/** A real certificate by a listed authority, and the bytes ssh-keygen signs with it. */
async function certified(
  workshop: Workshop,
  options: Parameters<Workshop['ssh']['certify']>[2],
  listed: (authority: SshKey, key: SshKey) => Parameters<typeof sshRing>[0],
): Promise<Played> {
  const { ssh } = workshop;
  const authority = await ssh.newKey('CA', 'ca@example.com');
  const key = await ssh.newKey('Alice', 'alice@example.com');
  const armor = await ssh.sign(await ssh.certify(authority, key, options), commitText());
  const ring = await sshRing(listed(authority, key));
  return {
    verdict: await workshop.verdict(withSignature(commitText(), armor), ring, DECIDED_AT),
    naive: await validates(workshop.ssh, armor, { payload: commitText() }),
  };
}

const byAuthority = (authority: SshKey): Parameters<typeof sshRing>[0] => ({
  authority: authority.line,
});

const CERTIFICATES: readonly AttackCase[] = [
  ...variants(
    [
      ['certificate for somebody else', { principals: ['mallory@example.com'] }, 'SignerUntrusted'],
      ['expired certificate', { validity: '20240101:20240601' }, 'KeyExpired'],
      ['certificate of a host', { host: true }, 'SignerUntrusted'],
    ].map(([name, options, expected]) => [name as string, { options, expected }] as const),
    (name, { options, expected }) => ({
      ...{ number: 62, name, expected: expected as string },
      naive: VALIDATES,
      play: (workshop) => certified(workshop, options as object, byAuthority),
    }),
  ),
  {
    ...{ number: 62, name: 'authority listed as a plain key', expected: 'SignerUntrusted' },
    naive: VALIDATES,
    play: (workshop) => certified(workshop, {}, (authority) => ({ line: authority.line })),
  },
  {
    ...{
      number: 62,
      name: 'certificate where the plain key is listed',
      expected: 'SignerUntrusted',
    },
    naive: VALIDATES,
    play: (workshop) => certified(workshop, {}, (_, key) => ({ line: key.line })),
  },
  {
    ...{ number: 62, name: 'unknown critical option', expected: 'SignerUntrusted' },
    naive: VALIDATES,
    play: (workshop) => forgedCertificate(workshop, { critical: ['new@example.com', ''] }),
  },
  {
    ...{ number: 62, name: 'honest certificate', expected: 'accepted' },
    play: async (workshop) => {
      const { verdict } = await certified(workshop, {}, byAuthority);
      return { verdict };
    },
  },
];

async function forgedCertificate(workshop: Workshop, forgery: CertificateForgery): Promise<Played> {
  const [authority, key] = [craftKey('ssh-ed25519'), craftKey('ssh-ed25519')];
  const shown = craftCertificate(authority, key, forgery);
  const armor = craftArmor(craftSignature(key, commitText(), { shown }));
  const bytes = withSignature(commitText(), armor);
  return {
    verdict: await workshop.verdict(bytes, await sshRing({ authority: authority.line })),
    naive: await validates(workshop.ssh, armor, { payload: commitText() }),
  };
}

const PRINCIPALS: readonly AttackCase[] = [
  {
    ...{ number: 63, name: 'an address that the list of signers takes out again' },
    expected: 'SignerMismatch',
    naive: ['knows no !', 'accepted'],
    play: async (workshop) => {
      const { ssh } = workshop;
      const key = await ssh.newKey('Alice', 'alice@example.com');
      const armor = await ssh.sign(key, commitText());
      const text = `*@example.com,!alice@example.com ${key.line}\n`;
      const made = { armor, payload: commitText() };
      if (await ssh.isAllowed(made, text, 'alice@example.com')) return { verdict: 'good for ssh' };
      const { holders } = importAllowedSigners(text, 'team');
      const bytes = withSignature(commitText(), armor);
      const verdict = await workshop.verdict(bytes, await ringOf(...holders));
      const emails = holders.flatMap((one) => one.emails);
      const isBound = matchesPrincipal(emails, 'alice@example.com');
      return {
        verdict: verdict === 'accepted' && !isBound ? 'SignerMismatch' : verdict,
        naive: emails.includes('*@example.com') ? 'accepted' : 'refused',
      };
    },
  },
];

/** Rows about SSH signatures. */
export const SSH: readonly AttackCase[] = [...PLAIN, ...CERTIFICATES, ...PRINCIPALS];
