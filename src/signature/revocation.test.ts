import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakedTime, GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey, RevocationCode } from '../../test/support/gpg.ts';
import { momentOf, person, trustIn } from '../../test/support/trust.ts';
import type { SignatureEvidence } from './evidence.ts';
import { isForgeFingerprint } from './forges.ts';
import { loadKeyring, verifyBytes } from './index.ts';
import { revocationReasonOf, splitPackets } from './packets.ts';

// No key can be made that has a forge's fingerprint: here one is called a forge's instead.
vi.mock(import('./forges.ts'), () => ({
  isForgeFingerprint: vi.fn<(fingerprint: string) => boolean>(() => false),
}));

const payload = Buffer.from('tree …\n\nmessage');
const BORN = new Date('2024-01-01T00:00:00Z');
const LATER = new Date('2024-07-01T00:00:00Z');
const NOW = Date.UTC(2025, 0, 1);

let gpg: GpgHome;
beforeAll(async () => {
  gpg = await GpgHome.create();
});
afterAll(() => gpg.remove());

const newKey = (usage: 'sign' | 'cert' = 'sign'): Promise<GpgKey> =>
  gpg.newKey('Ada', 'ada@example.com', { at: BORN, usage });
const sign = (key: GpgKey): Promise<string> => gpg.sign(key, payload, fakedTime(BORN));

async function evidence(signature: string, ...keys: readonly string[]): Promise<SignatureEvidence> {
  const { keyring } = await loadKeyring(trustIn(person('Ada', keys)));
  const signed = { armor: Buffer.from(signature), payload, namespace: 'git' } as const;
  return verifyBytes('openpgp', signed, { keyring, when: momentOf(NOW) });
}

async function reasonsIn(armored: string): Promise<readonly number[]> {
  const { data } = await openpgp.unarmor(armored);
  const binary: unknown = data;
  const packets = binary instanceof Uint8Array ? splitPackets(binary) : undefined;
  return packets?.ok === true ? packets.value.flatMap(revocationReasonOf) : [];
}

describe('a revocation made by gpg', () => {
  // gpg's menu and RFC 9580 §5.2.3.31 count differently.
  it.each([
    ['no reason', 0, 0, true],
    ['compromised', 1, 2, true],
    ['superseded', 2, 1, false],
    ['retired', 3, 3, false],
  ] as const)('%s, told apart', async (_, code: RevocationCode, octet, compromised) => {
    const key = await newKey();
    const signature = await sign(key);
    const before = await gpg.publicKey(key);
    expect(await reasonsIn(before)).toStrictEqual([]);
    expect(await evidence(signature, before)).toMatchObject({ kind: 'good' });
    await gpg.revoke(key, code, LATER);
    const after = await gpg.publicKey(key);
    expect(await reasonsIn(after)).toStrictEqual([octet]);
    const expected = { kind: 'bad', reason: 'KeyRevoked', key: key.fingerprint, compromised };
    expect(await evidence(signature, after)).toMatchObject(expected);
    expect(await evidence(signature, before, after)).toMatchObject(expected);
    expect(await evidence(signature, after, before)).toMatchObject(expected);
  });

  it.each([
    ['compromised', 1, true],
    ['retired', 3, false],
  ] as const)('of a subkey, %s, told apart', async (_, code, compromised) => {
    const key = await newKey('cert');
    await gpg.addSubkey(key, { at: BORN });
    const signature = await sign(key);
    const asked = ['--no-batch', '--command-fd', '0', ...fakedTime(LATER)];
    const edits = `key 1\nrevkey\ny\n${code}\n\ny\nsave\n`;
    await gpg.gpg([...asked, '--edit-key', key.fingerprint], edits);
    const expected = { kind: 'bad', reason: 'KeyRevoked', compromised };
    expect(await evidence(signature, await gpg.publicKey(key))).toMatchObject(expected);
  });
});

describe('revocationReasonOf', () => {
  const packet = (...body: readonly number[]): { tag: number; body: Uint8Array } => ({
    tag: 2,
    body: Uint8Array.from(body),
  });

  it.each([
    ['no revocation', packet(4, 0x13, 22, 10, 0, 2, 29, 3), []],
    ['no signature', { ...packet(4, 0x20, 22, 10, 0, 3, 2, 29, 3), tag: 6 }, []],
    ['version 3', packet(3, 5, 0x20), [0]],
    ['no subpackets', packet(4, 0x20, 22, 10, 0, 0), [0]],
    ['a reason', packet(4, 0x20, 22, 10, 0, 3, 2, 29, 3), [3]],
    ['a critical reason', packet(4, 0x28, 22, 10, 0, 3, 2, 0x80 | 29, 1), [1]],
    ['a reason behind another subpacket', packet(4, 0x20, 22, 10, 0, 5, 1, 7, 2, 29, 3), [3]],
    ['a reason in the part that is not hashed', packet(4, 0x20, 22, 10, 0, 0, 0, 3, 2, 29, 3), [0]],
    ['version 6', packet(6, 0x20, 22, 10, 0, 0, 0, 3, 2, 29, 3), [3]],
    ['a subpacket longer than its area', packet(4, 0x20, 22, 10, 0, 3, 9, 29, 3), [0]],
    ['a reason without octet', packet(4, 0x20, 22, 10, 0, 2, 1, 29), [0]],
    ['cut off', packet(4, 0x20), [0]],
  ] as const)('%s', (_, one, expected) => {
    expect(revocationReasonOf(one)).toStrictEqual(expected);
  });
});

describe("a forge's key", () => {
  it('listed under a person, signs as the forge', async () => {
    const key = await newKey();
    const signature = await sign(key);
    const armored = await gpg.publicKey(key);
    expect(await evidence(signature, armored)).toMatchObject({ signer: { class: 'person' } });
    vi.mocked(isForgeFingerprint).mockImplementation((found) => found === key.fingerprint);
    expect(await evidence(signature, armored)).toMatchObject({ signer: { class: 'forge' } });
  });
});
