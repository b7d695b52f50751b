import type { Oid } from '../domain/oid.ts';
import type { Fault } from './fault.ts';

/** One file below a target's path, as read by oid from the accepted commit. */
export type ManifestFile = Readonly<{ path: string; oid: Oid; bytes: Uint8Array }>;

const MANIFEST = /\.(?:ya?ml|json)$/i;
const KUSTOMIZATION = /^kustomization(?:\.ya?ml)?$/i;
const CHART = /^Chart\.ya?ml$/;
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/**
 * Tells the files that rendering must read: `.yaml`, `.yml` and `.json` in any case, and what marks
 * a directory for another renderer. All others are not part of the desired state.
 */
export function isManifestFile(path: string): boolean {
  return MANIFEST.test(path) || KUSTOMIZATION.test(baseName(path));
}

/** Says why a file asks for something else than plain manifests; `undefined` where it does not. */
export function refuseFile(file: ManifestFile): Fault | undefined {
  const name = baseName(file.path);
  if (KUSTOMIZATION.test(name)) return needs('kustomize', '`kustomize build`');
  if (CHART.test(name)) return needs('Helm', '`helm template`');
  if (startsWith(file.bytes, LFS_POINTER)) {
    const text = 'a Git LFS pointer, not the file; store manifests in Git itself';
    return { reason: 'ManifestInvalid', text };
  }
  return undefined;
}

/** The three names by which kustomize finds its file in a directory. */
export const KUSTOMIZATION_NAMES = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
] as const;

/** Advice for a file that cannot be read and holds template braces; '' for any other. */
export function templateAdvice(bytes: Uint8Array): string {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('{{')) return '';
  return ' (a Helm template? gitward renders plain manifests: commit the output of `helm template`)';
}

function needs(tool: string, command: string): Fault {
  const text = `${tool} is not rendered yet; commit the output of ${command}, or point the target's path at plain manifests`;
  return { reason: 'ManifestInvalid', text };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;
}
