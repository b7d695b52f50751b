const CONCERNED =
  /(?:\.(?:ya?ml|json|tfstate|tfstate\.backup|dockercfg|dockerconfigjson|kubeconfig|env|ini|tpl|gotmpl|tmpl)|(?:^|\/)(?:kubeconfig|config|\.env[\w.-]*|\.dockercfg|\.dockerconfigjson|Kustomization))$/i;

/** How a file begins whose name does not say that it is a manifest. */
const MANIFEST =
  /^(?:\ufeff|\u00ef\u00bb\u00bf)?(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n){0,64}[ \t]*(?:(?:-[ \t]+)?["']?(?:op|apiVersion|kind|metadata|data|stringData|binaryData|sops)["']?[ \t]*:|\{|\[[ \t\r\n]*\{)/;
const HEAD_BYTES = 4_096;

/** Words without which nothing here is a secret; escapes may hide such a word, and so may a tag. */
const WORDS =
  /secret|sops|passw|passphrase|pwd|token|credential|auth|(?:api|private|access|client|encryption|signing|master|license|session|ssh|tls)[-_.]?key|:\/\/[^\s/:@]*:[^\s/@]{1,512}@|\\[xuU\r\n]|!!binary|binaryData|stringData|(?:^|[\n{,])[ \t]*["']?data["']?[ \t]*:|\/data\/|_pass\b|-pass\b|pat\b/i;

/** Words of files that must be read; what cannot be read without one of them is no gap. */
const GRAVE = /\bSecret(?:List)?\b|\bsops\b|\\[xuU][0-9a-fA-F]{2}|stringData/;

/** Largest text that is read by its structure. */
export const MAX_STRUCTURE_BYTES = 16 * 1024 * 1024;

/** Could the structure of this file tell something? By its name, or by how it begins. */
export function isConcerned(bytes: Uint8Array, path: string): boolean {
  if (CONCERNED.test(path)) return true;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEAD_BYTES));
  // UTF-16 has a zero beside every letter.
  const text = head
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(?:\u00ff\u00fe|\u00fe\u00ff)/, '');
  return MANIFEST.test(text);
}

/** Does the text hold a word of a secret at all? Most manifests do not, and are not read. */
export function isInteresting(text: string): boolean {
  return WORDS.test(text);
}

/** Must this text be read, so that what is not is a gap? */
export function isGrave(text: string): boolean {
  return GRAVE.test(text);
}
