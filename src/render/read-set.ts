import type { ReadBlob } from '../domain/manifest.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { invalid, stopAt } from './fault.ts';
import type { Fault } from './fault.ts';
import { isManifestFile, KUSTOMIZATION_NAMES } from './file.ts';
import { parseKustomization } from './kustomization.ts';
import type { Kustomization, Reference } from './kustomization.ts';
import type { RenderLimits } from './limits.ts';
import { joinPath, resolvePath } from './repo-path.ts';
import { findPlace, placeOf } from './source-tree.ts';
import type { SourcePlace, SourceTree } from './source-tree.ts';

/** What rendering one target reads. Both lists are sorted by path, each path once. */
export type ReadSet = Readonly<{
  /** Every blob, kustomizations included: what path-scoped rules are judged over. */
  blobs: readonly ReadBlob[];
  /** The manifest files among them, as they are. */
  manifests: readonly ReadBlob[];
  /** `Plain`: all manifest files below the path. `Composed`: those a kustomization names. */
  kind: 'Plain' | 'Composed';
  /** Why the manifests are not yet the desired state: a kustomization that changes them. */
  unrendered?: Stop;
}>;

/**
 * Lists the blobs that rendering `path` (`.` for the root) reads, without rendering: all manifest
 * files below it or, where it holds a kustomization, all that this one and its bases name. Nothing
 * outside the tree is followed: `RemoteBaseRefused`, `PathEscapes`. Bounded by the limits.
 */
export function readSetOf(
  source: SourceTree,
  path: string,
  limits: RenderLimits,
): Promise<Result<ReadSet>> {
  return new Reading(source, limits).run(path);
}

type Folder = Readonly<{ path: string; oid: Oid }>;
type Found = Readonly<{ path: string; oid: Oid; file: Kustomization }>;

class Reading {
  readonly #source: SourceTree;
  readonly #limits: RenderLimits;
  readonly #blobs = new Map<string, Oid>();
  readonly #manifests = new Map<string, Oid>();
  readonly #done = new Set<string>();
  /** Files, directories and references seen, however often: what `maxFiles` bounds. */
  #steps = 0;
  #bytes = 0;
  #unrendered: Stop | undefined;

