import * as openpgp from 'openpgp';
import { hashObject } from '../../../src/commit/oid.ts';
import { runTool } from '../../support/gpg.ts';
import type { GpgKey } from '../../support/gpg.ts';
import { commitText } from '../judgement.ts';

// Readers as people write them in an afternoon. Each is real code of a library or a real program, asked
// the way its manual shows.

/** The armor of a commit's `gpgsig`, as a header parser that joins continuation lines has it. */
export function armorIn(commit: Uint8Array): string {
  const text = Buffer.from(commit).toString('latin1');
  const value = text.slice(text.indexOf('\ngpgsig ') + '\ngpgsig '.length);
  return value.slice(0, value.search(/\n(?! )/) + 1);
}

const joined = (armor: string): string => armor.replaceAll('\n ', '\n');

/** Is there armor anywhere in the commit? */
export function armorAnywhere(commit: Uint8Array): string {
  const armored = Buffer.from(commit).includes('-----BEGIN PGP SIGNATURE-----');
  return armored ? 'accepted' : 'refused';
}

/** `openpgp.verify` over a payload at a date: the library's own verdict. */
export async function library(
  armor: string,
  key: string,
  { payload = commitText(), date }: Readonly<{ payload?: Uint8Array; date?: Date }> = {},
): Promise<string> {
  const read = await openpgp.readSignature({ armoredSignature: joined(armor) });
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: payload }),
    signature: read,
    verificationKeys: await openpgp.readKey({ armoredKey: key }),
    ...(date === undefined ? {} : { date }),
  });
  const [first] = result.signatures;
  const isGood = (await first?.verified.catch(() => false)) ?? false;
  return isGood ? 'accepted' : 'refused';
}

/** What gpg's exit status says of the plain commit's signature. */
export async function gpgExit(commit: Uint8Array, key: GpgKey): Promise<string> {
  const payload = commitText();
  const script = 'printf %s "$2" > "$1.asc"; gpg --verify "$1.asc" -';
  const file = `${key.home.dir}/check-${hashObject('blob', commit)}`;
  const ran = await runTool(['sh', '-c', script, 'sh', file, joined(armorIn(commit))], {
    env: key.home.env,
    input: payload,
  });
  return ran.status === 0 ? 'accepted' : 'refused';
}

/** Derives the signed text from decoded text, as isomorphic-git's `payload` does, and asks the library. */
export async function decodedPayload(commit: Uint8Array, key: string): Promise<string> {
  const text = Buffer.from(commit).toString('utf8').replaceAll('\r', '');
  const end = '-----END PGP SIGNATURE-----\n';
  const after = text.slice(text.indexOf(end) + end.length);
  const cut = `${text.slice(0, text.indexOf('\ngpgsig'))}\n${after}`;
  const payload = Buffer.from(`${cut.replace(/^\n+/, '').replace(/\n+$/, '')}\n`);
  const armor = /gpgsig ([^]*?-----END PGP SIGNATURE-----)/.exec(text)?.[1] ?? '';
  return library(armor, key, { payload });
}

/** A reader in which the last header of a name counts; yields the tree it would check out. */
export function lastTree(commit: Uint8Array): string {
  const text = Buffer.from(commit).toString('latin1');
  const head = text.slice(0, text.indexOf('\n\n'));
  return (
    head
      .split('\n')
      .findLast((line) => line.startsWith('tree '))
      ?.slice(5) ?? ''
  );
}
