import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import { GpgHome } from '../../../test/support/gpg.ts';
import type { GpgKey } from '../../../test/support/gpg.ts';
import { SshHome } from '../../../test/support/ssh.ts';
import type { SshKey } from '../../../test/support/ssh.ts';
import { parseSignerSet } from '../../adapters/kube/parse-own.ts';
import { parseDocuments } from '../../document/documents.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { loadKeyring, trustOf, verifyBytes } from '../../signature/index.ts';
import type { Trust } from '../../signature/index.ts';
import { MANIFEST_LIMITS } from '../manifest-limits.ts';
import { parseImportOptions } from './import.ts';
import { readSigners, sniffSigners } from './read-file.ts';
import type { SignersKind } from './read-file.ts';
import { readUserId } from './user-id.ts';
import type { UserId } from './user-id.ts';
import { yamlText } from './yaml-text.ts';

let home: GpgHome;
let ssh: SshHome;
let keys: readonly GpgKey[];
let alice: GpgKey;
let bob: SshKey;
const PAYLOAD = Buffer.from('signed bytes\n');

beforeAll(async () => {
  [home, ssh] = await Promise.all([GpgHome.create(), SshHome.create()]);
  alice = await home.newKey('Alice (work)', 'alice@example.com');
  await home.addSubkey(alice);
  await home.gpg(['--quick-add-uid', alice.fingerprint, 'Alice <alice@example.org>']);
  keys = [alice, await home.newKey('Bob', 'bob@example.com', { algorithm: 'rsa2048' })];
  bob = await ssh.newKey('Bob', 'bob@example.com');
});

afterAll(() => Promise.all([home.remove(), ssh.remove()]));

/** Fingerprints that count for signatures which gpg makes with each key. */
async function signersIn(trust: Trust): Promise<readonly (string | undefined)[]> {
  const { keyring } = await loadKeyring(trust);
  const now = Date.now();
  const found = keys.map(async (key) => {
    const armor = Buffer.from(await home.sign(key, PAYLOAD));
    const signed = { armor, payload: PAYLOAD, namespace: 'git' } as const;
    const judged = await verifyBytes('openpgp', signed, {
      keyring,
      when: { at: now, firstSeen: now },
    });
    return judged.kind === 'good' ? judged.signer.fingerprint : judged.reason;
  });
  return Promise.all(found);
}

function read(bytes: Uint8Array | string, name = 'team.asc'): Trust {
  const found = readSigners(Buffer.from(bytes), `/x/${name}`);
  if (!found.ok) throw new Error(found.stop);
  return found.value.trust;
}

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(ssh.dir, name);
  await writeFile(path, bytes);
  return path;
}

