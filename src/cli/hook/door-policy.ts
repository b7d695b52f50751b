import type { ReadObject } from '../../commit/history.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { CheckPolicy } from '../check/policy.ts';
import type { SignersFile } from '../signers/read-file.ts';
import { listFolder, readFileOf } from './tree-files.ts';

/** Where a repository keeps what holds at its door: the policy, and beside it who may sign. */
const FOLDER = '.gitward';
const POLICY = 'policy.yaml';
const SIGNERS = 'signers';

/** Most files of signers read. */
const MAX_SIGNER_FILES = 256;

/** The rules of the protected branch and who may sign under them. */
export type DoorPolicy = Readonly<{ policy: CheckPolicy; signers: readonly SignersFile[] }>;

/**
 * Reads `.gitward/policy.yaml` (a GuardedRepo or its spec.verify) and `.gitward/signers/*.yaml`
 * (SignerSets) of a tree. Without a policy there is none; one that cannot be read is never none.
 */
export async function loadDoorPolicy(
  tree: Oid,
  read: ReadObject,
): Promise<Result<DoorPolicy | undefined, string>> {
  const folder = await listFolder(tree, FOLDER, read);
  if (!folder.ok) return stopped(folder.stop.message);
  const entry = folder.value.find(({ name }) => name === POLICY);
  if (entry === undefined) return ok(undefined);
  const bytes = await readFileOf(entry, read);
  if (!bytes.ok) return stopped(bytes.stop.message);
  if (bytes.value === undefined) return stopped(`${FOLDER}/${POLICY} is no plain file`);
  const { parsePolicy } = await import('../check/policy.ts');
  const policy = parsePolicy(bytes.value);
  if (!policy.ok) return stopped(`${FOLDER}/${POLICY}: ${policy.stop}`);
  const signers = await loadSigners(tree, read);
  return signers.ok ? ok({ policy: policy.value, signers: signers.value }) : signers;
}

async function loadSigners(
  tree: Oid,
  read: ReadObject,
): Promise<Result<readonly SignersFile[], string>> {
  const { readSigners } = await import('../signers/read-file.ts');
  const listed = await listFolder(tree, `${FOLDER}/${SIGNERS}`, read);
  if (!listed.ok) return stopped(listed.stop.message);
  const entries = listed.value.filter(({ name }) => /\.ya?ml$/.test(name));
  if (entries.length > MAX_SIGNER_FILES) return stopped(`${FOLDER}/${SIGNERS} has too many files`);
  const files: SignersFile[] = [];
  for (const entry of entries) {
    const path = `${FOLDER}/${SIGNERS}/${entry.name}`;
    const bytes = await readFileOf(entry, read);
    if (!bytes.ok) return stopped(bytes.stop.message);
    if (bytes.value === undefined) return stopped(`${path} is no plain file`);
    const found = readSigners(bytes.value, path);
    if (!found.ok) return stopped(`${path}: ${found.stop}`);
    // A bare list of keys has no name that a policy could mean.
    if (found.value.kind !== 'manifest') return stopped(`${path} is no SignerSet`);
    files.push(found.value);
  }
  return ok(files);
}
