import type { KeyOwner, Moment } from '../../../src/signature/format.ts';
import type { SignatureEvidence } from '../../../src/signature/evidence.ts';
import type { Life, SigstoreRoot } from '../../../src/signature/trust.ts';
import { loadX509 } from '../../../src/signature/x509/x509.ts';
import type { Certified } from '../../../src/signature/x509/x509.ts';
import { NOW } from './certificates.ts';
import type { Made } from './certificates.ts';
import { armor } from './der.ts';

export const ALICE = 'alice@example.com';
export const PAYLOAD = Buffer.from('tree 4b825dc6\n\nmessage\n');

/** A person of the SignerSet `team`. */
export function ownerNamed(name: string, ...lives: readonly Life[]): KeyOwner {
  const who = { class: 'person', signerSet: 'team', name } as const;
  return { ...who, emails: [`${name}@example.com`], roles: ['dev'], lives };
}

/** A person below these authorities. */
export function pinned(
  anchors: readonly Made[],
  san = ALICE,
  owner = ownerNamed('alice'),
): Certified {
  const authorities = anchors.map(({ pem }) => pem).join('');
  return { material: { kind: 'x509', authorities, san }, owner };
}

/** Judges a signature over `PAYLOAD`, made and first seen now unless said otherwise. */
export function evidenceOf(
  cms: Uint8Array,
  people: readonly Certified[],
  {
    when = { at: NOW, firstSeen: NOW },
    roots = [],
    payload = PAYLOAD,
  }: Readonly<{ when?: Moment; roots?: readonly SigstoreRoot[]; payload?: Uint8Array }> = {},
): Promise<SignatureEvidence> {
  const { keys } = loadX509(people, roots);
  return keys.verify({ armor: armor(cms), payload, namespace: 'git' }, when);
}

/** `good`, or the reason why not. */
export async function verdictOf(...args: Parameters<typeof evidenceOf>): Promise<string> {
  const evidence = await evidenceOf(...args);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}
