import { basename } from 'node:path';
import { parseSignerSet } from '../../adapters/kube/parse-own.ts';
import { parseDocuments } from '../../document/documents.ts';
import { at, isJsonObject } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { trustOf } from '../../signature/index.ts';
import type { Trust } from '../../signature/index.ts';
import { importAllowedSigners } from '../../signature/ssh/allowed-signers.ts';
import { MANIFEST_LIMITS } from '../manifest-limits.ts';
import { readKeyring } from './keyring-file.ts';

/** What a file given as `--signers` is. */
export type SignersKind = 'manifest' | 'keyring' | 'allowedSigners';

/** Who may sign by one file. `sets` names the SignerSets of a manifest, which a policy may choose from. */
export type SignersFile = Readonly<{
  kind: SignersKind;
  trust: Trust;
  sets: readonly string[];
  problems: readonly string[];
}>;

/** Tells the three kinds of files apart by their first bytes; a list of allowed signers is what is left. */
export function sniffSigners(bytes: Uint8Array): SignersKind {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return 'keyring';
  const text = Buffer.from(bytes).toString('latin1');
  if (/^-----BEGIN PGP (?:PUBLIC|PRIVATE) KEY BLOCK-----/m.test(text)) {
    // A SignerSet in YAML holds such blocks too, indented or after a colon.
    return /^[ \t]*"?(?:apiVersion|kind)"?[ \t]*:/m.test(text) ? 'manifest' : 'keyring';
  }
  const isManifest = /^\s*\{/.test(text) || /^(?:apiVersion|kind)[ \t]*:/m.test(text);
  return isManifest ? 'manifest' : 'allowedSigners';
}

/** Reads who may sign from any of the three kinds of files, or says why the file cannot be used. */
export function readSigners(bytes: Uint8Array, path: string): Result<SignersFile, string> {
  const kind = sniffSigners(bytes);
  const name = basename(path);
  switch (kind) {
    case 'manifest': {
      const sets = readManifests(bytes);
      return sets.ok ? ok({ kind, ...sets.value, problems: [] }) : sets;
    }
    case 'keyring': {
      if (Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'KBXf') return stopped(KEYBOX);
      const read = readKeyring(bytes, name);
      if (!read.ok) return read;
      const { holders, problems } = read.value;
      return ok({ kind, trust: { holders, sigstoreRoots: [] }, sets: [], problems });
    }
    case 'allowedSigners': {
      const text = Buffer.from(bytes).toString('utf8');
      if (text.slice(8, 12) === 'KBXf') return stopped(KEYBOX);
      const { holders, problems } = importAllowedSigners(text, name);
      const trust = { holders, sigstoreRoots: [] };
      if (holders.length > 0) return ok({ kind, trust, sets: [], problems });
      return stopped(problems[0] ?? 'it is no SignerSet, no OpenPGP key and lists no signer');
    }
  }
}

const KEYBOX = "it is gpg's own key box; use what gpg --export prints";

function readManifests(bytes: Uint8Array): Result<Pick<SignersFile, 'trust' | 'sets'>, string> {
  const parsed = parseDocuments(bytes, MANIFEST_LIMITS);
  if (!parsed.ok) return stopped(`line ${parsed.stop.line}: ${parsed.stop.text}`);
  const sets = [];
  for (const { value, line } of parsed.value.documents) {
    const set = isSignerSet(value) ? parseSignerSet(value) : undefined;
    if (set === undefined) return stopped(`line ${line}: the document is no SignerSet`);
    if (!set.ok) return stopped(`line ${line}: ${set.stop.message}`);
    sets.push(set.value);
  }
  if (sets.length === 0) return stopped('it holds no document');
  return ok({ trust: trustOf(sets), sets: sets.map(({ metadata }) => metadata.name) });
}

function isSignerSet(value: Json): value is { readonly [key: string]: Json } {
  const group = at(value, 'apiVersion');
  return isJsonObject(value) && group === 'gitward.dev/v1alpha1' && value['kind'] === 'SignerSet';
}