  constructor(source: SourceTree, limits: RenderLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  async run(target: string): Promise<Result<ReadSet>> {
    const path = target === '.' ? '' : target;
    const place = await findPlace(this.#source, path);
    if (!place.ok) return place;
    if (place.value?.kind !== 'tree') {
      const reason = place.value === undefined ? 'ManifestInvalid' : 'PathEscapes';
      return stopped(stop(reason, `path ${target} is no directory in this commit`));
    }
    const folder = { path, oid: place.value.oid };
    const found = await this.#kustomizationIn(folder);
    if (!found.ok) return found;
    const read =
      found.value === undefined
        ? await this.#readBelow(folder, isManifestFile)
        : await this.#follow(folder, found.value, []);
    return read.ok ? ok(this.#answer(found.value === undefined ? 'Plain' : 'Composed')) : read;
  }

  #answer(kind: ReadSet['kind']): ReadSet {
    const unrendered = this.#unrendered;
    return {
      blobs: sorted(this.#blobs),
      manifests: sorted(kind === 'Plain' ? this.#blobs : this.#manifests),
      kind,
      ...(unrendered === undefined ? {} : { unrendered }),
    };
  }

  async #kustomizationIn({ path, oid }: Folder): Promise<Result<Found | undefined>> {
    const entries = await this.#source.list(oid);
    if (!entries.ok) return entries;
    const [first, ...more] = KUSTOMIZATION_NAMES.flatMap((name) => entries.value.get(name) ?? []);
    if (first === undefined) return ok(undefined);
    const at = joinPath(path, first.name);
    if (more.length > 0) return refuse(at, invalid('a second kustomization beside it').stop);
    const place = placeOf(at, first);
    if (!place.ok) return place;
    if (place.value.kind === 'tree') return ok(undefined);
    const bytes = await this.#source.blob(first.oid);
    if (!bytes.ok) return bytes;
    this.#bytes += bytes.value.length;
    if (this.#bytes > this.#limits.maxTotalBytes) return this.#over('bytes of kustomizations', at);
    const file = parseKustomization(bytes.value, this.#limits);
    return file.ok ? ok({ path: at, oid: first.oid, file: file.value }) : refuse(at, file.stop);
  }

  /** Reads what a kustomization names; `above` are the directories it was reached through. */
  async #follow(folder: Folder, found: Found, above: readonly string[]): Promise<Result<void>> {
    if (above.includes(folder.path)) {
      return refuse(found.path, invalid('reached through itself; break the cycle').stop);
    }
    if (above.length >= this.#limits.maxDepth) return this.#over('bases in a row', found.path);
    if (this.#done.has(folder.path)) return ok(undefined);
    this.#done.add(folder.path);
    this.#blobs.set(found.path, found.oid);
    this.#noteTransform(found);
    if (found.file.readsAll) {
      const all = await this.#readBelow(folder, () => true);
      if (!all.ok) return all;
    }
    for (const reference of found.file.references) {
      const read = await this.#readReference(folder, found.path, reference, above);
      if (!read.ok) return read;
    }
    return ok(undefined);
  }

  #noteTransform({ path, file: { transform } }: Found): void {
    if (transform === undefined || this.#unrendered !== undefined) return;
    const text = `gitward cannot render the field ${transform} yet; commit the output of \`kustomize build\``;
    this.#unrendered = stopAt({ path }, invalid(text).stop);
  }

  async #readReference(
    folder: Folder,
    from: string,
    { field, path: written, as }: Reference,
    above: readonly string[],
  ): Promise<Result<void>> {
    if (!this.#step()) return this.#over('files', from);
    const say = (fault: Fault): Result<never> =>
      refuse(from, { ...fault, text: `${field} is ${fault.text}` });
    const path = resolvePath(folder.path, written);
    if (!path.ok) return say(path.stop);
    const place = await findPlace(this.#source, path.value);
    if (!place.ok) return place;
    if (place.value === undefined) return say(invalid('not in this commit; correct the path').stop);
    const { kind, oid } = place.value;
    if (!fits(place.value, as)) {
      return say(invalid(`a ${kind === 'file' ? 'file' : 'directory'}, which it may not be`).stop);
    }
    if (kind === 'file') return this.#readFile({ path: path.value, oid }, as, say);
    const below = { path: path.value, oid };
    if (as === 'tree') return this.#readBelow(below, () => true);
    const base = await this.#kustomizationIn(below);
    if (!base.ok) return base;
    if (base.value === undefined) {
      return say(invalid('a directory without kustomization; name its files').stop);
    }
    return this.#follow(below, base.value, [...above, folder.path]);
  }

  #readFile(
    { path, oid }: Folder,
    as: Reference['as'],
    say: (fault: Fault) => Result<never>,
  ): Result<void> {
    this.#blobs.set(path, oid);
    if (as !== 'resource') return ok(undefined);
    if (!isManifestFile(path)) {
      return say(invalid('no .yaml, .yml or .json file; rename it').stop);
    }
    this.#manifests.set(path, oid);
    return ok(undefined);
  }

  async #readBelow(top: Folder, wanted: (path: string) => boolean): Promise<Result<void>> {
    const open = [top];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const entries = await this.#source.list(next.oid);
      if (!entries.ok) return entries;
      for (const entry of entries.value.values()) {
        const path = joinPath(next.path, entry.name);
        const place = placeOf(path, entry);
        if (!place.ok) return place;
        const { kind, oid } = place.value;
        if (kind === 'file' && !wanted(path)) continue;
        if (!this.#step()) return this.#over('files and directories', top.path);
        if (kind === 'tree') open.push({ path, oid });
        else this.#blobs.set(path, oid);
      }
    }
    return ok(undefined);
  }

  #step(): boolean {
    this.#steps += 1;
    return this.#steps <= this.#limits.maxFiles;
  }

  #over(what: string, path: string): Result<never> {
    const text = `more ${what} than one target may read; split it into several targets`;
    return refuse(path === '' ? '.' : path, { reason: 'RenderLimitExceeded', text });
  }
}

function fits({ kind }: SourcePlace, as: Reference['as']): boolean {
  if (as === 'resource') return true;
  return as === 'file' ? kind === 'file' : kind === 'tree';
}

function refuse(path: string, fault: Fault): Result<never> {
  return stopped(stopAt({ path }, fault));
}

function sorted(blobs: ReadonlyMap<string, Oid>): readonly ReadBlob[] {
  const list = [...blobs].map(([path, oid]) => ({ path, oid }));
  return list.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