describe('readSigners', () => {
  it.each<readonly [string, (fingerprints: readonly string[]) => Promise<Uint8Array | string>]>([
    ['one armored block of all keys', (all) => home.gpg(['--armor', '--export', ...all])],
    [
      'an armored block for each key',
      async () => (await Promise.all(keys.map((key) => home.publicKey(key)))).join('\n'),
    ],
    [
      'armor with CRLF and text around it',
      async (all) =>
        `who: us\r\n${(await home.gpg(['--armor', '--export', ...all])).toString().replaceAll('\n', '\r\n')}bye\r\n`,
    ],
    ['binary, as gpg exports it', (all) => home.gpg(['--export', ...all])],
  ])('%s, each key its holder and gpg’s signatures good', async (_, make) => {
    const all = keys.map(({ fingerprint }) => fingerprint);
    const trust = read(await make(all));
    expect(
      trust.holders.map(({ name, emails, class: kind, signerSet, keys: own }) => [
        name,
        emails.toSorted(),
        kind,
        signerSet,
        own.length,
      ]),
    ).toEqual([
      ['Alice', ['alice@example.com', 'alice@example.org'], 'person', 'team.asc', 1],
      ['Bob', ['bob@example.com'], 'person', 'team.asc', 1],
    ]);
    expect(await signersIn(trust)).toEqual(all);
  });

  it('a list of allowed signers, its holders', () => {
    const trust = read(`# team\nbob@example.com,*@bob.example ${bob.line}\n`, 'allowed');
    expect(trust.holders.map(({ name, emails, signerSet }) => [name, emails, signerSet])).toEqual([
      ['bob@example.com', ['bob@example.com', '*@bob.example'], 'allowed'],
    ]);
  });

  it('SignerSets, several documents, all of them', () => {
    const set = (name: string): string =>
      `apiVersion: gitward.dev/v1alpha1\nkind: SignerSet\nmetadata: {name: ${name}}\nspec:\n  people:\n    - name: bob\n      keys:\n        - ssh: ${bob.line}\n`;
    const found = readSigners(Buffer.from(`${set('one')}---\n${set('two')}`), 'x.yaml');
    expect(found.ok && found.value.sets).toEqual(['one', 'two']);
  });

  it.each<readonly [string, () => Promise<Uint8Array | string>]>([
    ['a secret key', () => home.secretKey(alice)],
    [
      'a key cut off',
      async () => (await home.gpg(['--export', alice.fingerprint])).subarray(0, 100),
    ],
    ['damaged armor', async () => (await home.publicKey(alice)).replace(/\n[^\n]{20}/g, '\n!')],
    ['nothing', () => Promise.resolve('')],
    ['a public SSH key without principals', () => Promise.resolve(`${bob.line}\n`)],
    ['another kind of manifest', () => Promise.resolve('apiVersion: v1\nkind: Secret\n')],
    [
      'a SignerSet that breaks a rule',
      () =>
        Promise.resolve(
          'apiVersion: gitward.dev/v1alpha1\nkind: SignerSet\nmetadata: {name: x}\nspec: {}\n',
        ),
    ],
    ['YAML that is none', () => Promise.resolve('kind: [\n')],
    [
      "gpg's own key box",
      () => Promise.resolve(Buffer.from('\0\0\0 \u0001\u0001\0\u0002KBXf\0\0', 'latin1')),
    ],
  ])('%s, refused', async (_, make) => {
    expect(readSigners(Buffer.from(await make()), 'x').ok).toBe(false);
  });

  it.each<readonly [string, Uint8Array | string, SignersKind]>([
    ['a binary packet', Buffer.of(0x99, 1), 'keyring'],
    ['armor', '-----BEGIN PGP PUBLIC KEY BLOCK-----\n', 'keyring'],
    ['armor below other text', 'gpg says:\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n', 'keyring'],
    ['JSON', ' {"kind":"SignerSet"}', 'manifest'],
    ['YAML', '# c\n---\nkind: SignerSet\n', 'manifest'],
    [
      'YAML with armor in it',
      'kind: SignerSet\nx: |\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n',
      'manifest',
    ],
    ['a line of a signer', 'a@b ssh-ed25519 AAAA\n', 'allowedSigners'],
    ['nothing', '', 'allowedSigners'],
  ])('%s, told apart', (_, bytes, kind) => {
    expect(sniffSigners(Buffer.from(bytes))).toBe(kind);
  });
});

describe('readUserId', () => {
  it.each<readonly [string, UserId]>([
    ['Alice <a@example.com>', { name: 'Alice', email: 'a@example.com' }],
    ['Alice B. (work) <a@example.com>', { name: 'Alice B.', email: 'a@example.com' }],
    ['<a@example.com>', { name: 'a@example.com', email: 'a@example.com' }],
    ['a@example.com', { name: 'a@example.com', email: 'a@example.com' }],
    ['Alice', { name: 'Alice' }],
    ['Alice <a@example.com> and more', { name: 'Alice <a@example.com> and more' }],
    ['', {}],
  ])('%s', (text, id) => {
    expect(readUserId(text)).toEqual(id);
  });
});

