import { parseTree } from '../../commit/tree.ts';
import type { TreeEntry } from '../../commit/tree.ts';
import { verifyOid } from '../../commit/oid.ts';
import type { TargetSpec } from '../../api/guardedrepo.ts';
import type { DesiredState, Manifest } from '../../domain/manifest.ts';
import type { Oid } from '../../domain/oid.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { isManifestFile, kindKey, placeManifests, requiredKinds } from '../../render/index.ts';
import type { LinePorts } from '../line.ts';
import type { ObjectReader, ServedKind } from '../ports.ts';

/** Longest the documents of one target may take to parse. */
const PARSE_DEADLINE_MS = 20_000;

/** Blobs read at once. */
const BATCH_BLOBS = 128;

type FoundFile = Readonly<{ path: string; oid: Oid }>;
type RenderBlob = FoundFile & Readonly<{ bytes: Uint8Array }>;

/** Turns one target's directory of an accepted commit into what Git wants there; every byte is re-hashed. */
export async function render(
  commit: AcceptedCommit,
  target: TargetSpec,
  objects: ObjectReader,
  ports: LinePorts,
): Promise<Result<DesiredState>> {
  const root = await descend(commit.tree, target.path, objects);
  if (!root.ok) return root;
  const files = await listFiles(root.value, target.path, objects, ports.rules.render.maxFiles);
  if (!files.ok) return files;
  const blobs = await readBlobs(files.value, objects, ports.rules.render.maxTotalBytes);
  if (!blobs.ok) return blobs;
  const limits = ports.rules.render;
  const parsed = await ports.work.run(
    { kind: 'parse', blobs: blobs.value, limits },
    PARSE_DEADLINE_MS,
  );
  if (!parsed.ok) return parsed;
  const placed = await place(parsed.value.manifests, target, ports);
  if (!placed.ok) return placed;
  return ok({
    commit,
    target: target.name,
    manifests: placed.value,
    readSet: files.value,
    warnings: parsed.value.warnings,
  });
}

async function place(
  manifests: readonly Manifest[],
  target: TargetSpec,
  ports: LinePorts,
): Promise<Result<readonly Manifest[]>> {
  const kinds = new Map<string, ServedKind | undefined>();
  for (const kind of requiredKinds(manifests)) {
    const found = await ports.kinds.find(kind);
    if (!found.ok) return found;
    kinds.set(kindKey(kind), found.value);
  }
  return placeManifests(manifests, target, kinds);
}

/** Follows the path from the root tree; only directories lead on. */
async function descend(tree: Oid, path: string, objects: ObjectReader): Promise<Result<Oid>> {
  let at = tree;
  for (const name of path === '.' ? [] : path.split('/')) {
    const entries = await readTree(at, objects);
    if (!entries.ok) return entries;
    const found = entries.value.find((entry) => entry.name === name);
    if (found === undefined || found.mode !== 'tree') {
      const reason = found === undefined ? 'ManifestInvalid' : 'PathEscapes';
      return stopped(stop(reason, `path ${path}: ${name} is no directory in this commit`));
    }
    at = found.oid;
  }
  return ok(at);
}

async function listFiles(
  root: Oid,
  path: string,
  objects: ObjectReader,
  maxFiles: number,
): Promise<Result<readonly FoundFile[]>> {
  const files: FoundFile[] = [];
  const open = [{ oid: root, path: path === '.' ? '' : `${path}/` }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const entries = await readTree(next.oid, objects);
    if (!entries.ok) return entries;
    for (const entry of entries.value) {
      const at = `${next.path}${entry.name}`;
      if (entry.mode === 'symlink' || entry.mode === 'gitlink') {
        const message = `${at} is a ${entry.mode === 'symlink' ? 'symbolic link' : 'submodule'}; gitward follows neither, remove it from the target's path`;
        return stopped(stop('PathEscapes', message));
      }
      if (entry.mode === 'tree') open.push({ oid: entry.oid, path: `${at}/` });
      else if (isManifestFile(at)) files.push({ path: at, oid: entry.oid });
    }
    if (files.length + open.length > maxFiles) {
      const message = `path ${path} holds more than ${maxFiles} files and directories`;
      return stopped(stop('RenderLimitExceeded', message));
    }
  }
  return ok(files.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
}

async function readTree(oid: Oid, objects: ObjectReader): Promise<Result<readonly TreeEntry[]>> {
  const found = await objects.readMany([oid]);
  if (!found.ok) return found;
  const raw = found.value.get(oid);
  if (raw === undefined) return stopped(missing('tree', oid));
  return parseTree({ ...raw, oid });
}

async function readBlobs(
  files: readonly FoundFile[],
  objects: ObjectReader,
  maxBytes: number,
): Promise<Result<readonly RenderBlob[]>> {
  const blobs: RenderBlob[] = [];
  let total = 0;
  for (let start = 0; start < files.length; start += BATCH_BLOBS) {
    const batch = files.slice(start, start + BATCH_BLOBS);
    const found = await objects.readMany(batch.map((file) => file.oid));
    if (!found.ok) return found;
    for (const file of batch) {
      const raw = found.value.get(file.oid);
      if (raw === undefined || raw.type !== 'blob') return stopped(missing('blob', file.oid));
      const checked = verifyOid({ ...raw, oid: file.oid });
      if (!checked.ok) return checked;
      total += raw.bytes.length;
      if (total > maxBytes) {
        const message = `the target's files hold more than ${maxBytes} bytes`;
        return stopped(stop('RenderLimitExceeded', message));
      }
      blobs.push({ ...file, bytes: raw.bytes });
    }
  }
  return ok(blobs);
}

function missing(what: string, oid: Oid): ReturnType<typeof stop> {
  const message = `${what} ${oid} of an accepted commit is not in the store`;
  return stop('HistoryIncomplete', message, { oid });
}
