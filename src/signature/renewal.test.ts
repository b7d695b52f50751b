import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakedTime, GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { person, trustIn } from '../../test/support/trust.ts';
import { loadKeyring, verifyBytes } from './index.ts';

// Ada's key ends with 2024; she renews it on the first of March 2025.
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
const payload = Buffer.from('tree …\n\nmessage');

let gpg: GpgHome;
let ada: GpgKey;
let [armor, before, after, only]: string[] = [];
beforeAll(async () => {
  gpg = await GpgHome.create();
  const at = new Date('2024-01-01T00:00:00Z');
  ada = await gpg.newKey('Ada', 'ada@example.com', { at, expires: '20250101T000000' });
  armor = await gpg.sign(ada, payload, fakedTime(new Date('2024-12-01T00:00:00Z')));
  before = await gpg.publicKey(ada);
  const renew = ['--passphrase', '', '--quick-set-expire', ada.fingerprint, '20300101T000000'];
  await gpg.gpg([...fakedTime(new Date('2025-03-01T00:00:00Z')), ...renew]);
  after = await gpg.publicKey(ada);
  only = await gpg.publicKey(ada, 'export-minimal');
}, 60_000);
afterAll(() => gpg.remove());

async function judge(key: string | undefined, firstSeen: string, at: string): Promise<string> {
  const { keyring } = await loadKeyring(trustIn(person('Ada', [key ?? ''])));
  const signed = { armor: Buffer.from(armor ?? ''), payload, namespace: 'git' } as const;
  const when = { at: day(at), firstSeen: day(firstSeen) };
  const found = await verifyBytes('openpgp', signed, { keyring, when });
  return found.kind === 'good' ? 'good' : found.reason;
}

describe('a key that ends', () => {
  it.each<[string, () => string | undefined, readonly [string, string], string]>([
    ['seen and judged before', () => before, ['2024-12-02', '2024-12-03'], 'good'],
    ['seen before, judged after', () => before, ['2024-12-02', '2025-02-02'], 'good'],
    ['seen and judged after', () => before, ['2025-02-01', '2025-02-02'], 'KeyExpired'],
    ['seen after, renewed since', () => after, ['2025-02-01', '2025-03-02'], 'good'],
    ['seen after, only the renewal known', () => only, ['2025-02-01', '2025-03-02'], 'good'],
    ['accepted before, only the renewal known', () => only, ['2024-12-02', '2025-03-02'], 'good'],
    ['seen after the second end', () => after, ['2031-01-01', '2031-01-02'], 'KeyExpired'],
    ['seen before the second end', () => after, ['2029-12-31', '2030-01-02'], 'good'],
  ])('%s', async (_name, key, [firstSeen, at], expected) => {
    expect(await judge(key(), firstSeen, at)).toBe(expected);
  });
});
