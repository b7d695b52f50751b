/** Longest ref name taken; file systems end at 255 bytes per part. */
const MAX_REF_LENGTH = 1_024;

/** What git-check-ref-format forbids anywhere, blanks and controls among it. */
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/;

/** Characters that show a person another name than the one that stands there. */
const MISLEADING =
  /[\u0080-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufffd\p{Cs}]/u;

/** A part between slashes: not empty, no dot in front, no dot or `.lock` behind. */
const PART = /^(?!\.)(?!.*(?:\.|\.lock)$).+$/;

/**
 * Tells whether git takes the text as a full ref name, `refs/heads/main` (git-check-ref-format).
 * Stricter than git in that invisible and direction-turning characters are refused too.
 */
export function isRefName(text: string): boolean {
  if (text.length > MAX_REF_LENGTH || !text.startsWith('refs/')) return false;
  if (FORBIDDEN.test(text) || MISLEADING.test(text)) return false;
  return text.split('/').every((part) => PART.test(part));
}