describe('signers import', () => {
  const revoked = async (): Promise<string> => file('revoked', `${bob.line}\n`);

  async function imported(
    bytes: string | Uint8Array,
    ...more: readonly string[]
  ): Promise<readonly [number, Trust, string]> {
    const path = await file('given', bytes);
    const run = await gitward(['signers', 'import', path, '--name', 'team', ...more]);
    const parsed = parseDocuments(Buffer.from(run.out), MANIFEST_LIMITS);
    const value = parsed.ok ? parsed.value.documents[0]?.value : undefined;
    const set = isJsonObject(value) ? parseSignerSet(value) : undefined;
    if (set?.ok !== true) throw new Error(`no SignerSet: ${run.err}${run.out}`);
    return [run.code, trustOf([set.value]), run.err];
  }

  it('a keyring, a SignerSet by which its signatures are good', async () => {
    const all = keys.map(({ fingerprint }) => fingerprint);
    const [code, trust] = await imported(await home.gpg(['--export', ...all]));
    expect([code, await signersIn(trust)]).toEqual([0, all]);
  });

  it('a list with lives, patterns and a line that does not count', async () => {
    const options = 'valid-after="20250101Z",valid-before="20260101Z"';
    const other = await ssh.newKey('Eve', 'eve@example.com');
    const text = `bob@example.com,*@b.example ${options} ${bob.line}\neve namespaces="file" ${other.line}\n`;
    const [code, trust] = await imported(text);
    const [holder, ...more] = trust.holders;
    expect([code, more, holder?.name, holder?.emails]).toEqual([
      1,
      [],
      'bob@example.com',
      ['bob@example.com', '*@b.example'],
    ]);
    const life = holder?.keys[0]?.life;
    expect(life).toEqual({ notBefore: Date.UTC(2025, 0), notAfter: Date.UTC(2026, 0) + 1_000 });
  });

  it('a revoked key, revoked as compromised', async () => {
    const [code, trust] = await imported(
      `bob@example.com ${bob.line}\n`,
      '--revoked',
      await revoked(),
    );
    expect([code, trust.holders[0]?.keys[0]?.life]).toEqual([
      0,
      { revoked: { reason: 'Compromised', at: 0 } },
    ]);
  });

  it.each<readonly [string, readonly string[]]>([
    ['no verb', []],
    ['another verb', ['export', 'f', '--name', 'x']],
    ['no file', ['import', '--name', 'x']],
    ['two files', ['import', 'a', 'b', '--name', 'x']],
    ['no name', ['import', 'a']],
    ['a name that Kubernetes has not', ['import', 'a', '--name', 'Team A']],
    ['an unknown flag', ['import', 'a', '--name', 'x', '--nope']],
  ])('%s, one line of usage', (_, args) => {
    expect(parseImportOptions(args).ok).toBe(false);
  });

  it.each<readonly [string, () => Promise<readonly string[]>]>([
    [
      'a SignerSet',
      async () => [
        await file(
          'set.json',
          `{"apiVersion":"gitward.dev/v1alpha1","kind":"SignerSet","metadata":{"name":"x"},"spec":{"people":[{"name":"b","keys":[{"ssh":"${bob.line}"}]}]}}`,
        ),
      ],
    ],
    ['a file that is not there', () => Promise.resolve([join(ssh.dir, 'nowhere')])],
    [
      'a list of revoked keys that cannot be read',
      async () => [await file('ok', `b@x ${bob.line}\n`), '--revoked', await file('bad', 'what\n')],
    ],
  ])('%s, a usage error', async (_, args) => {
    const run = await gitward(['signers', 'import', '--name', 'x', ...(await args())]);
    expect([run.code, run.out]).toEqual([2, '']);
  });
});

describe('yamlText', () => {
  const key = fc.oneof(fc.constantFrom('name', 'keys', 'a b', '1', 'true', ''), fc.string());
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'yes',
      '0o7',
      '1e3',
      '~',
      ' x',
      'a\nb\n',
      'a\n\nb\n',
      '\na\n',
      'a\n b\n',
      'a: b',
      '- a',
      '|\n',
      '# x\ny\n',
    ),
  );
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));

  it('any JSON object, read back the same by the reader that guards manifests', () => {
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), (made) => {
        // The reader refuses this one key, wherever it stands.
        fc.pre(!JSON.stringify(made).includes('__proto__'));
        const object = structuredClone(made) as JsonObject; // The generator makes nothing but JSON.
        const parsed = parseDocuments(Buffer.from(yamlText(object)), MANIFEST_LIMITS);
        expect(parsed.ok ? parsed.value.documents.map(({ value }) => value) : parsed.stop).toEqual([
          object,
        ]);
      }),
      { numRuns: 300 },
    );
  });
});
