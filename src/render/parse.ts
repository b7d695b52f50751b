import { parseDocuments } from '../document/documents.ts';
import type { DocumentFault, ParsedDocument } from '../document/documents.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';
import { formatObject, objectKey } from '../domain/object-ref.ts';
import type { ObjectKey, ObjectRef } from '../domain/object-ref.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable } from '../domain/stop.ts';
import { formatPlace, stopAt } from './fault.ts';
import type { Fault, FilePlace } from './fault.ts';
import { isManifestFile, refuseFile, templateAdvice } from './file.ts';
import type { ManifestFile } from './file.ts';
import { documentLimits } from './limits.ts';
import type { RenderLimits } from './limits.ts';
import { readKind, readRef } from './name.ts';
import { readObject } from './object.ts';

/** What the files of a target say, before it is known where the objects may go. */
export type ParsedManifests = Readonly<{
  manifests: readonly Manifest[];
  warnings: readonly string[];
}>;

/** Warnings kept of one target; status and events show only the first of them anyway. */
export const MAX_WARNINGS = 200;

/**
 * Reads a target's files into checked, completed objects in the order of path and document; names
 * and kinds are checked, places are not. Stops with `ManifestInvalid` or `RenderLimitExceeded`; no
 * message or warning holds a value. Input and output are plain data.
 */
export function parseManifests(
  blobs: readonly ManifestFile[],
  limits: RenderLimits,
): Result<ParsedManifests> {
  const files = blobs.filter((file) => isManifestFile(file.path));
  const parsing = new Parsing(limits);
  const over = parsing.checkFiles(files);
  if (!over.ok) return over;
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const read = parsing.readFile(file);
    if (!read.ok) return read;
  }
  return ok(parsing.answer());
}

type Seen = Readonly<{ object: JsonObject; place: FilePlace; file: ManifestFile }>;

class Parsing {
  readonly #limits: RenderLimits;
  readonly #manifests: Manifest[] = [];
  readonly #warnings: string[] = [];
  readonly #places = new Map<ObjectKey, FilePlace>();
  #unheard = 0;

  constructor(limits: RenderLimits) {
    this.#limits = limits;
  }

  checkFiles(files: readonly ManifestFile[]): Result<void> {
    const { maxFiles, maxTotalBytes } = this.#limits;
    const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
    const last = files.at(-1);
    if (last === undefined || (files.length <= maxFiles && total <= maxTotalBytes)) {
      return ok(undefined);
    }
    const what = files.length > maxFiles ? `${maxFiles} files` : `${maxTotalBytes} bytes`;
    const text = `the target's path holds more than ${what}; split it into several targets`;
    return stopped(stopAt({ path: last.path }, { reason: 'RenderLimitExceeded', text }));
  }

  readFile(file: ManifestFile): Result<void> {
    const refused = refuseFile(file);
    if (refused !== undefined) return stopped(stopAt({ path: file.path }, refused));
    const parsed = parseDocuments(file.bytes, documentLimits(this.#limits));
    if (!parsed.ok) return stopped(documentStop(file, parsed.stop));
    for (const { text, line, document } of parsed.value.warnings) {
      this.#warn({ path: file.path, line, document }, text);
    }
    for (const document of parsed.value.documents) {
      const read = this.#readDocument(file, document);
      if (!read.ok) return read;
    }
    return ok(undefined);
  }

  #readDocument(file: ManifestFile, parsed: ParsedDocument): Result<void> {
    const place = { path: file.path, line: parsed.line, document: parsed.document };
    const objects = flatten(parsed.value);
    if (!objects.ok) return stopped(stopAt(place, withAdvice(objects.stop, file)));
    for (const object of objects.value) {
      const read = this.#readObject({ object, place, file });
      if (!read.ok) return read;
    }
    return ok(undefined);
  }

  #readObject({ object, place, file }: Seen): Result<void> {
    const read = readObject(object, this.#limits.maxObjectBytes);
    if (!read.ok) return stopped(stopAt(place, withAdvice(read.stop, file), refOf(object)));
    const { ref, notes } = read.value;
    const taken = this.#take(ref, place);
    if (!taken.ok) return stopped(stopAt(place, taken.stop, ref));
    for (const note of notes) this.#warn(place, note);
    const origin = { path: file.path, blob: file.oid, document: place.document ?? 1 };
    this.#manifests.push({ ref, object: read.value.object, origin });
    return ok(undefined);
  }

  #take(ref: ObjectRef, place: FilePlace): Result<void, Fault> {
    const key = objectKey(ref);
    const other = this.#places.get(key);
    if (other !== undefined) {
      const text = `${formatObject(ref)} is also in ${formatPlace(other)}; keep one of them`;
      return stopped({ reason: 'ManifestInvalid', text });
    }
    this.#places.set(key, place);
    const { maxObjects } = this.#limits;
    if (this.#places.size <= maxObjects) return ok(undefined);
    const text = `more than ${maxObjects} objects; split the path into several targets`;
    return stopped({ reason: 'RenderLimitExceeded', text });
  }

  #warn(place: FilePlace, text: string): void {
    if (this.#warnings.length >= MAX_WARNINGS) this.#unheard += 1;
    else this.#warnings.push(printable(`${formatPlace(place)}: ${text}`));
  }

  answer(): ParsedManifests {
    const more = this.#unheard === 0 ? [] : [`and ${this.#unheard} warnings more`];
    return { manifests: this.#manifests, warnings: [...this.#warnings, ...more] };
  }
}

/** The objects of a document: itself, or the items of a list kind, lists in lists too. */
function flatten(value: Json): Result<readonly JsonObject[], Fault> {
  const objects: JsonObject[] = [];
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isJsonObject(next)) {
      const text = 'not a Kubernetes object; every document is a map with apiVersion and kind';
      return stopped({ reason: 'ManifestInvalid', text });
    }
    const kind = readKind(next);
    if (!kind.ok) return kind;
    const { items } = next;
    // The last in is the first out, so the items go in from behind.
    if (kind.value.kind.endsWith('List') && Array.isArray(items)) open.push(...items.toReversed());
    else objects.push(next);
  }
  return ok(objects);
}

function documentStop(file: ManifestFile, fault: DocumentFault): ReturnType<typeof stopAt> {
  const { kind, text, line, document } = fault;
  const reason = kind === 'limit' ? 'RenderLimitExceeded' : 'ManifestInvalid';
  return stopAt({ path: file.path, line, document }, withAdvice({ reason, text }, file));
}

/** The object at fault, where it can be named. */
function refOf(object: JsonObject): ObjectRef | undefined {
  const ref = readRef(object);
  return ref.ok ? ref.value : undefined;
}

function withAdvice(fault: Fault, file: ManifestFile): Fault {
  if (fault.reason !== 'ManifestInvalid') return fault;
  return { ...fault, text: fault.text + templateAdvice(file.bytes) };
}
