import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SshHome, stampOf } from '../../../test/support/ssh.ts';
import type { SshKey } from '../../../test/support/ssh.ts';
import { craftArmor, craftKey, craftSignature } from '../../../test/support/ssh-craft.ts';
import type { Forgery } from '../../../test/support/ssh-craft.ts';
import type { SignatureEvidence } from '../evidence.ts';
import type { Keyring } from '../format.ts';
import { loadKeyring } from '../keyring.ts';
import type { LoadedKeyring } from '../keyring.ts';
import { importAllowedSigners, matchesPrincipal } from './allowed-signers.ts';
import { importRevokedKeys } from './revoked.ts';

// What ssh-keygen says of the same files and bytes. Its clock is in UTC here, as gitward reads times.

const payload = Buffer.from('tree …\n\nmessage');
const NOW = Date.UTC(2026, 0, 1);
const ME = 'me@x.test';

let home: SshHome;
let key: SshKey;
let other: SshKey;
let authority: SshKey;
const armors = new Map<string, string>();
beforeAll(async () => {
  home = await SshHome.create();
  key = await home.newKey('Me', ME);
  other = await home.newKey('Other', 'other@x.test', { type: 'ecdsa', bits: 256 });
  authority = await home.newKey('CA', 'ca@x.test');
  const signers = {
    key,
    other,
    certified: await home.certify(authority, key),
    both: await home.certify(authority, other, { principals: [ME, 'you@x.test'] }),
  };
  for (const [name, signer] of Object.entries(signers)) {
    armors.set(name, await home.sign(signer, payload));
  }
  const rsa = await home.newKey('Rsa', ME, { type: 'rsa', bits: 3_072 });
  armors.set('rsa', await home.sign(rsa, payload)).set('rsa line', rsa.line);
  const small = await home.newKey('Small', ME, { type: 'rsa', bits: 1_024 });
  armors.set('small', await home.sign(small, payload)).set('small line', small.line);
  armors.set('file', await home.sign(key, payload, { namespace: 'file' }));
});
afterAll(() => home.remove());

type Question = Readonly<{ allowed: string; armor: string; identity: string; at: number }>;

function keyringOf(allowed: string, revoked = ''): Promise<LoadedKeyring> {
  const marked = importRevokedKeys(revoked, importAllowedSigners(allowed, 'file').holders);
  return loadKeyring({ holders: marked.ok ? marked.value.holders : [], sigstoreRoots: [] });
}

async function evidenceOf(
  { ssh }: Keyring,
  armor: string,
  at: number,
): Promise<SignatureEvidence | undefined> {
  const signed = { armor: Buffer.from(armor), payload, namespace: 'git' } as const;
  return ssh?.verify(signed, { at, firstSeen: at });
}

async function counts(keyring: Keyring, armor: string, at: number): Promise<boolean> {
  return (await evidenceOf(keyring, armor, at))?.kind === 'good';
}

/** Is it good for gitward, and by one whose address that is? */
async function gitward({ allowed, armor, identity, at }: Question, revoked = ''): Promise<boolean> {
  const { keyring } = await keyringOf(allowed, revoked);
  const evidence = await evidenceOf(keyring, armor, at);
  return evidence?.kind === 'good' && matchesPrincipal(evidence.emails, identity);
}

function keygen({ allowed, armor, identity, at }: Question, revoked?: string): Promise<boolean> {
  const more = revoked === undefined ? { at } : { at, revoked };
  return home.isAllowed({ armor, payload }, allowed, identity, more);
}

/** `{key}`, `{other}`, `{ca}` stand for keys. */
function filled(text: string): string {
  return text
    .replaceAll('{key}', key.line)
    .replaceAll('{other}', other.line)
    .replaceAll('{ca}', authority.line)
    .replaceAll('{rsa}', armors.get('rsa line') ?? '')
    .replaceAll('{small}', armors.get('small line') ?? '');
}

