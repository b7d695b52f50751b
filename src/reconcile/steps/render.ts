import { verifyOid } from '../../commit/oid.ts';
import type { TargetSpec } from '../../api/guardedrepo.ts';
import type { DesiredState, Manifest, ReadBlob } from '../../domain/manifest.ts';
import { formatObject } from '../../domain/object-ref.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import {
  kindKey,
  kustomizeAnnotation,
  placeManifests,
  readSetOf,
  requiredKinds,
} from '../../render/index.ts';
import type { ManifestFile } from '../../render/index.ts';
import type { LinePorts } from '../line.ts';
import type { ObjectReader, ServedKind } from '../ports.ts';
import { missingObject, sourceTree } from './source-tree.ts';

/** Longest the documents of one target may take to parse. */
const PARSE_DEADLINE_MS = 20_000;

/** Blobs read at once. */
const BATCH_BLOBS = 128;

/** Turns one target's directory of an accepted commit into what Git wants there; every byte is re-hashed. */
export async function render(
  commit: AcceptedCommit,
  target: TargetSpec,
  objects: ObjectReader,
  ports: LinePorts,
): Promise<Result<DesiredState>> {
  const limits = ports.rules.render;
  const found = await readSetOf(sourceTree(commit.tree, objects), target.path, limits);
  if (!found.ok) return found;
  const { manifests, unrendered, kind } = found.value;
  if (unrendered !== undefined) return stopped(unrendered);
  const blobs = await readBlobs(manifests, objects, limits.maxTotalBytes);
  if (!blobs.ok) return blobs;
  const parsed = await ports.work.run(
    { kind: 'parse', blobs: blobs.value, limits },
    PARSE_DEADLINE_MS,
  );
  if (!parsed.ok) return parsed;
  const steered = kind === 'Composed' ? findSteered(parsed.value.manifests) : undefined;
  if (steered !== undefined) return stopped(steered);
  const placed = await place(parsed.value.manifests, target, ports);
  if (!placed.ok) return placed;
  return ok({
    commit,
    target: target.name,
    manifests: placed.value,
    readSet: found.value.blobs,
    warnings: parsed.value.warnings,
  });
}

/** An object that kustomize would not take as its file has it, so neither does gitward. */
function findSteered(manifests: readonly Manifest[]): Stop | undefined {
  for (const manifest of manifests) {
    const key = kustomizeAnnotation(manifest);
    if (key === undefined) continue;
    const message = `${manifest.origin.path}: ${formatObject(manifest.ref)} carries the annotation ${key}, which kustomize acts on and gitward cannot render yet; remove it`;
    return stop('ManifestInvalid', message, { object: manifest.ref });
  }
  return undefined;
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

async function readBlobs(
  files: readonly ReadBlob[],
  objects: ObjectReader,
  maxBytes: number,
): Promise<Result<readonly ManifestFile[]>> {
  const blobs: ManifestFile[] = [];
  let total = 0;
  for (let start = 0; start < files.length; start += BATCH_BLOBS) {
    const batch = files.slice(start, start + BATCH_BLOBS);
    const found = await objects.readMany(batch.map((file) => file.oid));
    if (!found.ok) return found;
    for (const file of batch) {
      const raw = found.value.get(file.oid);
      if (raw === undefined || raw.type !== 'blob') return stopped(missingObject('blob', file.oid));
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
