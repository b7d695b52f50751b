import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findingOf, fingerprintOf } from './finding.ts';
import type { Hit } from './hit.ts';

const HIT: Hit = {
  rule: 'some-token',
  start: 10,
  end: 20,
  secret: 'caf\u00e9 0123456789',
  match: 'key = caf\u00e9 0123456789',
  line: 3,
  endLine: 4,
};

describe('fingerprintOf', () => {
  const base = fingerprintOf(HIT, 'a/b.yaml', 'salt');

  it('a hit, the HMAC over its parts with their lengths', () => {
    const hmac = createHmac('sha256', 'salt');
    for (const part of ['some-token', HIT.secret, 'a/b.yaml']) {
      const bytes = Buffer.from(part, 'latin1');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      hmac.update(length).update(bytes);
    }
    expect(base).toBe(hmac.digest('hex').slice(0, 32));
  });

  it.each<readonly [string, Partial<Hit>, string, string]>([
    ['another rule', { rule: 'other-token' }, 'a/b.yaml', 'salt'],
    ['another secret', { secret: 'other' }, 'a/b.yaml', 'salt'],
    ['another path', {}, 'a/c.yaml', 'salt'],
    ['another salt', {}, 'a/b.yaml', 'pepper'],
    [
      'the same bytes cut elsewhere',
      { rule: 'some-tokenc', secret: HIT.secret.slice(1) },
      'a/b.yaml',
      'salt',
    ],
  ])('%s, another fingerprint', (_name, change, path, salt) => {
    expect(fingerprintOf({ ...HIT, ...change }, path, salt)).not.toBe(base);
  });

  it('another line and match, the same fingerprint', () => {
    const moved: Hit = { ...HIT, line: 30, match: 'x', start: 0 };
    expect(fingerprintOf(moved, 'a/b.yaml', 'salt')).toBe(base);
  });
});

describe('findingOf', () => {
  it('a hit, all of it but the secret', () => {
    const found = findingOf(
      { ...HIT, within: 'data.key, base64' },
      { severity: 'high' },
      { path: 'p', salt: 's' },
    );
    expect(found).toEqual({
      rule: 'some-token',
      severity: 'high',
      path: 'p',
      line: 3,
      endLine: 4,
      within: 'data.key, base64',
      fingerprint: fingerprintOf(HIT, 'p', 's'),
      hint: '15 characters',
    });
    expect(JSON.stringify(found)).not.toContain('0123456789');
  });
});