describe('files of allowed signers', () => {
  const past = stampOf(NOW - 1_000);
  const now = stampOf(NOW);
  const next = stampOf(NOW + 1_000);
  it.each<readonly [string, string, boolean]>([
    ['key', `${ME} {key}`, true],
    ['key', `# comment\n\n*@x.test {key} comment`, true],
    ['key', `*@x.test,!${ME} {key}`, false],
    ['key', `!${ME},*@x.test {key}`, false],
    ['key', `?e@x.test {key}`, true],
    ['key', `you@x.test {key}`, false],
    ['key', `ME@x.test {key}`, false],
    ['key', `${ME} {other}`, false],
    ['other', `${ME} {key}\n${ME} {other}`, true],
    ['key', `"${ME}" {key}`, true],
    ['key', `you@x.test,,"${ME}"{key}`, true],
    ['key', `${ME} namespaces="file" {key}`, false],
    ['key', `${ME} namespaces="g*" {key}`, true],
    ['key', `${ME} namespaces="*,!git" {key}`, false],
    ['key', `${ME} ,namespaces="file,git" {key}`, true],
    ['file', `${ME} {key}`, false],
    ['file', `${ME} namespaces="file" {key}`, false],
    ['key', `${ME} valid-before="${past}" {key}`, false],
    ['key', `${ME} valid-before="${now}" {key}`, true],
    ['key', `${ME} valid-after="${now}" {key}`, true],
    ['key', `${ME} valid-after="${next}" {key}`, false],
    ['key', `${ME} VALID-AFTER="${past}",valid-before="${next}" {key}`, true],
    ['key', `${ME} valid-before="20260102" {key}`, true],
    ['key', `${ME} cert-authority {key}`, false],
    ['certified', `${ME} cert-authority {ca}`, true],
    ['certified', `*@x.test cert-authority {ca}`, true],
    ['certified', `you@x.test cert-authority {ca}`, false],
    ['certified', `${ME} {ca}`, false],
    ['certified', `${ME} {key}`, false],
    ['both', `you@x.test cert-authority {ca}`, false],
    ['both', `${ME} cert-authority,valid-before="${past}" {ca}`, false],
    ['rsa', `${ME} {rsa}`, true],
  ])('%s by "%s", as ssh-keygen', async (by, text, isGood) => {
    const armor = armors.get(by) ?? '';
    const asked = { allowed: `${filled(text)}\n`, armor, identity: ME, at: NOW };
    expect(await keygen(asked)).toBe(isGood);
    expect(await gitward(asked)).toBe(isGood);
  });

  it.each<readonly [string, string, string | undefined]>([
    ['an RSA key of 1024 bits', `${ME} {small}`, 'small'],
    ['a day that does not exist', `${ME} valid-before="20300231Z" {key}`, 'key'],
    ['a later life of the same key', `${ME} valid-before="${past}" {key}\n${ME} {key}`, 'key'],
  ])('%s, gitward alone refuses', async (_, text, by) => {
    const armor = armors.get(by ?? '') ?? '';
    const asked = { allowed: `${filled(text)}\n`, armor, identity: ME, at: NOW };
    expect(await keygen(asked)).toBe(true);
    expect(await gitward(asked)).toBe(false);
  });

  it.each([
    ['key', '{key}', false],
    ['key', '{other}', true],
    ['certified', '{key}', false],
    ['certified', '{ca}', false],
    ['certified', '{other}', true],
    ['key', 'what', false],
  ])('%s with "%s" revoked, as ssh-keygen', async (by, revoked, isGood) => {
    const allowed = filled(`${ME} {key}\n${ME} cert-authority {ca}\n`);
    const asked = { allowed, armor: armors.get(by) ?? '', identity: ME, at: NOW };
    expect(await keygen(asked, `${filled(revoked)}\n`)).toBe(isGood);
    expect(await gitward(asked, filled(revoked))).toBe(isGood);
  });

  it('an address that a line takes off again, not certified by its authority either', async () => {
    const allowed = filled('me@x.test,!you*,you@x.test cert-authority {ca}\n');
    const armor = armors.get('certified') ?? '';
    const question = { allowed, armor, identity: 'you@x.test', at: NOW };
    expect(await keygen(question)).toBe(false);
    expect(await gitward(question)).toBe(false);
  });

  it('any file, good for gitward only where ssh-keygen says so, and the same without repeats', async () => {
    const pattern = fc.constantFrom(
      ME,
      'you@x.test',
      '*',
      '*@x.test',
      `!${ME}`,
      '!you*',
      '??@*',
      '',
    );
    const principals = fc.array(pattern, { minLength: 1, maxLength: 3 });
    const option = fc.constantFrom(
      ...['cert-authority', 'namespaces="git"', 'namespaces="file,g*"', 'namespaces="!git,*"'],
      ...[`valid-after="${past}"`, `valid-after="${next}"`, 'valid-before="20250101"', 'zz', ''],
      ...[`valid-before="${now}"`, 'Cert-Authority', 'valid-before="x"', 'namespaces=git'],
    );
    const options = fc.oneof(fc.constant([]), fc.array(option, { minLength: 1, maxLength: 2 }));
    const line = fc
      .tuple(principals, options, fc.constantFrom('{key}', '{other}', '{ca}'))
      .map(([who, how, what]) => `${who.join(',')} ${[how.join(','), what].join(' ').trim()}`);
    const asked = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      by: fc.constantFrom('key', 'other', 'certified', 'both'),
      identity: fc.constantFrom(ME, 'you@x.test'),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ lines, by, identity }) => {
        const allowed = `${filled(lines.join('\n'))}\n`;
        const question = { allowed, armor: armors.get(by) ?? '', identity, at: NOW };
        const [mine, theirs] = await Promise.all([gitward(question), keygen(question)]);
        const keys = lines.map((text) => text.slice(text.lastIndexOf('{')));
        const hasRepeats = new Set(keys).size < keys.length;
        expect({ mine, theirs }).toStrictEqual({
          mine: hasRepeats ? mine && theirs : theirs,
          theirs,
        });
      }),
      { numRuns: 120 },
    );
  }, 60_000);
});

