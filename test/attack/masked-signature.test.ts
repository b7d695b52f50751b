import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RawObject } from '../../src/domain/git-object.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { hashObject } from '../../src/commit/oid.ts';
import { digestTrust } from '../../src/signature/index.ts';
import { inlineWork } from '../../src/worker/inline.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { person, trustIn } from '../support/trust.ts';
import { commitText, edit, signedCommit } from './judgement.ts';

// In a range of commits by one key, a bad signature hides behind the good ones. The naive reader
// remembers key ids it has seen and does not look again (Argo CD PR 28196).

const LENGTH = 6;

let gpg: GpgHome;
let alice: GpgKey;
let chain: readonly RawObject[];
beforeAll(async () => {
  gpg = await GpgHome.create();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  const commits: RawObject[] = [];
  for (let i = 0; i < LENGTH; i += 1) {
    commits.push(raw(await signedCommit(alice, commitText(`change ${i}\n`))));
  }
  chain = commits;
});
afterAll(() => gpg.remove());

function raw(bytes: Uint8Array): RawObject {
  return { oid: hashObject('commit', bytes), type: 'commit', bytes };
}

async function reasons(commits: readonly RawObject[]): Promise<readonly string[]> {
  const trust = trustIn(person('Alice', [await gpg.publicKey(alice)]));
  expect(digestTrust(trust)).toHaveLength(64);
  const done = await inlineWork().run({ kind: 'verify', commits, trust, at: Date.now() }, 10_000);
  if (!done.ok) throw new Error(done.stop.message);
  const found = new Map<Oid, string>(
    done.value.commits.map(({ oid, evidence }) => [
      oid,
      evidence.kind === 'good' ? 'good' : evidence.reason,
    ]),
  );
  return commits.map(({ oid }) => found.get(oid) ?? 'not checked');
}

describe('masked signature', () => {
  it('all good, all good', async () => {
    expect(await reasons(chain)).toStrictEqual(Array.from({ length: LENGTH }, () => 'good'));
  });

  it.each(Array.from({ length: LENGTH }, (_, i) => i))('bad at %i, found there', async (bad) => {
    const tampered = chain.map((one, i) =>
      i === bad ? raw(edit(one.bytes, `change ${i}`, `chance ${i}`)) : one,
    );
    const expected = chain.map((_, i) => (i === bad ? 'SignatureInvalid' : 'good'));
    expect(await reasons(tampered)).toStrictEqual(expected);
    expect(naive(tampered, bad)).toBe(bad === 0 ? 'checked' : 'skipped');
  });
});

/** What a reader that skips key ids it has seen does with one commit. */
function naive(commits: readonly RawObject[], index: number): string {
  const seen = new Set<string>();
  const verdicts = commits.map(() => {
    const keyId = alice.fingerprint.slice(-16);
    const verdict = seen.has(keyId) ? 'skipped' : 'checked';
    seen.add(keyId);
    return verdict;
  });
  return verdicts[index] ?? '';
}