describe('signature blobs', () => {
  it('any forgery, good for gitward only where ssh-keygen says so', async () => {
    const keys = [
      ...['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384'],
      ...['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'],
    ].map((type) => craftKey(type));
    const allowed = keys.map(({ line }) => `${ME} ${line}\n`).join('');
    const change = fc.oneof(
      fc.record({ namespace: fc.constantFrom('git', 'file', '') }),
      fc.record({ hash: fc.constantFrom('sha256', 'sha512', 'sha1', 'sha384') }),
      fc.record({ version: fc.constantFrom(0, 1, 2) }),
      fc.record({ reserved: fc.constantFrom('', 'x') }),
      fc.record({ trailing: fc.constantFrom('', 'x') }),
      fc.record({ innerTrailing: fc.constantFrom('', 'x') }),
      fc.record({ algorithm: fc.constantFrom(...keys.map(({ type }) => type), 'rsa-sha2-256') }),
      fc.record({ flags: fc.nat({ max: 255 }) }),
      fc.record({
        rewrite: fc.constantFrom(
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes.subarray(1),
          (bytes: Buffer) => Buffer.concat([Buffer.of(0), bytes]),
        ),
      }),
    );
    const forgery = fc
      .array(change, { maxLength: 3 })
      .map((changes): Forgery => Object.assign({}, ...changes));
    const { keyring } = await keyringOf(allowed);
    let agreed = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), forgery, async (made, how) => {
        const armor = craftArmor(craftSignature(made, payload, how));
        if (!(await counts(keyring, armor, NOW))) return;
        agreed += 1;
        expect(await home.isValid(armor, payload)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(agreed).toBeGreaterThan(30);
  }, 60_000);

  it('any edit of octets of any kind of signature, not good', async () => {
    const allowed = filled(`${ME} {key}\n${ME} {other}\n${ME} {rsa}\n${ME} cert-authority {ca}\n`);
    const edit = fc.record({
      by: fc.constantFrom('key', 'other', 'rsa', 'certified'),
      at: fc.nat({ max: 1_000 }),
      cut: fc.nat({ max: 4 }),
      put: fc.uint8Array({ maxLength: 4 }),
    });
    const { keyring } = await keyringOf(allowed);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(edit, async ({ by, at, cut, put }) => {
        const blob = Buffer.from(
          (armors.get(by) ?? '').split('\n').slice(1, -2).join(''),
          'base64',
        );
        const from = at % blob.length;
        const mutant = Buffer.concat([blob.subarray(0, from), put, blob.subarray(from + cut)]);
        const isMine = await counts(keyring, craftArmor(mutant), NOW);
        expect(isMine).toBe(mutant.equals(blob));
        if (!isMine) refused += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(2_000);
  }, 60_000);
});
